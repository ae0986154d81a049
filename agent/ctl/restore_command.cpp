// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "agent/ctl/job_follower.h"
#include "agent/ctl/restore_request.h"
#include "shared/base/time_text.h"

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Result<RestoreRequest> toRequest(const RestoreArguments& arguments, WallTime now)
{
    if (arguments.selection.keyspace.empty()) {
        return makeError(Code::InvalidArgument, "which keyspace is not said",
                         "add --keyspace NAME; list them: isothermctl keyspace list");
    }
    RestoreRequest request;
    request.keyspace = arguments.selection.keyspace;
    request.shards = toShardIds(arguments.selection.shards);
    request.tables = arguments.tables;
    request.predicate = arguments.where;
    request.sideSchema = arguments.sideSchema;
    request.beforeTransaction = arguments.beforeTransaction;
    if (!arguments.at.empty()) {
        ISO_ASSIGN(request.at, parseInstant(arguments.at, now));
    }
    if (!arguments.lsn.empty()) {
        request.lsn = parseLsn(arguments.lsn);
        if (!request.lsn) {
            return makeError(Code::InvalidArgument, arguments.lsn + " is no position",
                             "it is written 16/B374D848, as isothermctl tx list shows it");
        }
    }
    return request;
}

Value expectedTime(const RestorePlan& plan)
{
    if (!plan.fastest || !plan.slowest) {
        return std::string("no estimate yet");
    }
    return formatDuration(*plan.fastest) + " to " + formatDuration(*plan.slowest);
}

Listing partsOf(const RestorePlan& plan)
{
    Listing parts{"parts",
                  {{"shard", "SHARD", Align::Right},
                   {"range", "RANGE"},
                   {"table", "TABLE"},
                   {"backup", "BACKUP"},
                   {"as_of", "SHOWS"},
                   {"runs", "RUNS", Align::Right},
                   {"rows", "ROWS AT MOST", Align::Right},
                   {"bytes_to_read", "TO READ", Align::Right},
                   {"tier", "TIER"}},
                  {}};
    for (const RestorePlanPart& part : plan.parts) {
        parts.rows.push_back({part.shard.get(), part.rangeText, part.table, part.backupId,
                              part.asOf, std::uint64_t{part.runs}, part.rows, part.bytesToRead,
                              part.tier});
    }
    return parts;
}

Record planRecord(const RestorePlan& plan)
{
    Record record{"restore_plan",
                  {{"id", "plan", plan.id},
                   {"keyspace", "keyspace", plan.request.keyspace},
                   {"predicate", "rows where",
                    plan.request.predicate.empty() ? std::string("all") : plan.request.predicate},
                   {"at", "as of at most", orUnknown(plan.request.at)},
                   {"made", "", plan.made},
                   {"side_tables", "into side tables", plan.sideTables},
                   {"rows", "rows at most", plan.rows},
                   {"bytes_to_read", "to read", plan.bytesToRead},
                   {"expected", "expected time", expectedTime(plan)},
                   {"fastest_seconds", "", orUnknown(plan.fastest)},
                   {"slowest_seconds", "", orUnknown(plan.slowest)},
                   {"warnings", plan.warnings.empty() ? "" : "warnings", plan.warnings}},
                  {partsOf(plan)}};
    return record;
}

std::string numbers(const std::vector<ShardId>& shards)
{
    std::string text;
    for (const ShardId shard : shards) {
        text += (text.empty() ? "" : " ") + std::to_string(shard.get());
    }
    return text;
}

/// The transactions that the plan takes apart; empty when there are none, or nobody knows.
Listing cutsOf(Session& session, const RestorePlan& plan)
{
    Listing listing{"cut_transactions",
                    {{"xid", "XID", Align::Right},
                     {"time", "TIME"},
                     {"lsn", "COMMIT"},
                     {"undone", ""},
                     {"what", "CUT"},
                     {"shards", "SHARDS"},
                     {"outside", "NOT RESTORED"}},
                    {}};
    const auto cuts = session.agent.recovery().cutTransactions(plan.id);
    if (!cuts.ok()) {
        session.terminal.err << "which transactions it cuts is not known: " << cuts.error().message
                             << "\n"
                             << std::flush;
        return listing;
    }
    for (const CutTransaction& cut : cuts->nearest) {
        const TransactionSummary& one = cut.transaction;
        listing.rows.push_back({one.id, one.time, formatLsn(one.commit), cut.undone,
                                std::string(cut.undone ? "undone here, stays there"
                                                       : "as of then here, as of now there"),
                                numbers(one.shards), numbers(cut.outside)});
    }
    return listing;
}

Record reviewRecord(Session& session, const RestorePlan& plan)
{
    Record record = planRecord(plan);
    if (Listing cuts = cutsOf(session, plan); !cuts.rows.empty()) {
        record.parts.push_back(std::move(cuts));
    }
    return record;
}

Record receiptRecord(const RestoreReceipt& receipt)
{
    Listing tables{"tables",
                   {{"source", "TABLE"},
                    {"side_table", "SIDE TABLE"},
                    {"rows", "ROWS", Align::Right},
                    {"checksum", "CHECKSUM"},
                    {"verified", "VERIFIED"}},
                   {}};
    for (const RestoredTable& table : receipt.tables) {
        tables.rows.push_back(
            {table.source, table.sideTable, table.rows, table.checksum, table.verified});
    }
    return {"restore_receipt",
            {{"job", "job", receipt.job.get()},
             {"plan", "plan", receipt.planId},
             {"started", "started", receipt.started},
             {"finished", "finished", receipt.finished},
             {"bytes_read", "read", receipt.bytesRead},
             {"verified", "verified", receipt.verified}},
            {tables}};
}

/// Follows the restore, then shows its proof.
ExitCode followRestore(Session& session, JobId job)
{
    session.terminal.err << "job " << job.get()
                         << " runs on the agent; you may close this, it goes on\n"
                         << std::flush;
    const Result<std::vector<JobRecord>> ended = followJobs(session, {job});
    if (!ended.ok()) {
        return reportError(session.terminal, ended.error());
    }
    if (const ExitCode outcome = reportOutcome(session, ended.value()); outcome != ExitCode::Done) {
        return outcome;
    }
    const Result<RestoreReceipt> receipt = session.agent.receipt(job);
    if (!receipt.ok()) {
        return reportError(session.terminal, receipt.error());
    }
    show(session, receiptRecord(receipt.value()));
    if (!receipt->verified) {
        session.terminal.err << "isothermctl: the restored rows do not match the backup\n"
                             << "hint: do not use the side tables; verify the backup: isothermctl "
                                "backups verify\n"
                             << std::flush;
        return ExitCode::VerificationFailed;
    }
    return ExitCode::Done;
}

bool hasRequest(const RestoreArguments& arguments)
{
    return !arguments.selection.keyspace.empty() || !arguments.selection.shards.empty() ||
           !arguments.tables.empty() || !arguments.where.empty() || !arguments.at.empty() ||
           !arguments.lsn.empty() || arguments.beforeTransaction || !arguments.sideSchema.empty();
}

/// The plan to run, shown for review; its id, and the name that confirms it.
struct Reviewed
{
    std::string planId;
    std::string name;
};

Result<Reviewed> review(Session& session, const RestoreArguments& arguments)
{
    if (!arguments.planId.empty()) {
        if (hasRequest(arguments)) {
            return makeError(Code::InvalidArgument, "a plan id and a new request were given",
                             "give one of them: what was reviewed is what runs");
        }
        session.terminal.err << "plan " << arguments.planId << ", as reviewed before\n"
                             << std::flush;
        return Reviewed{arguments.planId, arguments.planId};
    }
    ISO_ASSIGN(const RestorePlan plan, makePlan(session, arguments));
    session.terminal.err << render(reviewRecord(session, plan), Format::Table) << "\n"
                         << std::flush;
    return Reviewed{plan.id, plan.request.keyspace};
}

} // namespace

Result<RestorePlan> makePlan(Session& session, const RestoreArguments& arguments)
{
    ISO_ASSIGN(const RestoreRequest request, toRequest(arguments, session.clock.wallNow()));
    Result<RestorePlan> plan = session.agent.planRestore(request);
    if (!plan.ok() && plan.error().code == Code::NotFound) {
        // "There is no backup of it" is another exit code than "there is no such thing".
        return Error{Code::OutOfRange, plan.error().message, plan.error().hint};
    }
    return plan;
}

ExitCode planRestore(Session& session, const RestoreArguments& arguments)
{
    const Result<RestorePlan> plan = makePlan(session, arguments);
    if (!plan.ok()) {
        return reportError(session.terminal, plan.error());
    }
    show(session, reviewRecord(session, plan.value()));
    session.terminal.err
        << "nothing was done yet; to run exactly this: isothermctl restore run --plan " << plan->id
        << "\n"
        << std::flush;
    return ExitCode::Done;
}

ExitCode runRestore(Session& session, const RestoreArguments& arguments)
{
    const Result<Reviewed> reviewed = review(session, arguments);
    if (!reviewed.ok()) {
        return reportError(session.terminal, reviewed.error());
    }
    const Consent consent = askYesNo(session, "restore into side tables now?", reviewed->name);
    if (consent != Consent::Given) {
        return reportConsent(session.terminal, consent, "--yes");
    }
    const Result<JobId> job = session.agent.runRestore({.planId = reviewed->planId, .caller = {}});
    if (!job.ok()) {
        return reportError(session.terminal, job.error());
    }
    if (arguments.follow == Follow::Detach) {
        session.terminal.err << "running on the agent; to follow: isothermctl jobs wait "
                             << job->get() << "\n"
                             << std::flush;
        return show(session, Listing{"jobs", {{"id", "JOB", Align::Right}}, {{job->get()}}});
    }
    return followRestore(session, job.value());
}

} // namespace isotherm::ctl
