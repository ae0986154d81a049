// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/proposal_book.h"

#include <algorithm>
#include <utility>

namespace isotherm::sharding
{
namespace
{

constexpr std::size_t kAll = 100'000;
constexpr std::size_t kKeptChanges = 5'000;
constexpr std::size_t kRecent = 1'000;

std::string nameOf(const ChangeRecord& change)
{
    return "change " + std::to_string(change.id.get());
}

std::string suffixOf(ChangeId id)
{
    return "(change " + std::to_string(id.get()) + ")";
}

bool shareShards(const ChangeRecord& a, const ChangeRecord& b)
{
    return std::any_of(a.sources.begin(), a.sources.end(), [&b](ShardId shard) {
        return std::find(b.sources.begin(), b.sources.end(), shard) != b.sources.end();
    });
}

std::size_t approvals(const ChangeRecord& change)
{
    return static_cast<std::size_t>(
        std::count_if(change.voices.begin(), change.voices.end(),
                      [](const ChangeVoice& voice) { return voice.approved; }));
}

} // namespace

std::string jobTitleOf(const ChangeRecord& change)
{
    return std::string(changeKindName(change.kind)) + " " + change.keyspace + " " +
           change.sourceText + " into " + std::to_string(change.parts.size()) + " " +
           suffixOf(change.id);
}

ProposalBook::ProposalBook(Parts parts, ApprovalRules rules)
    : m_parts(std::move(parts)), m_rules(rules)
{
}

void ProposalBook::setRules(const ApprovalRules& rules)
{
    const std::lock_guard lock(m_mutex);
    m_rules = rules;
}

ProposalBook::Counts ProposalBook::counts() const
{
    const std::lock_guard lock(m_mutex);
    return m_counts;
}

std::uint32_t ProposalBook::approvalsFor(const ChangeRecord& draft) const
{
    return m_rules.secondPerson && draft.proposedBy == kPlannerName ? 2 : 1;
}

Status ProposalBook::keep(const ChangeRecord& change)
{
    m_recent.reset(); // whether it succeeds or not
    return m_parts.store.update(change);
}

Result<std::shared_ptr<const std::vector<ChangeRecord>>> ProposalBook::recent()
{
    const std::lock_guard lock(m_mutex);
    if (!m_recent) {
        ISO_ASSIGN(std::vector<ChangeRecord> changes,
                   m_parts.store.list({"", /*openOnly=*/false, kRecent}));
        m_recent = std::make_shared<const std::vector<ChangeRecord>>(std::move(changes));
    }
    return m_recent;
}

Result<ChangeRecord> ProposalBook::add(ChangeRecord draft)
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(const auto open, m_parts.store.list({"", /*openOnly=*/true, kAll}));
    for (const ChangeRecord& other : open) {
        if (shareShards(draft, other)) {
            return makeError(Code::FailedPrecondition,
                             nameOf(other) + " (" + std::string(changeStateName(other.state)) +
                                 ") has one of these shards already",
                             "decide it first: isothermctl change show " +
                                 std::to_string(other.id.get()));
        }
    }
    draft.state = ChangeState::Proposed;
    draft.approvalsNeeded = approvalsFor(draft);
    m_recent.reset();
    ISO_ASSIGN(draft.id, m_parts.store.insert(draft));
    ISO_TRY(m_parts.store.prune(kKeptChanges));
    ++m_counts[{draft.kind, draft.state}];
    m_parts.log.info("change.proposed", draft.evidence.why,
                     {{"change", static_cast<std::int64_t>(draft.id.get())},
                      {"kind", std::string(changeKindName(draft.kind))},
                      {"by", draft.proposedBy}});
    return draft;
}

Result<ChangeRecord> ProposalBook::waiting(const ChangeDecision& decision)
{
    ISO_ASSIGN(ChangeRecord change, m_parts.store.get(decision.change));
    if (change.state != ChangeState::Proposed) {
        return makeError(Code::FailedPrecondition, nameOf(change) + " is " +
                                                       std::string(changeStateName(change.state)) +
                                                       ", it does not wait for a decision");
    }
    if (decision.planHash != change.planHash) {
        return makeError(
            Code::Aborted, "the plan of " + nameOf(change) + " is not the one that was reviewed",
            "look at it again: isothermctl change show " + std::to_string(change.id.get()));
    }
    return change;
}

Status ProposalBook::mayApprove(const ChangeRecord& change, const ChangeDecision& decision) const
{
    if (decision.caller.role < m_rules.role) {
        return makeError(Code::PermissionDenied,
                         "approving a change takes the role " +
                             std::string(roleName(m_rules.role)) + " here",
                         "approve_role in [changes] says so");
    }
    if (m_rules.secondPerson && change.proposedBy == decision.caller.name) {
        return makeError(Code::PermissionDenied,
                         decision.caller.name + " proposed " + nameOf(change) +
                             ": a second person must approve it",
                         "second_person in [changes] says so");
    }
    const bool again = std::any_of(change.voices.begin(), change.voices.end(),
                                   [&decision](const ChangeVoice& voice) {
                                       return voice.approved && voice.who == decision.caller.name;
                                   });
    return again ? Status(makeError(Code::FailedPrecondition,
                                    decision.caller.name + " has approved " + nameOf(change) +
                                        " already: a second person must, too"))
                 : Status();
}

Result<ChangeRecord> ProposalBook::approve(const ChangeDecision& decision)
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(ChangeRecord change, waiting(decision));
    ISO_TRY(mayApprove(change, decision));
    change.voices.push_back({decision.caller.name, true, decision.reason, m_parts.clock.wallNow()});
    if (approvals(change) < change.approvalsNeeded) {
        change.stateReason = "approved by " + decision.caller.name + ", waits for a second person";
        ISO_TRY(keep(change));
        return change;
    }
    change.stateReason = "approved by " + decision.caller.name;
    return begin(std::move(change));
}

Result<ChangeRecord> ProposalBook::approveByPolicy(ChangeId id, const std::string& why)
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(ChangeRecord change, m_parts.store.get(id));
    if (change.state != ChangeState::Proposed) {
        return change;
    }
    change.voices.push_back({std::string(kPlannerName), true, why, m_parts.clock.wallNow()});
    change.stateReason = "approved by policy: " + why;
    return begin(std::move(change));
}

/// Running without a job is durable before the job is: a crash in between leaves a change that can
/// be told from one whose job runs, and never two jobs.
Result<ChangeRecord> ProposalBook::begin(ChangeRecord change)
{
    ISO_ASSIGN(const ChangeRecord before, m_parts.store.get(change.id));
    change.state = ChangeState::Running;
    change.job = JobId();
    ISO_TRY(keep(change));
    const Result<JobId> job = m_parts.start(change);
    if (!job.ok()) {
        ISO_TRY(keep(before));
        return job.error();
    }
    change.job = job.value();
    ISO_TRY(keep(change));
    ++m_counts[{change.kind, change.state}];
    m_parts.log.info("change.approved", change.stateReason,
                     {{"change", static_cast<std::int64_t>(change.id.get())},
                      {"job", static_cast<std::int64_t>(change.job.get())}});
    return change;
}

Result<ChangeRecord> ProposalBook::reject(const ChangeDecision& decision)
{
    if (decision.reason.empty()) {
        return makeError(Code::InvalidArgument, "a rejection needs a reason",
                         "--reason \"...\": the next one who sees it will ask");
    }
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(ChangeRecord change, waiting(decision));
    change.voices.push_back(
        {decision.caller.name, false, decision.reason, m_parts.clock.wallNow()});
    return close(std::move(change), ChangeState::Rejected,
                 "rejected by " + decision.caller.name + ": " + decision.reason);
}

Result<ChangeRecord> ProposalBook::close(ChangeRecord change, ChangeState state, std::string reason)
{
    change.state = state;
    change.stateReason = std::move(reason);
    change.finishedAt = m_parts.clock.wallNow();
    ISO_TRY(keep(change));
    ++m_counts[{change.kind, state}];
    m_parts.log.info("change." + std::string(changeStateName(state)), change.stateReason,
                     {{"change", static_cast<std::int64_t>(change.id.get())}});
    return change;
}

Status ProposalBook::expire(ChangeId id, const std::string& why)
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(ChangeRecord change, m_parts.store.get(id));
    if (change.state != ChangeState::Proposed) {
        return {};
    }
    ISO_TRY(close(std::move(change), ChangeState::Expired, why));
    return {};
}

Status ProposalBook::noteApplied(ChangeId id)
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(ChangeRecord change, m_parts.store.get(id));
    if (change.state != ChangeState::Running) {
        return {};
    }
    ISO_TRY(close(std::move(change), ChangeState::Done, "the parts serve"));
    return {};
}

Status ProposalBook::noteJob(const JobRecord& job)
{
    if (job.kind != JobKind::Reshard || !isFinished(job.state)) {
        return {};
    }
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(const auto changes, m_parts.store.list({"", /*openOnly=*/false, kAll}));
    for (const ChangeRecord& change : changes) {
        const bool follows =
            change.state == ChangeState::Running || change.state == ChangeState::Done;
        if (change.job != job.id || !follows) {
            continue;
        }
        if (job.state == JobState::Done) {
            if (change.state == ChangeState::Running) {
                ISO_TRY(close(change, ChangeState::Done, job.result));
            }
            return {};
        }
        const bool failed = job.state == JobState::Failed;
        const std::string taken = change.state == ChangeState::Done ? "taken back: " : "";
        ISO_TRY(close(change, failed ? ChangeState::Failed : ChangeState::Cancelled,
                      taken + (job.error.empty() ? job.result : job.error)));
        return {};
    }
    return {};
}

Status ProposalBook::settle(ChangeId id, const ChangeOutcome& outcome)
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(ChangeRecord change, m_parts.store.get(id));
    change.outcome = outcome;
    ISO_TRY(keep(change));
    m_parts.log.info("change.outcome", outcome.text,
                     {{"change", static_cast<std::int64_t>(id.get())}});
    return {};
}

Status ProposalBook::recover(const std::vector<JobRecord>& jobs)
{
    {
        const std::lock_guard lock(m_mutex);
        ISO_ASSIGN(const auto open, m_parts.store.list({"", /*openOnly=*/true, kAll}));
        for (ChangeRecord change : open) {
            if (change.state != ChangeState::Running || change.job != JobId()) {
                continue;
            }
            const auto job = std::find_if(jobs.begin(), jobs.end(), [&](const JobRecord& record) {
                return record.kind == JobKind::Reshard &&
                       record.title.ends_with(suffixOf(change.id));
            });
            if (job != jobs.end()) {
                change.job = job->id;
            } else { // nothing was begun
                change.state = ChangeState::Proposed;
                change.voices.clear();
                change.stateReason = "the agent was interrupted before it began: decide again";
            }
            ISO_TRY(keep(change));
        }
    }
    for (const JobRecord& job : jobs) {
        ISO_TRY(noteJob(job));
    }
    return {};
}

} // namespace isotherm::sharding
