// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/changes_service.h"

#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::test
{

/// What FakeChanges answers from.
struct FakeChangeState
{
    std::vector<ChangeRecord> changes; ///< oldest first
    std::vector<ChangeRefusal> refusals;
    KeyspacePlan plan;
    std::vector<ShardId> shards = {ShardId(1), ShardId(2), ShardId(3), ShardId(4)};
    WallTime now = fromUnixMicros(1'772'366'400'000'000); ///< 2026-03-01T12:00:00Z
};

[[nodiscard]] inline Key sampleKey(std::int64_t value)
{
    std::string encoded;
    appendKeyInteger(encoded, value);
    return Key(encoded);
}

/// A split of shard 1 that waits for somebody.
[[nodiscard]] inline ChangeRecord waitingSplit(WallTime now)
{
    using std::chrono::hours;
    using std::chrono::minutes;
    ChangeRecord waiting;
    waiting.id = ChangeId(3);
    waiting.keyspace = "accounts";
    waiting.sources = {ShardId(1)};
    waiting.sourceText = "[min, 1000)";
    waiting.keyTypes = {KeyType::Integer};
    waiting.cuts = {"400"};
    for (int i = 0; i < 2; ++i) {
        ChangePart part;
        part.range =
            i == 0 ? KeyRange{Key(), sampleKey(400)} : KeyRange{sampleKey(400), sampleKey(1000)};
        part.rangeText = i == 0 ? "[min, 400)" : "[400, 1000)";
        part.share = i == 0 ? 0.52 : 0.48;
        part.load = part.share * 1.3;
        part.forecastLoad = part.share * 1.6;
        part.rows = i == 0 ? 50'000 : 75'000;
        part.bytes = ByteCount(i == 0 ? 6'400'000 : 9'600'000);
        waiting.parts.push_back(part);
    }
    for (int i = 0; i < 10; ++i) {
        KeyBar bar;
        bar.from = i == 0 ? Key() : sampleKey(i * 100);
        bar.label = i == 0 ? "min" : std::to_string(i * 100);
        bar.loadShare = i < 4 ? 0.13 : 0.08;
        bar.rowShare = 0.1;
        waiting.evidence.histogram.push_back(bar);
    }
    waiting.evidence.trigger = ChangeTrigger::HotNow;
    waiting.evidence.why = "over its limit in 11 of the last 12 samples";
    waiting.evidence.loadNow = 1.3;
    waiting.evidence.forecastPeak = 1.6;
    waiting.evidence.nodeBusy = 0.62;
    waiting.evidence.shareOfNode = 0.44;
    waiting.evidence.keysFrom = "changes and sampled queries";
    waiting.rows = 125'000;
    waiting.bytes = ByteCount(16'000'000);
    waiting.expectedTime = std::chrono::seconds(12);
    waiting.expectedPause = std::chrono::milliseconds(30);
    waiting.preflight = {{FindingLevel::Good, "32.0 MB are needed, 9.1 GB are free", ""},
                         {FindingLevel::Note, "process 4711 (reports) has an old snapshot",
                          "the switch waits until it is gone"}};
    waiting.planHash = "0123456789abcdef0123456789abcdef";
    waiting.proposedBy = "planner";
    waiting.proposedAt = now - minutes(3);
    waiting.expiresAt = now + hours(24) - minutes(3);
    return waiting;
}

/// One of shard 2 that helped.
[[nodiscard]] inline ChangeRecord splitThatHelped(const ChangeRecord& waiting, WallTime now)
{
    using std::chrono::hours;
    using std::chrono::minutes;
    ChangeRecord helped = waiting;
    helped.id = ChangeId(1);
    helped.state = ChangeState::Done;
    helped.sources = {ShardId(2)};
    helped.sourceText = "[1000, 2000)";
    helped.proposedBy = "ana";
    helped.evidence.trigger = ChangeTrigger::Person;
    helped.evidence.why = "the sale begins";
    helped.proposedAt = now - hours(20);
    helped.voices = {{"ben", true, "quiet now", now - hours(19)}};
    helped.stateReason = "the parts serve";
    helped.finishedAt = now - hours(19) + minutes(1);
    helped.job = JobId(7);
    helped.outcome =
        ChangeOutcome{ChangeVerdict::Helped, 0.92,      0.54, "hottest shard 92 % -> 54 %",
                      now - hours(18),       ChangeId()};
    return helped;
}

[[nodiscard]] inline ChangeRecord rejectedMerge(const ChangeRecord& waiting, WallTime now)
{
    using std::chrono::hours;
    ChangeRecord rejected = waiting;
    rejected.id = ChangeId(2);
    rejected.kind = ChangeKind::Merge;
    rejected.state = ChangeState::Rejected;
    rejected.sources = {ShardId(3), ShardId(4)};
    rejected.sourceText = "[2000, max)";
    rejected.parts = {waiting.parts.front()};
    rejected.cuts.clear();
    rejected.evidence.trigger = ChangeTrigger::Cold;
    rejected.evidence.why = "at most 12 % together in the last hour";
    rejected.proposedAt = now - hours(2);
    rejected.voices = {{"ana", false, "month end is near", now - hours(1)}};
    rejected.stateReason = "rejected by ana: month end is near";
    rejected.finishedAt = now - hours(1);
    return rejected;
}

/// A hot shard with a single key.
[[nodiscard]] inline ChangeRefusal singleKeyRefusal(WallTime now)
{
    ChangeRefusal refusal;
    refusal.shard = ShardId(4);
    refusal.keyspace = "accounts";
    refusal.rangeText = "[3000, max)";
    refusal.load = 1.21;
    refusal.reason = "single-key";
    refusal.text = "key 3500 makes 91 % of the load";
    refusal.nextStep = "no split can help: cache this key, or spread its rows over more keys";
    refusal.since = now - std::chrono::minutes(7);
    return refusal;
}

[[nodiscard]] inline KeyspacePlan planOfTwo()
{
    KeyspacePlan plan;
    plan.tables = {"public.accounts"};
    plan.keyColumns = {"id"};
    plan.keyTypes = {KeyType::Integer};
    plan.rows = 500'000;
    plan.bytes = ByteCount(64'000'000);
    plan.shardsNow = 4;
    plan.reasons = {"size: 64.0 MB, growth not known; at most 40.0 MB a shard asks for 2"};
    for (int i = 0; i < 2; ++i) {
        PlannedShard shard;
        shard.range =
            i == 0 ? KeyRange{Key(), sampleKey(2000)} : KeyRange{sampleKey(2000), std::nullopt};
        shard.rangeText = i == 0 ? "[min, 2000)" : "[2000, max)";
        shard.rows = 250'000;
        shard.bytes = ByteCount(32'000'000);
        plan.shards.push_back(shard);
    }
    return plan;
}

/// All of these: changes 1 to 3, shard 4 refused.
[[nodiscard]] inline FakeChangeState sampleChanges()
{
    FakeChangeState state;
    const ChangeRecord waiting = waitingSplit(state.now);
    state.changes = {splitThatHelped(waiting, state.now), rejectedMerge(waiting, state.now),
                     waiting};
    state.refusals = {singleKeyRefusal(state.now)};
    state.plan = planOfTwo();
    return state;
}

/// Changes in memory that behave like an agent's. Thread-safe.
class FakeChanges final : public ChangesService
{
public:
    explicit FakeChanges(FakeChangeState state = sampleChanges()) : m_state(std::move(state)) {}

    void edit(const std::function<void(FakeChangeState&)>& change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_state);
    }
    /// Who proposed or decided last, as the API handed it over.
    [[nodiscard]] ChangeCaller lastCaller() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lastCaller;
    }

    Result<std::vector<ChangeRecord>> changes(const ChangeFilter& filter) override
    {
        const std::lock_guard lock(m_mutex);
        std::vector<ChangeRecord> found;
        for (auto change = m_state.changes.rbegin(); change != m_state.changes.rend(); ++change) {
            if ((filter.keyspace.empty() || change->keyspace == filter.keyspace) &&
                (!filter.openOnly || isOpen(change->state)) && found.size() < filter.limit) {
                found.push_back(*change);
            }
        }
        return found;
    }

    Result<ChangeRecord> change(ChangeId id) override
    {
        const std::lock_guard lock(m_mutex);
        ChangeRecord* found = find(id);
        return found == nullptr ? Result<ChangeRecord>(noSuch(id)) : Result<ChangeRecord>(*found);
    }

    Result<std::vector<ChangeRefusal>> refusals(std::optional<ShardId> shard) override
    {
        const std::lock_guard lock(m_mutex);
        std::vector<ChangeRefusal> found = m_state.refusals;
        std::erase_if(found, [shard](const ChangeRefusal& refusal) {
            return shard && refusal.shard != *shard;
        });
        return found;
    }

    Result<KeyspacePlan> planKeyspace(const KeyspacePlanRequest& /*request*/) override
    {
        const std::lock_guard lock(m_mutex);
        return m_state.plan;
    }

    Result<ChangeRecord> propose(const ProposeRequest& request) override
    {
        const std::lock_guard lock(m_mutex);
        m_lastCaller = request.caller;
        for (const ShardId shard : request.sources) {
            if (std::find(m_state.shards.begin(), m_state.shards.end(), shard) ==
                m_state.shards.end()) {
                return makeError(Code::NotFound,
                                 "there is no active shard " + std::to_string(shard.get()));
            }
        }
        ChangeRecord change = sampleChanges().changes.back();
        change.id = ChangeId();
        change.kind = request.sources.size() > 1 ? ChangeKind::Merge : ChangeKind::Split;
        change.sources = request.sources;
        change.cuts = request.cuts.empty() ? change.cuts : request.cuts;
        change.evidence.trigger = ChangeTrigger::Person;
        change.evidence.why = request.reason;
        change.proposedBy = request.caller.name;
        if (!request.checkOnly) {
            change.id = ChangeId(m_state.changes.size() + 1);
            m_state.changes.push_back(change);
        }
        return change;
    }

    Result<ChangeRecord> approve(const ChangeDecision& decision) override
    {
        return decide(decision, ChangeState::Running);
    }
    Result<ChangeRecord> reject(const ChangeDecision& decision) override
    {
        return decide(decision, ChangeState::Rejected);
    }

    Result<std::string> steer(const ChangeSteering& steering) override
    {
        const std::lock_guard lock(m_mutex);
        m_lastSteering = steering;
        m_lastCaller = steering.caller;
        return "change " + std::to_string(steering.change.get()) + " job " +
               std::to_string(steering.job.get());
    }
    [[nodiscard]] ChangeSteering lastSteering() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lastSteering;
    }

    Result<TableAdoption> adoptTables(const AdoptTablesRequest& request) override
    {
        const std::lock_guard lock(m_mutex);
        TableAdoption adoption;
        adoption.plan = m_state.plan;
        adoption.preflight = {{FindingLevel::Good, "32.0 MB are needed", ""}};
        adoption.job = request.checkOnly ? JobId() : JobId(11);
        m_adoptions += request.checkOnly ? 0 : 1;
        m_lastCaller = request.caller;
        return adoption;
    }
    /// So many were begun.
    [[nodiscard]] int adoptions() const
    {
        const std::lock_guard lock(m_mutex);
        return m_adoptions;
    }

private:
    [[nodiscard]] static Error noSuch(ChangeId id)
    {
        return makeError(Code::NotFound, "there is no change " + std::to_string(id.get()),
                         "isothermctl change list names them");
    }

    [[nodiscard]] ChangeRecord* find(ChangeId id)
    {
        const auto found =
            std::find_if(m_state.changes.begin(), m_state.changes.end(),
                         [id](const ChangeRecord& change) { return change.id == id; });
        return found == m_state.changes.end() ? nullptr : &*found;
    }

    Result<ChangeRecord> decide(const ChangeDecision& decision, ChangeState state)
    {
        const std::lock_guard lock(m_mutex);
        m_lastCaller = decision.caller;
        ChangeRecord* change = find(decision.change);
        if (change == nullptr) {
            return noSuch(decision.change);
        }
        if (change->state != ChangeState::Proposed) {
            return makeError(Code::FailedPrecondition, "it does not wait for a decision");
        }
        if (decision.planHash != change->planHash) {
            return makeError(Code::Aborted, "the plan is not the one that was reviewed");
        }
        if (state == ChangeState::Running && change->voices.size() + 1 < change->approvalsNeeded) {
            change->voices.push_back({decision.caller.name, true, decision.reason, m_state.now});
            change->stateReason = "approved, waits for a second person";
            return *change;
        }
        change->state = state;
        change->voices.push_back(
            {decision.caller.name, state == ChangeState::Running, decision.reason, m_state.now});
        change->job = state == ChangeState::Running ? JobId(9) : JobId();
        return *change;
    }

    mutable std::mutex m_mutex;
    FakeChangeState m_state;
    ChangeCaller m_lastCaller;
    ChangeSteering m_lastSteering;
    int m_adoptions = 0;
};

} // namespace isotherm::test
