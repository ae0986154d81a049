// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/drop_handler.h"

#include "agent/recovery/recovery_jobs.h"
#include "agent/recovery/replacement.h"

#include <algorithm>

namespace isotherm::recovery
{
namespace
{

/// Of "schema.table".
engine::StagingTable tableOf(const std::string& name)
{
    const std::size_t dot = name.find('.');
    return {name.substr(0, dot), name.substr(dot + 1), {}};
}

/// A kept leaf is dropped only while it bears our mark: its name may be another table's by now.
Status dropKept(engine::RestoreTarget& target, const engine::StagingTable& table, JobId job)
{
    ISO_ASSIGN(const auto marked, target.listStaging(table.schema, keptMark(job)));
    const bool ours = std::any_of(marked.begin(), marked.end(), [&](const auto& candidate) {
        return candidate.name == table.name;
    });
    return ours ? target.dropTable(table) : Status();
}

} // namespace

Result<std::string> DropHandler::run(jobs::JobContext& context)
{
    context.setPhase("drop tables");
    ISO_ASSIGN(const RecoveryPlan plan, m_parts.recoveries.plan(planOf(context)));
    const JobId job = *plan.request.job;
    RecoveryReceipt receipt;
    receipt.job = context.id();
    receipt.planId = plan.id;
    receipt.mode = RecoveryMode::DropSide;
    receipt.started = m_parts.clock.wallNow();
    ISO_ASSIGN(const auto target, m_parts.engine.openRestoreTarget());
    const bool side = m_parts.restores.receipt(job).ok();
    for (const RecoveryStep& step : plan.steps) {
        const engine::StagingTable table = tableOf(step.table);
        ISO_TRY(side ? target->dropTable(table) : dropKept(*target, table, job));
        receipt.tables.push_back({.shard = step.shard, .table = step.table});
    }
    if (!side) {
        ISO_ASSIGN(RecoveryReceipt done, m_parts.recoveries.receipt(job));
        done.undoUntil.reset();
        ISO_TRY(m_parts.recoveries.putReceipt(done));
    }
    receipt.finished = m_parts.clock.wallNow();
    receipt.verified = true;
    ISO_TRY(m_parts.recoveries.putReceipt(receipt));
    return "dropped " + std::to_string(receipt.tables.size()) + " tables";
}

jobs::Recovery DropHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> DropHandler::resume(jobs::JobContext& context)
{
    return run(context);
}

Status DropHandler::rollBack(jobs::JobContext& /*context*/)
{
    return {}; // what is dropped stays dropped
}

} // namespace isotherm::recovery
