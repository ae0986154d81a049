// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

#include <cmath>

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

/// A load for people: "130 %".
std::string percent(double load)
{
    return std::to_string(std::lround(load * 100)) + " %";
}

Value ratio(const std::optional<double>& value)
{
    return value ? Value(RatioValue{*value}) : Value();
}

std::vector<std::string> numbersOf(const std::vector<ShardId>& shards)
{
    std::vector<std::string> numbers;
    for (const ShardId shard : shards) {
        numbers.push_back(std::to_string(shard.get()));
    }
    return numbers;
}

Listing changeTable(const std::vector<ChangeRecord>& changes)
{
    Listing listing{"changes",
                    {{"id", "CHANGE", Align::Right},
                     {"change_kind", "KIND"},
                     {"state", "STATE"},
                     {"keyspace", "KEYSPACE"},
                     {"shards", "SHARDS"},
                     {"range", "RANGE"},
                     {"parts", "PARTS", Align::Right},
                     {"cuts", "CUTS"},
                     {"load", "LOAD", Align::Right},
                     {"trigger", "TRIGGER"},
                     {"why", ""},
                     {"proposed_by", "BY"},
                     {"proposed_at", ""},
                     {"phase", ""},
                     {"job", "JOB", Align::Right},
                     {"outcome", "OUTCOME"}},
                    {}};
    for (const ChangeRecord& change : changes) {
        listing.rows.push_back({change.id.get(), std::string(changeKindName(change.kind)),
                                std::string(changeStateName(change.state)), change.keyspace,
                                numbersOf(change.sources), change.sourceText,
                                static_cast<std::uint64_t>(change.parts.size()), change.cuts,
                                ratio(change.evidence.loadNow),
                                std::string(changeTriggerName(change.evidence.trigger)),
                                change.evidence.why, change.proposedBy, change.proposedAt,
                                change.phase.empty() ? Value() : Value(change.phase),
                                change.job == JobId() ? Value() : Value(change.job.get()),
                                change.outcome ? Value(change.outcome->text) : Value()});
    }
    return listing;
}

Listing partTable(const ChangeRecord& change)
{
    Listing parts{"parts",
                  {{"range", "PART"},
                   {"load_share", "SHARE", Align::Right},
                   {"load", "LOAD", Align::Right},
                   {"forecast_load", "AT THE PEAK", Align::Right},
                   {"rows", "ROWS", Align::Right},
                   {"size_bytes", "SIZE", Align::Right},
                   {"one_key", ""}},
                  {}};
    for (const ChangePart& part : change.parts) {
        parts.rows.push_back({part.rangeText, RatioValue{part.share}, ratio(part.load),
                              ratio(part.forecastLoad), part.rows, part.bytes, part.oneKey});
    }
    return parts;
}

Listing preflightTable(const ChangeRecord& change)
{
    Listing findings{
        "preflight", {{"level", "DRY RUN"}, {"finding", "FINDING"}, {"hint", "HINT"}}, {}};
    for (const PreflightFinding& finding : change.preflight) {
        findings.rows.push_back({std::string(findingLevelName(finding.level)), finding.what,
                                 finding.hint.empty() ? Value() : Value(finding.hint)});
    }
    return findings;
}

Listing voiceTable(const ChangeRecord& change)
{
    Listing voices{
        "voices", {{"who", "WHO"}, {"said", "SAID"}, {"when", "WHEN"}, {"reason", "REASON"}}, {}};
    for (const ChangeVoice& voice : change.voices) {
        voices.rows.push_back({voice.who, std::string(voice.approved ? "yes" : "no"), voice.when,
                               voice.reason.empty() ? Value() : Value(voice.reason)});
    }
    return voices;
}

/// For machines only: people have the console for it.
Listing histogramOf(const ChangeRecord& change)
{
    Listing bars{
        "histogram", {{"from", ""}, {"load_share", ""}, {"row_share", ""}, {"single_key", ""}}, {}};
    for (const KeyBar& bar : change.evidence.histogram) {
        bars.rows.push_back({bar.label, bar.loadShare, bar.rowShare, bar.singleKey});
    }
    return bars;
}

std::string stateText(const ChangeRecord& change)
{
    std::string text(changeStateName(change.state));
    text += change.stateReason.empty() ? "" : ": " + change.stateReason;
    text += change.phase.empty() ? "" : ", " + change.phase;
    text += change.progress ? " (" + percent(*change.progress) + ")" : "";
    return text;
}

Record changeRecord(const ChangeRecord& change)
{
    const ChangeEvidence& evidence = change.evidence;
    Record record{"change", {}, {}};
    const auto add = [&record](const char* key, const char* title, Value value) {
        record.fields.push_back({key, title, std::move(value)});
    };
    add("id", "change", change.id == ChangeId() ? Value() : Value(change.id.get()));
    add("change_kind", "kind", std::string(changeKindName(change.kind)));
    add("state", "", std::string(changeStateName(change.state)));
    add("state_text", "state", stateText(change));
    add("keyspace", "keyspace", change.keyspace);
    add("shards", "shards", numbersOf(change.sources));
    add("range", "range", change.sourceText);
    add("cuts", "cuts", change.cuts);
    add("trigger", "trigger", std::string(changeTriggerName(evidence.trigger)));
    add("why", "why", evidence.why.empty() ? Value() : Value(evidence.why));
    add("load", "load now", ratio(evidence.loadNow));
    add("forecast_peak", "peak expected", ratio(evidence.forecastPeak));
    add("probability", "probability", ratio(evidence.probability));
    add("expected_at", "expected at", orUnknown(evidence.expectedAt));
    add("node_busy", "node busy", ratio(evidence.nodeBusy));
    add("share_of_node", "of the node's load", ratio(evidence.shareOfNode));
    add("keys_from", "keys from", evidence.keysFrom.empty() ? Value() : Value(evidence.keysFrom));
    add("notes", "notes", evidence.notes);
    add("rows", "rows to copy", change.rows);
    add("bytes", "bytes to copy", change.bytes);
    add("expected_seconds", "expected time", change.expectedTime);
    add("expected_pause_seconds", "expected pause",
        change.expectedPause.count() > 0 ? Value(change.expectedPause) : Value());
    add("lag_seconds", "lag", orUnknown(change.lag));
    add("plan", "plan", change.planHash);
    add("proposed_by", "proposed by", change.proposedBy);
    add("proposed_at", "proposed at", change.proposedAt);
    add("expires_at", "expires at",
        change.state == ChangeState::Proposed ? orUnknown(change.expiresAt) : Value());
    add("approvals_needed", "approvals needed", std::uint64_t{change.approvalsNeeded});
    add("job", "job", change.job == JobId() ? Value() : Value(change.job.get()));
    add("outcome", "outcome", change.outcome ? Value(change.outcome->text) : Value());
    record.parts = {partTable(change), preflightTable(change), voiceTable(change)};
    return record;
}

ExitCode showChange(Session& session, const ChangeRecord& change)
{
    Record record = changeRecord(change);
    if (session.format != Format::Table) {
        record.parts.push_back(histogramOf(change));
    }
    return show(session, record);
}

ExitCode showResult(Session& session, const Result<ChangeRecord>& change)
{
    return change.ok() ? showChange(session, change.value())
                       : reportError(session.terminal, change.error());
}

/// Until the parts serve or it has failed; the job itself goes on through its grace period.
ExitCode followChange(Session& session, ChangeRecord change)
{
    std::string told;
    while (change.state == ChangeState::Running) {
        if (stateText(change) != told) {
            told = stateText(change);
            session.terminal.err << "change " << change.id.get() << ": " << told << "\n";
        }
        session.pause(std::chrono::milliseconds(500));
        auto next = session.agent.changes().change(change.id);
        if (!next.ok()) {
            return reportError(session.terminal, next.error());
        }
        change = std::move(next).value();
    }
    const ExitCode shown = showChange(session, change);
    return change.state == ChangeState::Done ? shown : ExitCode::Failed;
}

} // namespace

ExitCode listChanges(Session& session, const ChangeListArguments& arguments)
{
    const auto changes =
        session.agent.changes().changes({arguments.keyspace, arguments.openOnly, arguments.limit});
    return changes.ok() ? show(session, changeTable(changes.value()))
                        : reportError(session.terminal, changes.error());
}

ExitCode showChange(Session& session, std::uint64_t change)
{
    return showResult(session, session.agent.changes().change(ChangeId(change)));
}

ExitCode proposeChange(Session& session, const ProposeArguments& arguments)
{
    ProposeRequest request;
    request.sources = toShardIds(arguments.shards);
    request.cuts = arguments.cuts;
    request.parts = arguments.parts;
    request.reason = arguments.reason;
    request.checkOnly = arguments.checkOnly;
    return showResult(session, session.agent.changes().propose(request));
}

ExitCode approveChange(Session& session, const DecideArguments& arguments)
{
    ChangeDecision decision{ChangeId(arguments.change), arguments.plan, arguments.reason, {}};
    if (decision.planHash.empty()) { // not reviewed yet: here it is
        const auto change = session.agent.changes().change(decision.change);
        if (!change.ok()) {
            return reportError(session.terminal, change.error());
        }
        session.terminal.err << render(changeRecord(change.value()), Format::Table);
        const std::string name = std::to_string(arguments.change);
        const Consent consent =
            askYesNo(session, "approve change " + name + " and let it run?", name);
        if (consent != Consent::Given) {
            return reportConsent(session.terminal, consent, "--yes, or --plan HASH");
        }
        decision.planHash = change->planHash;
    }
    const auto approved = session.agent.changes().approve(decision);
    if (!approved.ok()) {
        return reportError(session.terminal, approved.error());
    }
    if (approved->state == ChangeState::Proposed) { // one voice is not enough
        show(session, changeTable({approved.value()}));
        session.terminal.err << "isothermctl: " << approved->stateReason << "\n";
        return ExitCode::ApprovalMissing;
    }
    return arguments.follow == Follow::Wait ? followChange(session, approved.value())
                                            : show(session, changeTable({approved.value()}));
}

ExitCode rejectChange(Session& session, const DecideArguments& arguments)
{
    const auto change = session.agent.changes().change(ChangeId(arguments.change));
    if (!change.ok()) {
        return reportError(session.terminal, change.error());
    }
    const auto rejected =
        session.agent.changes().reject({change->id,
                                        arguments.plan.empty() ? change->planHash : arguments.plan,
                                        arguments.reason,
                                        {}});
    return rejected.ok() ? show(session, changeTable({rejected.value()}))
                         : reportError(session.terminal, rejected.error());
}

ExitCode steerChange(Session& session, const SteerArguments& arguments)
{
    const auto told = session.agent.changes().steer(
        {ChangeId(arguments.change), JobId(arguments.job), arguments.step, {}});
    if (!told.ok()) {
        return reportError(session.terminal, told.error());
    }
    Record record{"steered", {}, {}};
    record.fields = {{"text", "now", told.value()}};
    return show(session, record);
}

ExitCode explainChanges(Session& session, const std::optional<std::uint64_t>& shard)
{
    const auto refusals =
        session.agent.changes().refusals(shard ? std::optional(ShardId(*shard)) : std::nullopt);
    if (!refusals.ok()) {
        return reportError(session.terminal, refusals.error());
    }
    Listing listing{"refusals",
                    {{"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"range", "RANGE"},
                     {"load", "LOAD", Align::Right},
                     {"reason", "REASON"},
                     {"text", "FACTS"},
                     {"next_step", "NEXT STEP"},
                     {"since", ""}},
                    {}};
    for (const ChangeRefusal& refusal : refusals.value()) {
        listing.rows.push_back({refusal.shard.get(), refusal.keyspace, refusal.rangeText,
                                ratio(refusal.load), refusal.reason, refusal.text, refusal.nextStep,
                                refusal.since});
    }
    return show(session, listing);
}

} // namespace isotherm::ctl
