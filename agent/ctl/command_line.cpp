// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/command_line.h"

#include "agent/ctl/commands.h"
#include "agent/ctl/completion.h"
#include "agent/ctl/recovery_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <sstream>

namespace isotherm::ctl
{
namespace
{

/// Everything that options are written into, until the command runs.
struct Typed
{
    Invocation invocation;
    std::string format = "table";
    std::string shell;
    Selection selection;
    std::string keyspace;
    HeatArguments heat;
    ForecastArguments forecast;
    BackupListArguments backups;
    RestoreArguments restore;
    RecoveryTyped recovery;
    TransactionArguments transactions;
    ScheduleArguments schedule;
    VerifyArguments verify;
    CheckArguments check;
    AdoptArguments adopt;
    SteerArguments steer;
    ChangeListArguments changes;
    ProposeArguments propose;
    DecideArguments decide;
    KeyspacePlanArguments keyspacePlan;
    std::optional<std::uint64_t> shard;
    HotKeysArguments hotKeys;
    std::vector<std::uint64_t> jobs;
    std::uint64_t number = 0;
    std::uint64_t after = 0;
    std::size_t limit = 0;
    bool flag = false;
    bool wait = false;
    bool detach = false;
};

using Run = std::function<ExitCode(Session&)>;

CLI::App* leaf(CLI::App& group, const char* name, const char* description, Typed& typed, Run run)
{
    CLI::App* command = group.add_subcommand(name, description);
    command->callback([&typed, run = std::move(run)] { typed.invocation.run = run; });
    return command;
}

CLI::App* groupOf(CLI::App& app, const char* name, const char* description)
{
    CLI::App* group = app.add_subcommand(name, description);
    group->require_subcommand(1);
    return group;
}

void addSelection(CLI::App& command, Selection& selection)
{
    command.add_option("--keyspace,-k", selection.keyspace, "only this keyspace");
    command.add_option("--shard", selection.shards, "only this shard; may be repeated");
}

void addGlobals(CLI::App& app, Typed& typed)
{
    app.add_option("--profile", typed.invocation.profile,
                   "connection profile (default: $ISOTHERM_PROFILE, else "
                   "~/.config/isotherm/profile.json)");
    app.add_option("--passphrase-file", typed.invocation.passphraseFile,
                   "file with the profile's passphrase");
    app.add_option("-o,--output", typed.format, "table, json, jsonl or csv")
        ->check(CLI::IsMember({"table", "json", "jsonl", "csv"}));
    app.add_flag("-y,--yes", typed.invocation.assumeYes, "do not ask whether to go on");
    app.add_option("--confirm", typed.invocation.confirm, "the name that would have to be typed");
    app.add_flag("--no-input", typed.invocation.noInput, "never ask anything; end with 12 instead");
}

void addReading(CLI::App& app, Typed& typed)
{
    leaf(app, "status", "the cluster and the agent at a glance", typed, showStatus);

    CLI::App* shards = groupOf(app, "shards", "shards and their temperature");
    CLI::App* list = leaf(*shards, "list", "all shards", typed, [&typed](Session& session) {
        return listShards(session, typed.keyspace, typed.flag);
    });
    list->add_option("--keyspace,-k", typed.keyspace, "only this keyspace");
    list->add_flag("--all", typed.flag, "retired ones too");
    CLI::App* show = leaf(*shards, "show", "one shard", typed,
                          [&typed](Session& session) { return showShard(session, typed.number); });
    show->add_option("shard", typed.number, "its number")->required();
    CLI::App* hot =
        leaf(*shards, "hot", "why one shard is hot: its keys", typed,
             [&typed](Session& session) { return showHotKeys(session, typed.hotKeys); });
    hot->add_option("shard", typed.hotKeys.shard, "its number")->required();
    hot->add_option("--keys", typed.hotKeys.keys, "at most so many keys (default 10)");
    hot->add_option("--cuts", typed.hotKeys.cuts, "at most so many places to cut (default 7)");

    leaf(*shards, "explain", "why a shard's temperature is what it is, and what comes of it", typed,
         [&typed](Session& session) { return explainShard(session, typed.number); })
        ->add_option("shard", typed.number, "its number")
        ->required();

    CLI::App* schedule = groupOf(app, "schedule", "what is backed up next");
    CLI::App* due = leaf(*schedule, "show", "when, which shard, and why", typed,
                         [&typed](Session& s) { return showSchedule(s, typed.schedule); });
    due->add_option("--keyspace,-k", typed.schedule.keyspace, "only this keyspace");
    due->add_flag("--rotation", typed.schedule.rotation,
                  "every backup to the end of the coming rotation, not only each shard's next");
    due->add_option("--until", typed.schedule.until, "every backup up to this time: +2d");
    due->add_flag("--fulls", typed.schedule.fullsOnly, "only fulls, from wherever");
    due->add_option("--limit", typed.schedule.limit, "at most so many (default 1000)");

    CLI::App* audit = groupOf(app, "audit", "who did or tried what");
    CLI::App* entries = leaf(*audit, "list", "the newest entries", typed, [&typed](Session& s) {
        return listAudit(s, typed.after, typed.limit == 0 ? 100 : typed.limit);
    });
    entries->add_option("--after", typed.after, "only entries after this number");
    entries->add_option("--limit", typed.limit, "at most so many (default 100)");
    leaf(*audit, "verify", "check that no entry was changed", typed, verifyAudit);
}

void addHeat(CLI::App& app, Typed& typed)
{
    CLI::App* heat = groupOf(app, "heat", "load by key and time");
    const auto addRange = [&typed](CLI::App& command) {
        addSelection(command, typed.heat.selection);
        command.add_option("--metric", typed.heat.metric,
                           "reads, writes, rows (default), bytes or temperature");
        command.add_option("--from", typed.heat.from, "begin (default -10m)");
        command.add_option("--to", typed.heat.to,
                           "end (default now); later than now, +2h: what is forecast");
    };
    CLI::App* show = leaf(*heat, "show", "a heat map", typed,
                          [&typed](Session& session) { return showHeat(session, typed.heat); });
    addRange(*show);
    show->add_option("--columns", typed.heat.columns, "at most so many columns of time");
    CLI::App* top = leaf(*heat, "top", "the hottest shards", typed,
                         [&typed](Session& session) { return topHeat(session, typed.heat); });
    addRange(*top);
    top->add_option("--limit", typed.heat.limit, "how many (default 10)");
}

void addForecast(CLI::App& app, Typed& typed)
{
    CLI::App* forecast =
        groupOf(app, "forecast", "what is expected to come, and how good that was");
    CLI::App* show = leaf(*forecast, "show", "the next 24 hours", typed,
                          [&typed](Session& s) { return showForecast(s, typed.forecast); });
    addSelection(*show, typed.forecast.selection);
    show->add_option("--made", typed.forecast.made,
                     "past forecasts instead, made so long before: 1h, 6h or 24h");
    show->add_option("--from", typed.forecast.from, "begin of past forecasts (default -24h)");
    show->add_option("--to", typed.forecast.to, "end of past forecasts (default now)");
    leaf(*forecast, "quality", "errors against seasonal naive, weights of the models", typed,
         showForecastQuality);
}

void addBackups(CLI::App& app, Typed& typed)
{
    CLI::App* backups = groupOf(app, "backups", "backups of shards");
    CLI::App* list = leaf(*backups, "list", "the newest first", typed, [&typed](Session& session) {
        return listBackups(session, typed.backups);
    });
    addSelection(*list, typed.backups.selection);
    list->add_option("--from", typed.backups.from, "showing this moment or a later one");
    list->add_option("--to", typed.backups.to, "showing an earlier moment");
    list->add_option("--limit", typed.backups.limit, "at most so many (default 100)");

    const auto follow = [&typed] { return typed.wait ? Follow::Wait : Follow::Detach; };
    CLI::App* run = leaf(*backups, "run", "back up now", typed, [&typed, follow](Session& s) {
        return runBackups(s, {typed.selection, typed.flag, follow()});
    });
    run->add_flag("--full", typed.flag, "even where an incremental one would do");
    addSelection(*run, typed.selection);
    run->add_flag("--wait", typed.wait, "follow until done");
    CLI::App* verify = leaf(*backups, "verify", "read backups back and check them", typed,
                            [&typed, follow](Session& session) {
                                typed.verify.follow = follow();
                                return verifyBackups(session, typed.verify);
                            });
    addSelection(*verify, typed.verify.selection);
    verify->add_option("--level", typed.verify.level,
                       "present, decodes, checksums (default), loaded or compared");
    verify->add_flag("--again", typed.verify.again, "also what was proven already");
    verify->add_flag("--wait", typed.wait, "follow until done");
    CLI::App* prune = leaf(*backups, "prune", "apply retention and collect garbage", typed,
                           [&typed, follow](Session& session) {
                               return pruneBackups(session, typed.keyspace,
                                                   typed.flag ? DryRun::Yes : DryRun::No, follow());
                           });
    prune->add_option("--keyspace,-k", typed.keyspace, "only this keyspace");
    prune->add_flag("--dry-run", typed.flag, "only say what would go, and why");
    prune->add_flag("--wait", typed.wait, "follow until done");
}

void addDrills(CLI::App& app, Typed& typed)
{
    CLI::App* drill = groupOf(app, "drill", "trial restores, compared with the database");
    CLI::App* run = leaf(*drill, "run", "restore shards into scratch tables and compare", typed,
                         [&typed](Session& session) {
                             return runDrills(session, typed.selection,
                                              typed.wait ? Follow::Wait : Follow::Detach);
                         });
    addSelection(*run, typed.selection);
    run->add_flag("--wait", typed.wait, "follow until done");
    leaf(*drill, "list", "the newest receipts", typed, [&typed](Session& session) {
        return listDrills(session, typed.limit == 0 ? 50 : typed.limit);
    })->add_option("--limit", typed.limit, "at most so many (default 50)");
    CLI::App* check =
        groupOf(app, "check", "for monitoring: one line, and 0 to 3 as Nagios has it");
    CLI::App* rpo = leaf(*check, "rpo", "is every shard backed up as often as it is to be", typed,
                         [&typed](Session& session) { return checkRpo(session, typed.check); });
    rpo->add_option("--keyspace,-k", typed.check.keyspace, "only this keyspace");
    rpo->add_option("--warning,-w", typed.check.warning,
                    "age from which on to warn (default: 90 % of the objective)");
    rpo->add_option("--critical,-c", typed.check.critical,
                    "age that is allowed to shards without an objective");
}

void addRestoreRequest(CLI::App& command, RestoreArguments& restore)
{
    addSelection(command, restore.selection);
    command.add_option("--table,-t", restore.tables, "only this table; may be repeated");
    command.add_option("--where", restore.where,
                       "rows by key: \"customer_id between 100 and 200\"");
    CLI::Option* at = command.add_option("--at", restore.at,
                                         "as it was at this time: 2026-03-01T12:00:00+02:00, -40m");
    CLI::Option* lsn =
        command.add_option("--lsn", restore.lsn, "as it was after this position: 16/B374D848");
    CLI::Option* before = command.add_option("--before-xid", restore.beforeTransaction,
                                             "as it was just before this transaction committed");
    at->excludes(lsn)->excludes(before);
    lsn->excludes(before);
    command.add_option("--side-schema", restore.sideSchema,
                       "schema for the side tables (default isotherm_restore)");
}

void addRestore(CLI::App& app, Typed& typed)
{
    CLI::App* restore = groupOf(app, "restore", "bring shards or rows back beside the old ones");
    CLI::App* plan =
        leaf(*restore, "plan", "what would be read and written", typed,
             [&typed](Session& session) { return planRestore(session, typed.restore); });
    addRestoreRequest(*plan, typed.restore);
    CLI::App* run = leaf(*restore, "run", "plan, ask, restore, prove", typed, [&typed](Session& s) {
        typed.restore.follow = typed.detach ? Follow::Detach : Follow::Wait;
        return runRestore(s, typed.restore);
    });
    addRestoreRequest(*run, typed.restore);
    run->add_option("--plan", typed.restore.planId, "a plan that was reviewed before");
    run->add_flag("--detach", typed.detach, "do not follow the job");
    addRecovery(
        *restore, typed.recovery,
        [&typed](CLI::App& group, const char* name, const char* description, Run command) {
            return leaf(group, name, description, typed, std::move(command));
        },
        addRestoreRequest);
}

void addHistory(CLI::App& app, Typed& typed)
{
    CLI::App* ranges = leaf(app, "ranges", "what each shard can be restored to", typed,
                            [&typed](Session& s) { return listRanges(s, typed.keyspace); });
    ranges->add_option("--keyspace,-k", typed.keyspace, "only this keyspace");
    CLI::App* transactions = groupOf(app, "tx", "transactions in the backed-up history");
    CLI::App* list = leaf(*transactions, "list", "the newest first", typed,
                          [&typed](Session& s) { return listTransactions(s, typed.transactions); });
    addSelection(*list, typed.transactions.selection);
    list->add_option("--from", typed.transactions.from, "committed at this time or later");
    list->add_option("--to", typed.transactions.to, "committed before this time");
    list->add_option("--limit", typed.transactions.limit, "at most so many (default 100)");
    list->add_flag("--largest", typed.transactions.largest,
                   "truncates and the largest deletes first: the accident is on top");
}

void addJobs(CLI::App& app, Typed& typed)
{
    CLI::App* jobs = groupOf(app, "jobs", "what the agent is doing");
    CLI::App* list = leaf(*jobs, "list", "the newest first", typed, [&typed](Session& session) {
        return listJobs(session, typed.flag, typed.limit == 0 ? 50 : typed.limit);
    });
    list->add_flag("--active", typed.flag, "only those that have not ended");
    list->add_option("--limit", typed.limit, "at most so many (default 50)");
    leaf(*jobs, "watch", "every change, until all have ended", typed, [&typed](Session& session) {
        return watchJobs(session, typed.jobs);
    })->add_option("job", typed.jobs, "their numbers (default: the active ones)");
    leaf(*jobs, "wait", "until they have ended", typed,
         [&typed](Session& session) { return waitJobs(session, typed.jobs); })
        ->add_option("job", typed.jobs, "their numbers")
        ->required();
    leaf(*jobs, "cancel", "stop at the next safe point", typed,
         [&typed](Session& session) { return cancelJob(session, typed.number); })
        ->add_option("job", typed.number, "its number")
        ->required();
}

void addKeyspaces(CLI::App& app, Typed& typed)
{
    CLI::App* keyspace = groupOf(app, "keyspace", "sets of tables that share a partition key");
    leaf(*keyspace, "list", "all keyspaces", typed, listKeyspaces);
    CLI::App* adopt = leaf(*keyspace, "adopt", "manage range-partitioned tables from now on", typed,
                           [&typed](Session& session) {
                               typed.adopt.follow = typed.wait ? Follow::Wait : Follow::Detach;
                               return adoptKeyspace(session, typed.adopt);
                           });
    adopt->add_option("name", typed.adopt.name, "what it will be called")->required();
    adopt->add_option("--table,-t", typed.adopt.tables, "a partitioned table; may be repeated")
        ->required();
    adopt->add_option("--key", typed.adopt.keyColumns,
                      "a key column (default: the first table's partition key)");
    adopt->add_option("--rpo", typed.adopt.rpo, "how much may be lost: 5m, 1h");
    adopt->add_flag("--divide", typed.adopt.divide,
                    "ordinary tables: make them partitioned first, online");
    adopt->add_option("--cut", typed.adopt.cuts, "--divide: cut at this key; may be repeated");
    adopt->add_option("--shards", typed.adopt.shards,
                      "--divide: into so many, instead of the recommended number");
    adopt->add_flag("--check", typed.adopt.checkOnly, "--divide: only look: a dry run");
    adopt->add_flag("--wait", typed.wait, "--divide: follow until done");
}

void addKeyspacePlan(CLI::App& app, Typed& typed)
{
    CLI::App* plan =
        leaf(*app.get_subcommand("keyspace"), "plan", "how many shards, and where to cut them",
             typed, [&typed](Session& s) { return planKeyspace(s, typed.keyspacePlan); });
    KeyspacePlanArguments& wanted = typed.keyspacePlan;
    plan->add_option("name", wanted.keyspace, "a managed keyspace");
    plan->add_option("--table,-t", wanted.tables,
                     "or: a table, partitioned or not; may be repeated");
    plan->add_option("--key", wanted.keyColumns,
                     "a key column (default: the first of the primary key)");
    plan->add_option("--target-size", wanted.targetSize, "of a shard (default 10GB)");
    plan->add_option("--shards", wanted.shards, "so many, instead of the recommended number");
}

void addDecision(CLI::App& command, DecideArguments& decide)
{
    command.add_option("change", decide.change, "its number")->required();
    command.add_option("--plan", decide.plan, "the plan that was reviewed, as change show has it");
}

void addChanges(CLI::App& app, Typed& typed)
{
    CLI::App* change = groupOf(app, "change", "splits and merges of shards");
    CLI::App* list = leaf(*change, "list", "the newest first", typed,
                          [&typed](Session& s) { return listChanges(s, typed.changes); });
    list->add_option("--keyspace,-k", typed.changes.keyspace, "only this keyspace");
    list->add_flag("--open", typed.changes.openOnly, "only those that wait or run");
    list->add_option("--limit", typed.changes.limit, "at most so many (default 50)");
    leaf(*change, "show", "one change: why, what, what became of it", typed,
         [&typed](Session& s) { return showChange(s, typed.number); })
        ->add_option("change", typed.number, "its number")
        ->required();

    CLI::App* propose = leaf(*change, "propose", "a split, or a merge of neighbours", typed,
                             [&typed](Session& s) { return proposeChange(s, typed.propose); });
    propose
        ->add_option("--shard", typed.propose.shards,
                     "the shard to split; several neighbours to merge")
        ->required();
    propose->add_option("--cut", typed.propose.cuts, "cut at this key; may be repeated");
    propose->add_option("--parts", typed.propose.parts, "into so many, where the load says");
    propose->add_option("--reason", typed.propose.reason, "why, for those who decide");
    propose->add_flag("--check", typed.propose.checkOnly, "only look: a dry run");

    CLI::App* approve = leaf(*change, "approve", "let it run", typed, [&typed](Session& session) {
        typed.decide.follow = typed.wait ? Follow::Wait : Follow::Detach;
        return approveChange(session, typed.decide);
    });
    addDecision(*approve, typed.decide);
    approve->add_option("--reason", typed.decide.reason, "why");
    approve->add_flag("--wait", typed.wait, "follow until done");
    CLI::App* reject = leaf(*change, "reject", "say no", typed,
                            [&typed](Session& s) { return rejectChange(s, typed.decide); });
    addDecision(*reject, typed.decide);
    reject->add_option("--reason", typed.decide.reason, "why")->required();

    leaf(*change, "why", "why hot shards are not split", typed, [&typed](Session& s) {
        return explainChanges(s, typed.shard);
    })->add_option("--shard", typed.shard, "this one, hot or not");
}

/// What is asked of a change that runs.
void addSteering(CLI::App& app, Typed& typed)
{
    struct Step
    {
        const char* name;
        const char* description;
        ChangeStep step;
    };
    constexpr std::array<Step, 4> kSteps = {{
        {"pause", "copy and switch nothing, but follow", ChangeStep::Pause},
        {"resume", "end the pause", ChangeStep::Resume},
        {"finish", "end the grace period: what served before goes", ChangeStep::Finish},
        {"rollback", "let what served before serve again, without loss", ChangeStep::RollBack},
    }};
    for (const Step& step : kSteps) {
        CLI::App* command = leaf(*app.get_subcommand("change"), step.name, step.description, typed,
                                 [&typed, wanted = step.step](Session& session) {
                                     typed.steer.step = wanted;
                                     return steerChange(session, typed.steer);
                                 });
        CLI::Option* change = command->add_option("change", typed.steer.change, "its number");
        command->add_option("--job", typed.steer.job, "or its job's: an adoption has no other")
            ->excludes(change);
    }
}

CommandNode treeOf(const CLI::App& app)
{
    CommandNode node{app.get_name(), app.get_description(), {}, {}};
    for (const CLI::Option* option : app.get_options()) {
        for (const std::string& name : option->get_lnames()) {
            node.options.push_back("--" + name);
        }
        for (const std::string& name : option->get_snames()) {
            node.options.push_back("-" + name);
        }
    }
    for (const CLI::App* child : app.get_subcommands([](const CLI::App*) { return true; })) {
        node.commands.push_back(treeOf(*child));
    }
    return node;
}

CommandLine usageError(const CLI::App& app, const CLI::ParseError& error)
{
    CommandLine line;
    std::ostringstream out;
    std::ostringstream err;
    const int code = app.exit(error, out, err);
    line.out = out.str();
    if (code == 0) { // --help, --version
        return line;
    }
    line.exitCode = ExitCode::Usage;
    line.err = std::string("isothermctl: ") + error.what() + "\nhint: see isothermctl --help\n";
    return line;
}

} // namespace

CommandLine parseCommandLine(std::vector<std::string> arguments)
{
    const auto typed = std::make_shared<Typed>();
    CLI::App app("talks to an Isotherm agent", "isothermctl");
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", std::string("isothermctl ") + ISOTHERM_VERSION);
    addGlobals(app, *typed);
    addReading(app, *typed);
    addHeat(app, *typed);
    addForecast(app, *typed);
    addBackups(app, *typed);
    addDrills(app, *typed);
    addRestore(app, *typed);
    addHistory(app, *typed);
    addJobs(app, *typed);
    addKeyspaces(app, *typed);
    addKeyspacePlan(app, *typed);
    addChanges(app, *typed);
    addSteering(app, *typed);
    CLI::App* completion = app.add_subcommand("completion", "a completion script for a shell");
    completion->add_option("shell", typed->shell, "bash, zsh or fish")->required();

    std::reverse(arguments.begin(), arguments.end()); // as CLI11 takes a vector
    try {
        app.parse(arguments);
    } catch (const CLI::ParseError& error) {
        return usageError(app, error);
    }
    CommandLine line;
    if (completion->parsed()) {
        const Result<std::string> script = completionScript(treeOf(app), typed->shell);
        if (script.ok()) {
            line.out = script.value();
        } else {
            line.exitCode = ExitCode::Usage;
            line.err =
                "isothermctl: " + script.error().message + "\nhint: " + script.error().hint + "\n";
        }
        return line;
    }
    line.invocation = typed->invocation;
    line.invocation->format = parseFormat(typed->format).value_or(Format::Table);
    // The command keeps what was typed alive: its arguments are references into it.
    line.invocation->run = [typed, run = typed->invocation.run](Session& session) {
        return run(session);
    };
    return line;
}

} // namespace isotherm::ctl
