// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/model/records.h"

#include <string>
#include <vector>

namespace isotherm::metadata
{

/// A reviewed plan. `details` is the restore planner's own (JSON), kept as it is.
struct StoredPlan
{
    RestorePlan plan;
    std::string details;
};

/// Restore plans and the receipts of finished restores. Thread-safe.
class RestoreStore
{
public:
    explicit RestoreStore(Database& database) : m_database(database) {}

    /// Adds; the same id again is the same plan, and keeps its place.
    [[nodiscard]] Status putPlan(const StoredPlan& plan);
    /// NotFound if there is none, or it was pruned.
    [[nodiscard]] Result<StoredPlan> plan(const std::string& id);
    /// Forgets plans made before `before` that no receipt names.
    [[nodiscard]] Status prunePlans(WallTime before);

    [[nodiscard]] Status putReceipt(const RestoreReceipt& receipt);
    /// NotFound if the job left none.
    [[nodiscard]] Result<RestoreReceipt> receipt(JobId job);
    /// Newest first, at most `limit`: how long restores take is learned from them.
    [[nodiscard]] Result<std::vector<RestoreReceipt>> receipts(std::size_t limit);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
