// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/recovery_core.h"

#include "agent/recovery/diff_handler.h"
#include "agent/recovery/diff_pages.h"
#include "agent/recovery/drop_handler.h"
#include "agent/recovery/edit_handler.h"
#include "agent/recovery/elsewhere_handler.h"
#include "agent/recovery/recovery_jobs.h"
#include "agent/recovery/replace_handler.h"

#include <algorithm>
#include <string_view>

namespace isotherm::runtime
{

Status RecoveryCore::checkEnded(JobId job)
{
    ISO_ASSIGN(const JobRecord record, m_parts.jobs.job(job));
    if (!isFinished(record.state)) {
        return makeError(Code::FailedPrecondition,
                         "job " + std::to_string(job.get()) + " has not finished yet",
                         "isothermctl jobs wait " + std::to_string(job.get()));
    }
    if (record.state != JobState::Done) {
        return makeError(Code::NotFound,
                         "job " + std::to_string(job.get()) + " left nothing: it ended as " +
                             std::string(jobStateName(record.state)),
                         record.error);
    }
    return {};
}

Result<CutList> RecoveryCore::cutTransactions(const std::string& planId)
{
    return m_parts.restorePlanner.cuts(planId);
}

Result<JobId> RecoveryCore::startDiff(const DiffRequest& request)
{
    std::string planId = request.planId;
    if (request.sideRestore) {
        ISO_TRY(checkEnded(*request.sideRestore));
        ISO_ASSIGN(const RestoreReceipt receipt, m_parts.restores.receipt(*request.sideRestore));
        planId = receipt.planId;
    }
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(planId));
    const RestoreRequest& wanted = stored.plan.request;
    jobs::JobSpec job;
    job.kind = JobKind::Restore;
    job.title = "compare " + wanted.keyspace +
                (wanted.predicate.empty() ? "" : " where " + wanted.predicate) + " " +
                recovery::momentOf(wanted) + " with now";
    job.requestedBy = request.caller;
    job.params = recovery::diffParams(planId, request.sideRestore);
    return m_parts.jobs.submit(job);
}

Result<RowDiff> RecoveryCore::diff(JobId job)
{
    auto found = m_parts.recoveries.diff(job);
    if (!found.ok() && found.error().code == Code::NotFound) {
        ISO_TRY(checkEnded(job));
    }
    return found;
}

Result<std::vector<RowDiff>> RecoveryCore::diffs(std::size_t limit)
{
    return m_parts.recoveries.diffs(limit);
}

Result<DiffPage> RecoveryCore::diffRows(const DiffQuery& query)
{
    ISO_TRY(diff(query.job));
    ISO_ASSIGN(const auto file, m_parts.files.openDiff(query.job));
    ISO_ASSIGN(const auto editing, m_parts.engine.openRowEditing());
    return recovery::diffPage(*file, *editing, query);
}

Result<RecoveryPlan> RecoveryCore::planRecovery(const RecoveryRequest& request)
{
    return m_parts.planner.plan(request);
}

Result<RecoveryPlan> RecoveryCore::recoveryPlan(const std::string& id)
{
    return m_parts.recoveries.plan(id);
}

Result<JobId> RecoveryCore::runRecovery(const RecoveryRun& run)
{
    ISO_ASSIGN(const RecoveryPlan plan, m_parts.recoveries.plan(run.planId));
    jobs::JobSpec job;
    job.kind = JobKind::Restore;
    job.title = plan.title;
    job.requestedBy = run.caller;
    ISO_ASSIGN(const char* const mode, modeOf(plan));
    job.params = recovery::recoveryParams(mode, plan.id);
    if (mode == std::string_view(recovery::kReplaceMode)) {
        for (const RecoveryStep& step : plan.steps) { // nothing else may touch them meanwhile
            job.shards.push_back(step.shard);
        }
        std::sort(job.shards.begin(), job.shards.end());
        job.shards.erase(std::unique(job.shards.begin(), job.shards.end()), job.shards.end());
    }
    ISO_TRY(m_parts.recoveries.claimPlan(plan.id, plan.made));
    return m_parts.jobs.submit(job);
}

Result<const char*> RecoveryCore::modeOf(const RecoveryPlan& plan)
{
    switch (plan.request.mode) {
    case RecoveryMode::Replace:
        return recovery::kReplaceMode;
    case RecoveryMode::Elsewhere:
        return recovery::kElsewhereMode;
    case RecoveryMode::DropSide:
        return recovery::kDropMode;
    case RecoveryMode::Undo: {
        ISO_ASSIGN(const RecoveryReceipt undone, m_parts.recoveries.receipt(*plan.request.job));
        return undone.mode == RecoveryMode::Replace ? recovery::kReplaceMode : recovery::kEditMode;
    }
    default:
        return recovery::kEditMode;
    }
}

Result<RecoveryReceipt> RecoveryCore::recoveryReceipt(JobId job)
{
    auto found = m_parts.recoveries.receipt(job);
    if (!found.ok() && found.error().code == Code::NotFound) {
        ISO_TRY(checkEnded(job));
    }
    return found;
}

Result<std::vector<RecoveryReceipt>> RecoveryCore::recoveries(std::size_t limit)
{
    return m_parts.recoveries.receipts(limit);
}

} // namespace isotherm::runtime
