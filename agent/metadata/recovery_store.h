// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/model/recovery_records.h"

#include <string>
#include <vector>

namespace isotherm::metadata
{

/// Comparisons, recovery plans, and the receipts of finished recoveries. Thread-safe.
class RecoveryStore
{
public:
    explicit RecoveryStore(Database& database) : m_database(database) {}

    [[nodiscard]] Status putDiff(const RowDiff& diff);
    /// NotFound if the job left none, or it was forgotten.
    [[nodiscard]] Result<RowDiff> diff(JobId job);
    /// Newest first.
    [[nodiscard]] Result<std::vector<RowDiff>> diffs(std::size_t limit);
    [[nodiscard]] Status removeDiff(JobId job);

    /// Adds; the same id again is the same plan.
    [[nodiscard]] Status putPlan(const RecoveryPlan& plan);
    [[nodiscard]] Result<RecoveryPlan> plan(const std::string& id);
    /// A plan is carried out once: FailedPrecondition the second time.
    [[nodiscard]] Status claimPlan(const std::string& id, WallTime made);
    /// Forgets plans made before `before`.
    [[nodiscard]] Status prunePlans(WallTime before);

    [[nodiscard]] Status putReceipt(const RecoveryReceipt& receipt);
    [[nodiscard]] Result<RecoveryReceipt> receipt(JobId job);
    /// Newest first.
    [[nodiscard]] Result<std::vector<RecoveryReceipt>> receipts(std::size_t limit);

private:
    [[nodiscard]] Status put(const char* kind, const std::string& id, WallTime made,
                             const std::string& body);
    [[nodiscard]] Result<std::string> get(const char* kind, const std::string& id,
                                          const Error& missing);
    [[nodiscard]] Result<std::vector<std::string>> newest(const char* kind, std::size_t limit);

    Database& m_database;
};

} // namespace isotherm::metadata
