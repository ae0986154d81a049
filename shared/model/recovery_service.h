// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/recovery_records.h"

#include <cstddef>
#include <string>
#include <vector>

namespace isotherm
{

/// Row by row back to a moment: differences, copy back, replace, elsewhere, undo. Thread-safe; see
/// AgentService. What takes long is a job of kind Restore, and cancelled like any.
class RecoveryService
{
public:
    virtual ~RecoveryService() = default;

    /// The transactions that a restore plan takes apart, because it does not restore every shard
    /// that they touched. NotFound: no such plan.
    [[nodiscard]] virtual Result<CutList> cutTransactions(const std::string& planId) = 0;

    /// Starts a comparison; its outcome is found by the job's id. Changes nothing. NotFound: no
    /// such plan or restore. FailedPrecondition: its tables cannot be compared row by row.
    [[nodiscard]] virtual Result<JobId> startDiff(const DiffRequest& request) = 0;
    /// FailedPrecondition while it runs; NotFound when there is none (any more).
    [[nodiscard]] virtual Result<RowDiff> diff(JobId job) = 0;
    /// The newest first.
    [[nodiscard]] virtual Result<std::vector<RowDiff>> diffs(std::size_t limit) = 0;
    /// Unavailable when the database is down: it writes the values out.
    [[nodiscard]] virtual Result<DiffPage> diffRows(const DiffQuery& query) = 0;

    /// Says exactly what will be done, its SQL among it, and does nothing. FailedPrecondition, with
    /// the reason and what to do instead, for what cannot be done.
    [[nodiscard]] virtual Result<RecoveryPlan> planRecovery(const RecoveryRequest& request) = 0;
    [[nodiscard]] virtual Result<RecoveryPlan> recoveryPlan(const std::string& id) = 0;
    /// Role operator; Replace: admin. FailedPrecondition when the plan was carried out before.
    [[nodiscard]] virtual Result<JobId> runRecovery(const RecoveryRun& run) = 0;

    /// FailedPrecondition while the job runs, NotFound when it left none.
    [[nodiscard]] virtual Result<RecoveryReceipt> recoveryReceipt(JobId job) = 0;
    /// The newest first.
    [[nodiscard]] virtual Result<std::vector<RecoveryReceipt>> recoveries(std::size_t limit) = 0;
};

} // namespace isotherm
