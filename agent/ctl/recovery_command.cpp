// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/job_follower.h"
#include "agent/ctl/recovery_arguments.h"

#include <algorithm>

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Result<ConflictRule> conflictRule(const std::string& name)
{
    if (name.empty() || name == "fail") {
        return ConflictRule::Fail;
    }
    if (name == "skip") {
        return ConflictRule::Skip;
    }
    if (name == "overwrite") {
        return ConflictRule::Overwrite;
    }
    return makeError(Code::InvalidArgument, "there is no conflict rule \"" + name + "\"",
                     "use fail, skip or overwrite");
}

Result<TriggerRule> triggerRule(const std::string& name)
{
    if (name == "quiet") {
        return TriggerRule::Quiet;
    }
    if (name == "fire") {
        return TriggerRule::Fire;
    }
    return makeError(Code::InvalidArgument, "triggers are not \"" + name + "\"",
                     "use quiet or fire");
}

Result<RecoveryRequest> toRequest(RecoveryMode mode, const RecoveryArguments& arguments)
{
    RecoveryRequest request;
    request.mode = mode;
    if (arguments.job != 0) {
        request.job = JobId(arguments.job);
    }
    request.planId = arguments.restorePlan;
    request.target = arguments.target;
    request.picked = arguments.rows;
    if (!arguments.rows.empty()) {
        request.choice = RowChoice::Picked;
    } else if (arguments.changedToo) {
        request.choice = RowChoice::MissingAndChanged;
    }
    ISO_ASSIGN(request.conflicts, conflictRule(arguments.onConflict));
    ISO_ASSIGN(request.triggers, triggerRule(arguments.triggers));
    return request;
}

Record planRecord(const RecoveryPlan& plan)
{
    Listing steps{"steps",
                  {{"shard", "SHARD", Align::Right},
                   {"table", "TABLE"},
                   {"inserts", "INSERTS", Align::Right},
                   {"updates", "UPDATES", Align::Right},
                   {"deletes", "DELETES", Align::Right},
                   {"lost", "ONLY NOW", Align::Right}},
                  {}};
    for (const RecoveryStep& step : plan.steps) {
        steps.rows.push_back(
            {step.shard.get(), step.table, step.inserts, step.updates, step.deletes, step.lost});
    }
    return {"recovery_plan",
            {{"id", "plan", plan.id},
             {"title", "what", plan.title},
             {"mode", "", std::string(recoveryModeName(plan.request.mode))},
             {"made", "", plan.made},
             {"confirm", plan.confirmName.empty() ? "" : "confirm with", plan.confirmName},
             {"warnings", plan.warnings.empty() ? "" : "warnings", plan.warnings}},
            {steps}};
}

Listing receiptTables(const RecoveryReceipt& receipt)
{
    const bool rows =
        receipt.mode == RecoveryMode::Replace || receipt.mode == RecoveryMode::Elsewhere;
    Listing tables{"tables",
                   {{"shard", "SHARD", Align::Right},
                    {"table", "TABLE"},
                    {"inserted", rows ? "" : "INSERTED", Align::Right},
                    {"updated", rows ? "" : "UPDATED", Align::Right},
                    {"deleted", rows ? "" : "DELETED", Align::Right},
                    {"already", rows ? "" : "AS WANTED", Align::Right},
                    {"skipped", rows ? "" : "SKIPPED", Align::Right},
                    {"rows", rows ? "ROWS" : "", Align::Right},
                    {"checksum", rows ? "CHECKSUM" : ""},
                    {"kept", rows ? "KEPT" : ""}},
                   {}};
    for (const RecoveredTable& table : receipt.tables) {
        tables.rows.push_back({table.shard.get(), table.table, table.inserted, table.updated,
                               table.deleted, table.already, table.skipped, table.rows,
                               table.checksum, table.kept});
    }
    return tables;
}

Value jobValue(const std::optional<JobId>& job)
{
    return job ? Value(job->get()) : Value();
}

Record receiptRecord(const RecoveryReceipt& receipt)
{
    return {"recovery_receipt",
            {{"job", "job", receipt.job.get()},
             {"plan", "plan", receipt.planId},
             {"mode", "what", std::string(recoveryModeName(receipt.mode))},
             {"started", "started", receipt.started},
             {"finished", "finished", receipt.finished},
             {"verified", "verified", receipt.verified},
             {"conflicts", receipt.conflicts.empty() ? "" : "conflicts", receipt.conflicts},
             {"notes", receipt.notes.empty() ? "" : "notes", receipt.notes},
             {"undo_of", receipt.undoOf ? "undid job" : "", jobValue(receipt.undoOf)},
             {"undone_by", receipt.undoneBy ? "undone by job" : "", jobValue(receipt.undoneBy)},
             {"undo_until", "undo until", orUnknown(receipt.undoUntil)}},
            {receiptTables(receipt)}};
}

ExitCode follow(Session& session, JobId job)
{
    session.terminal.err << "job " << job.get()
                         << " runs on the agent; you may close this, it goes on\n"
                         << std::flush;
    const Result<std::vector<JobRecord>> ended = followJobs(session, {job});
    if (!ended.ok()) {
        return reportError(session.terminal, ended.error());
    }
    if (const ExitCode outcome = reportOutcome(session, ended.value()); outcome != ExitCode::Done) {
        const bool conflict = ended->front().error.find(kConflictWords) != std::string::npos;
        return conflict ? ExitCode::Conflict : outcome;
    }
    const Result<RecoveryReceipt> receipt = session.agent.recovery().recoveryReceipt(job);
    if (!receipt.ok()) {
        return reportError(session.terminal, receipt.error());
    }
    show(session, receiptRecord(receipt.value()));
    if (receipt->undoUntil) {
        session.terminal.err << "to take it back: isothermctl restore undo " << job.get() << "\n"
                             << std::flush;
    }
    return receipt->verified ? ExitCode::Done : ExitCode::VerificationFailed;
}

Result<RecoveryPlan> planFor(Session& session, RecoveryMode mode,
                             const RecoveryArguments& arguments)
{
    if (arguments.planId.empty()) {
        ISO_ASSIGN(const RecoveryRequest request, toRequest(mode, arguments));
        return session.agent.recovery().planRecovery(request);
    }
    ISO_ASSIGN(RecoveryPlan plan, session.agent.recovery().recoveryPlan(arguments.planId));
    if (plan.request.mode != mode) {
        return makeError(Code::InvalidArgument, "plan " + plan.id + " is for: " + plan.title,
                         "run the command that it was made with");
    }
    return plan;
}

} // namespace

ExitCode recover(Session& session, RecoveryMode mode, const RecoveryArguments& arguments)
{
    const Result<RecoveryPlan> plan = planFor(session, mode, arguments);
    if (!plan.ok()) {
        return reportError(session.terminal, plan.error());
    }
    if (arguments.planOnly) {
        show(session, planRecord(plan.value()));
        session.terminal.err << "nothing was done yet; its statements: isothermctl restore "
                                "show-sql "
                             << plan->id << "\n"
                             << std::flush;
        return ExitCode::Done;
    }
    session.terminal.err << render(planRecord(plan.value()), Format::Table) << "\n" << std::flush;
    const Consent consent = plan->confirmName.empty()
                                ? askYesNo(session, plan->title + "?", plan->id)
                                : askName(session, plan->title + "?", plan->confirmName);
    if (consent != Consent::Given) {
        return reportConsent(session.terminal, consent,
                             plan->confirmName.empty() ? "--yes"
                                                       : "--confirm " + plan->confirmName);
    }
    const Result<JobId> job = session.agent.recovery().runRecovery({plan->id, {}});
    if (!job.ok()) {
        return reportError(session.terminal, job.error());
    }
    if (arguments.follow == Follow::Detach) {
        session.terminal.err << "running on the agent; to follow: isothermctl jobs wait "
                             << job->get() << "\n"
                             << std::flush;
        return show(session, Listing{"jobs", {{"id", "JOB", Align::Right}}, {{job->get()}}});
    }
    return follow(session, job.value());
}

ExitCode showSql(Session& session, const std::string& planId)
{
    const Result<RecoveryPlan> plan = session.agent.recovery().recoveryPlan(planId);
    if (!plan.ok()) {
        return reportError(session.terminal, plan.error());
    }
    if (session.format != Format::Table) {
        Listing listing{"statements", {{"shard", ""}, {"table", ""}, {"sql", ""}}, {}};
        for (const RecoveryStep& step : plan->steps) {
            for (const std::string& sql : step.sql) {
                listing.rows.push_back({step.shard.get(), step.table, sql});
            }
        }
        return show(session, listing);
    }
    session.terminal.out << "-- " << plan->title << "\n";
    for (const RecoveryStep& step : plan->steps) {
        session.terminal.out << "\n-- shard " << step.shard.get() << ", " << step.table << "\n";
        for (const std::string& sql : step.sql) {
            session.terminal.out << sql << ";\n";
        }
    }
    session.terminal.out << std::flush;
    return ExitCode::Done;
}

ExitCode listRecoveries(Session& session, std::size_t limit)
{
    const auto receipts = session.agent.recovery().recoveries(limit);
    if (!receipts.ok()) {
        return reportError(session.terminal, receipts.error());
    }
    Listing listing{"recoveries",
                    {{"job", "JOB", Align::Right},
                     {"mode", "WHAT"},
                     {"finished", "FINISHED"},
                     {"tables", "TABLES", Align::Right},
                     {"rows", "ROWS", Align::Right},
                     {"verified", "VERIFIED"},
                     {"undone_by", "UNDONE BY", Align::Right},
                     {"undo_until", "UNDO UNTIL"}},
                    {}};
    for (const RecoveryReceipt& receipt : receipts.value()) {
        std::uint64_t rows = 0;
        for (const RecoveredTable& table : receipt.tables) {
            rows += table.inserted + table.updated + table.deleted + table.rows;
        }
        listing.rows.push_back({receipt.job.get(), std::string(recoveryModeName(receipt.mode)),
                                receipt.finished, std::uint64_t{receipt.tables.size()}, rows,
                                receipt.verified, jobValue(receipt.undoneBy),
                                orUnknown(receipt.undoUntil)});
    }
    return show(session, listing);
}

} // namespace isotherm::ctl
