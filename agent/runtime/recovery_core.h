// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/jobs/job_engine.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/recovery/edit_files.h"
#include "agent/recovery/recovery_planner.h"
#include "agent/restore/restore_planner.h"
#include "shared/model/recovery_service.h"

namespace isotherm::runtime
{

/// Recoveries as the agent's users see them: answers from the stores, changes as jobs. Thread-safe;
/// the referenced objects outlive it.
class RecoveryCore final : public RecoveryService
{
public:
    struct Parts
    {
        engine::Engine& engine;
        restore::RestorePlanner& restorePlanner;
        metadata::RestoreStore& restores;
        metadata::RecoveryStore& recoveries;
        const recovery::EditFiles& files;
        recovery::RecoveryPlanner& planner;
        jobs::JobEngine& jobs;
    };

    explicit RecoveryCore(Parts parts) : m_parts(parts) {}

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
    /// Which of the Restore jobs carries the plan out.
    [[nodiscard]] Result<const char*> modeOf(const RecoveryPlan& plan);
    /// FailedPrecondition while the job runs.
    [[nodiscard]] Status checkEnded(JobId job);

    const Parts m_parts;
};

} // namespace isotherm::runtime
