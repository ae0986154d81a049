// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/recovery_planner.h"

#include "agent/repository/row_checksum.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace isotherm::recovery
{
namespace
{

template <class Enum>
bool within(Enum value, Enum last)
{
    return value >= static_cast<Enum>(1) && value <= last;
}

Status checkRequest(const RecoveryRequest& request)
{
    if (!within(request.mode, RecoveryMode::DropSide) ||
        !within(request.choice, RowChoice::Picked) ||
        !within(request.conflicts, ConflictRule::Overwrite) ||
        !within(request.triggers, TriggerRule::Fire)) {
        return makeError(Code::InvalidArgument,
                         "the request says something that this version of "
                         "the agent does not know",
                         "use a client of the agent's version");
    }
    if (request.mode != RecoveryMode::Elsewhere && !request.job) {
        return makeError(Code::InvalidArgument,
                         "which job the " + std::string(recoveryModeName(request.mode)) +
                             " is about is not said",
                         "give the number of the comparison's, or of the recovery's job");
    }
    if ((request.choice == RowChoice::Picked) == request.picked.empty()) {
        return makeError(Code::InvalidArgument, "rows are picked by number, or not at all",
                         "isothermctl restore diff shows their numbers");
    }
    return {};
}

std::uint64_t rowsOf(const RecoveryPlan& plan)
{
    std::uint64_t rows = 0;
    for (const RecoveryStep& step : plan.steps) {
        rows += step.inserts + step.updates + step.deletes;
    }
    return rows;
}

} // namespace

Result<RecoveryPlan> RecoveryPlanner::plan(const RecoveryRequest& request)
{
    ISO_TRY(checkRequest(request));
    RecoveryPlan plan;
    plan.request = request;
    plan.made = m_parts.clock.wallNow();
    switch (request.mode) {
    case RecoveryMode::CopyBack:
        ISO_TRY(planCopyBack(plan));
        break;
    case RecoveryMode::Undo:
        ISO_TRY(planUndo(plan));
        break;
    case RecoveryMode::Replace:
        ISO_TRY(planReplace(plan));
        break;
    case RecoveryMode::DropSide:
        ISO_TRY(planDrop(plan));
        break;
    case RecoveryMode::Elsewhere:
        ISO_TRY(planElsewhere(plan));
        break;
    }
    repository::RowChecksum fingerprint;
    fingerprint.add(plan.title + formatUtc(plan.made) +
                    std::to_string(request.job.value_or(JobId()).get()) + plan.confirmName);
    plan.id = fingerprint.hex();
    ISO_TRY(m_parts.recoveries.putPlan(plan));
    return plan;
}

Status RecoveryPlanner::planCopyBack(RecoveryPlan& plan)
{
    ISO_ASSIGN(const RowDiff diff, m_parts.recoveries.diff(*plan.request.job));
    if (!diff.complete && plan.request.choice != RowChoice::Picked) {
        return makeError(Code::FailedPrecondition,
                         "comparison " + std::to_string(diff.job.get()) + " found more than the " +
                             std::to_string(diff.rowsKept) + " rows that are kept of it",
                         "compare a part of it: --where; or replace the whole: restore replace");
    }
    ISO_TRY(planEdits(plan));
    plan.title = "copy " + std::to_string(rowsOf(plan)) + " rows back into " + diff.keyspace +
                 " as they were " + diff.moment;
    plan.confirmName = diff.keyspace;
    return {};
}

Status RecoveryPlanner::planUndo(RecoveryPlan& plan)
{
    const std::string job = "job " + std::to_string(plan.request.job->get());
    ISO_ASSIGN(const RecoveryReceipt receipt, m_parts.recoveries.receipt(*plan.request.job));
    if (receipt.undoneBy) {
        return makeError(Code::FailedPrecondition,
                         job + " was undone by job " + std::to_string(receipt.undoneBy->get()),
                         "undo that one to have it back");
    }
    if (!receipt.undoUntil) {
        return makeError(Code::FailedPrecondition, job + " cannot be undone (any more)",
                         "compare with the moment before it: isothermctl restore diff --at");
    }
    if (receipt.mode == RecoveryMode::Replace) {
        return planSwapBack(plan, receipt);
    }
    if (plan.request.conflicts == ConflictRule::Fail) {
        plan.request.conflicts = ConflictRule::Skip; // what changed since stays, and is reported
    }
    ISO_TRY(planEdits(plan));
    plan.title = "undo " + job + ": " + std::to_string(rowsOf(plan)) + " rows";
    return {};
}

Status RecoveryPlanner::planEdits(RecoveryPlan& plan)
{
    ISO_ASSIGN(const EditSelection selection,
               selectEdits(plan.request, m_parts.files, m_parts.recoveries));
    ISO_ASSIGN(const auto editing, m_parts.engine.openRowEditing());
    for (const ShardEdits& shard : selection.shards) {
        ISO_TRY(planShard(plan, shard, selection, *editing));
    }
    if (rowsOf(plan) == 0) {
        return makeError(Code::FailedPrecondition, "there is no such row to bring back",
                         "isothermctl restore diff shows what differs");
    }
    return {};
}

Status RecoveryPlanner::planShard(RecoveryPlan& plan, const ShardEdits& shard,
                                  const EditSelection& selection, engine::RowEditing& editing)
{
    const engine::EditRules rules{static_cast<engine::OnConflict>(plan.request.conflicts),
                                  static_cast<engine::UserTriggers>(plan.request.triggers)};
    ISO_ASSIGN(const auto file, shard.open());
    for (const std::uint32_t index : shard.sections) {
        const EditSection& section = file->sections()[index];
        RecoveryStep step;
        step.shard = shard.shard;
        step.table = section.target.leaf.schema + "." + section.target.leaf.name;
        ISO_ASSIGN(const auto records, recordsOf(shard, index, selection, {}));
        for (;;) {
            ISO_ASSIGN(const auto record, records());
            if (!record) {
                break;
            }
            if (record->kind == RowDifference::Extra) {
                return makeError(Code::InvalidArgument,
                                 "row " + std::to_string(record->number) +
                                     " exists only now: a copy back brings rows back, it deletes "
                                     "none",
                                 "pick rows that are missing or changed");
            }
            step.deletes += record->wanted ? 0 : 1;
            step.updates += record->wanted && record->expected ? 1 : 0;
            step.inserts += record->wanted && !record->expected ? 1 : 0;
        }
        if (step.inserts + step.updates + step.deletes == 0) {
            continue;
        }
        ISO_ASSIGN(const engine::EditSurvey survey, editing.survey(section.target, rules));
        if (!survey.refusals.empty()) {
            return survey.refusals.front();
        }
        plan.warnings.insert(plan.warnings.end(), survey.warnings.begin(), survey.warnings.end());
        step.sql = editing.preview(section.target, rules);
        plan.steps.push_back(std::move(step));
    }
    return {};
}

} // namespace isotherm::recovery
