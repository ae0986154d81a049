// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/recovery_options.h"

namespace isotherm::ctl
{
namespace
{

void addDiff(CLI::App& restore, DiffArguments& diff, const AddCommand& add,
             const std::function<void(CLI::App&, RestoreArguments&)>& addRequest)
{
    CLI::App* command = add(restore, "diff", "rows then against rows now: missing, changed, extra",
                            [&diff](Session& session) { return showDiff(session, diff); });
    addRequest(*command, diff.request);
    command->add_option("--plan", diff.request.planId, "of a restore plan that was made before");
    command->add_option("--side", diff.sideRestore, "the side tables of this restore job");
    command->add_option("--job", diff.job, "show this comparison again");
    command->add_flag("--rows", diff.rows, "the rows instead of the counts");
    command->add_option("--of", diff.table, "rows of this table only");
    command->add_option("--kind", diff.kinds, "missing, changed or extra; may be repeated");
    command->add_option("--after", diff.after, "rows with higher numbers: the next page");
    command->add_option("--limit", diff.limit, "at most so many rows (default 100)");
}

void addRun(CLI::App& command, RecoveryTyped& typed)
{
    command.add_option("--plan", typed.recovery.planId, "a plan that was reviewed before");
    command.add_flag("--plan-only", typed.recovery.planOnly, "say what would be done, do nothing");
    command.add_flag("--detach", typed.detach, "do not follow the job");
}

void addRules(CLI::App& command, RecoveryArguments& recovery)
{
    command.add_option("--on-conflict", recovery.onConflict,
                       "rows that changed since: fail, skip or overwrite");
    command.add_option("--triggers", recovery.triggers, "quiet (default) or fire");
}

} // namespace

void addRecovery(CLI::App& restore, RecoveryTyped& typed, const AddCommand& add,
                 const std::function<void(CLI::App&, RestoreArguments&)>& addRequest)
{
    addDiff(restore, typed.diff, add, addRequest);
    RecoveryArguments& recovery = typed.recovery;
    const auto runs = [&typed](RecoveryMode mode) {
        return [&typed, mode](Session& session) {
            typed.recovery.follow = typed.detach ? Follow::Detach : Follow::Wait;
            return recover(session, mode, typed.recovery);
        };
    };
    CLI::App* copyBack = add(restore, "copy-back", "rows of a comparison into the live tables",
                             runs(RecoveryMode::CopyBack));
    copyBack->add_option("--job", recovery.job, "the comparison (restore diff)");
    copyBack->add_flag("--changed", recovery.changedToo, "changed rows too, not missing ones only");
    copyBack->add_option("--row", recovery.rows, "only this row; may be repeated");
    addRules(*copyBack, recovery);
    addRun(*copyBack, typed);

    CLI::App* replace = add(restore, "replace", "whole partitions swapped for their rows then",
                            runs(RecoveryMode::Replace));
    replace->add_option("--job", recovery.job, "the comparison (restore diff), of whole shards");
    addRun(*replace, typed);

    CLI::App* elsewhere = add(restore, "elsewhere", "into another database, or CSV files",
                              runs(RecoveryMode::Elsewhere));
    elsewhere->add_option("--restore-plan", recovery.restorePlan, "what to restore (restore plan)");
    elsewhere->add_option("--target", recovery.target,
                          "[target.NAME] of the agent's configuration");
    addRun(*elsewhere, typed);

    CLI::App* drop = add(restore, "drop-side", "drop the side tables, or kept partitions, of a job",
                         runs(RecoveryMode::DropSide));
    drop->add_option("job", recovery.job, "its number");
    addRun(*drop, typed);

    CLI::App* undo = add(restore, "undo", "take a recovery back", runs(RecoveryMode::Undo));
    undo->add_option("job", recovery.job, "its number");
    addRules(*undo, recovery);
    addRun(*undo, typed);

    add(restore, "show-sql", "the statements of a recovery's plan",
        [&typed](Session& session) { return showSql(session, typed.sqlPlan); })
        ->add_option("plan", typed.sqlPlan, "its id")
        ->required();
    add(restore, "list", "recoveries, the newest first", [&typed](Session& session) {
        return listRecoveries(session, typed.limit);
    })->add_option("--limit", typed.limit, "at most so many (default 50)");
}

} // namespace isotherm::ctl
