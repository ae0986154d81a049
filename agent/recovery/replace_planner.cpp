// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/live_view.h"
#include "agent/recovery/recovery_planner.h"
#include "agent/recovery/replacement.h"

#include <map>
#include <string>
#include <utility>

namespace isotherm::recovery
{
namespace
{

/// How many rows of each leaf exist or differ only now: (schema, name) → count.
Result<std::map<std::string, std::uint64_t>> rowsLost(EditFileReader& file)
{
    std::map<std::string, std::uint64_t> lost;
    for (;;) {
        ISO_ASSIGN(const auto record, file.next());
        if (!record) {
            return lost;
        }
        const engine::LeafRef& leaf = file.sections()[record->section].target.leaf;
        lost[leaf.schema + "." + leaf.name] += record->kind == RowDifference::Missing ? 0 : 1;
    }
}

} // namespace

/// What stays is told by the comparison: rows that exist or differ only now go with the old leaf.
Status RecoveryPlanner::planReplace(RecoveryPlan& plan)
{
    ISO_ASSIGN(const RowDiff diff, m_parts.recoveries.diff(*plan.request.job));
    ISO_ASSIGN(const metadata::StoredPlan restore, m_parts.restores.plan(diff.planId));
    ISO_ASSIGN(const auto steps, restore::decodeSteps(restore.details));
    ISO_ASSIGN(const auto keyspace, liveView(m_parts.topology, diff.keyspace));
    ThenTables then(m_parts.repository, keyspace->layout);
    ISO_TRY(then.open(steps));
    ISO_ASSIGN(const std::vector<Replacement> replacements,
               replacementsOf(*keyspace, then.tables()));
    ISO_ASSIGN(const auto file, m_parts.files.openDiff(diff.job));
    ISO_ASSIGN(auto lost, rowsLost(*file));
    ISO_ASSIGN(const auto swapping, m_parts.engine.openLeafSwapping());
    for (const Replacement& replacement : replacements) {
        const engine::FreshLeaf fresh = freshFor(replacement.leaf, diff.job);
        ISO_ASSIGN(const engine::SwapSurvey survey, swapping->survey(fresh));
        if (!survey.refusals.empty()) {
            return survey.refusals.front();
        }
        RecoveryStep step;
        step.shard = replacement.shard;
        step.table = replacement.leaf.schema + "." + replacement.leaf.name;
        step.lost = lost[step.table];
        step.sql = survey.sql;
        plan.warnings.insert(plan.warnings.end(), survey.warnings.begin(), survey.warnings.end());
        plan.steps.push_back(std::move(step));
    }
    for (const TableDiff& table : diff.tables) {
        if (table.extra + table.changed > 0) {
            plan.warnings.push_back(std::to_string(table.extra) + " rows of " + table.table +
                                    " exist only now and " + std::to_string(table.changed) +
                                    " differ: they stay in the tables that are kept");
        }
        for (const std::string& column : table.onlyNow) {
            plan.warnings.push_back("column " + column + " of " + table.table +
                                    " was not there then: it gets its default");
        }
    }
    plan.title = "replace " + std::to_string(plan.steps.size()) + " partitions of " +
                 diff.keyspace + " by their rows " + diff.moment;
    plan.confirmName = diff.keyspace;
    return {};
}

Status RecoveryPlanner::planSwapBack(RecoveryPlan& plan, const RecoveryReceipt& receipt)
{
    ISO_ASSIGN(const RecoveryPlan done, m_parts.recoveries.plan(receipt.planId));
    ISO_ASSIGN(const auto keyspace, liveView(m_parts.topology, done.confirmName));
    ISO_ASSIGN(const auto pairs, pairsBack(receipt, *keyspace, receipt.job));
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        RecoveryStep step;
        step.shard = receipt.tables[i].shard;
        step.table = receipt.tables[i].table;
        step.sql = {"swap " + receipt.tables[i].table + " for " + receipt.tables[i].kept};
        plan.steps.push_back(std::move(step));
    }
    plan.warnings.emplace_back("rows written since the replace stay in the tables that are kept");
    plan.title = "undo job " + std::to_string(receipt.job.get()) + ": swap " +
                 std::to_string(plan.steps.size()) + " partitions back";
    plan.confirmName = done.confirmName;
    return {};
}

Status RecoveryPlanner::planDrop(RecoveryPlan& plan)
{
    const JobId job = *plan.request.job;
    const auto addTable = [&plan](ShardId shard, const std::string& table) {
        RecoveryStep step;
        step.shard = shard;
        step.table = table;
        step.sql = {"DROP TABLE " + table};
        plan.steps.push_back(std::move(step));
    };
    if (const auto side = m_parts.restores.receipt(job); side.ok()) {
        for (const RestoredTable& table : side->tables) {
            addTable(ShardId(), table.sideTable);
        }
    } else {
        ISO_ASSIGN(const RecoveryReceipt receipt, m_parts.recoveries.receipt(job));
        for (const RecoveredTable& table : receipt.tables) {
            if (receipt.mode == RecoveryMode::Replace && !receipt.undoneBy) {
                addTable(table.shard, table.kept);
            }
        }
        if (!plan.steps.empty()) {
            plan.warnings.push_back("job " + std::to_string(job.get()) +
                                    " cannot be undone afterwards");
        }
    }
    if (plan.steps.empty()) {
        return makeError(Code::FailedPrecondition,
                         "job " + std::to_string(job.get()) + " left no table to drop",
                         "isothermctl restore list shows what each did");
    }
    plan.title =
        "drop " + std::to_string(plan.steps.size()) + " tables of job " + std::to_string(job.get());
    plan.confirmName = std::to_string(job.get());
    return {};
}

/// Whether the target exists is known to who carries it out; nothing is destroyed there.
Status RecoveryPlanner::planElsewhere(RecoveryPlan& plan)
{
    if (plan.request.target.empty()) {
        return makeError(Code::InvalidArgument, "where to restore is not said",
                         "--target NAME, of a [target.NAME] in the agent's configuration");
    }
    ISO_ASSIGN(const metadata::StoredPlan stored, m_parts.restores.plan(plan.request.planId));
    for (const RestorePlanPart& part : stored.plan.parts) {
        RecoveryStep step;
        step.shard = part.shard;
        step.table = part.table;
        step.inserts = part.rows;
        plan.steps.push_back(std::move(step));
    }
    plan.warnings = stored.plan.warnings;
    plan.title = "restore at most " + std::to_string(stored.plan.rows) + " rows of " +
                 stored.plan.request.keyspace + " into " + plan.request.target;
    return {};
}

} // namespace isotherm::recovery
