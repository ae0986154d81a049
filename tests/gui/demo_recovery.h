// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/recovery_service.h"
#include "tests/gui/call_log.h"

#include <mutex>
#include <optional>
#include <vector>

namespace isotherm::test
{

/// A comparison with 450 missing and 2 changed rows, in pages; whatever is planned is done at once.
/// Thread-safe.
class DemoRecovery : public RecoveryService
{
public:
    explicit DemoRecovery(CallLog log) : m_log(std::move(log)) {}

    static constexpr std::uint64_t kDiffJob = 50;
    static constexpr std::uint64_t kFirstJob = 51;
    static constexpr std::uint64_t kMissing = 450;

    /// The jobs made so far, all of them done.
    [[nodiscard]] std::vector<JobRecord> jobs() const;

    [[nodiscard]] Result<CutList> cutTransactions(const std::string& planId) override;
    [[nodiscard]] Result<JobId> startDiff(const DiffRequest& request) override;
    [[nodiscard]] Result<RowDiff> diff(JobId job) override;
    [[nodiscard]] Result<std::vector<RowDiff>> diffs(std::size_t limit) override;
    [[nodiscard]] Result<DiffPage> diffRows(const DiffQuery& query) override;
    [[nodiscard]] Result<RecoveryPlan> planRecovery(const RecoveryRequest& request) override;
    [[nodiscard]] Result<RecoveryPlan> recoveryPlan(const std::string& id) override;
    [[nodiscard]] Result<JobId> runRecovery(const RecoveryRun& run) override;
    [[nodiscard]] Result<RecoveryReceipt> recoveryReceipt(JobId job) override;
    [[nodiscard]] Result<std::vector<RecoveryReceipt>> recoveries(std::size_t limit) override;

private:
    void addJob(std::uint64_t id, const std::string& title);

    const CallLog m_log;
    mutable std::mutex m_mutex;
    std::vector<JobRecord> m_jobs; ///< newest first
    std::vector<RecoveryPlan> m_plans;
    std::vector<RecoveryReceipt> m_receipts;
};

} // namespace isotherm::test
