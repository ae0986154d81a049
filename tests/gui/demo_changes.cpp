// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/demo_changes.h"

#include "tests/harness/keys.h"

#include <algorithm>
#include <cmath>

namespace isotherm::test
{
namespace
{

using namespace std::chrono_literals;

constexpr std::size_t kBars = 40;
constexpr std::int64_t kKeysPerBar = 3'125;
constexpr std::size_t kUsualCut = 19;

std::int64_t barKey(std::size_t bar)
{
    return 1 + static_cast<std::int64_t>(bar) * kKeysPerBar;
}

std::vector<KeyBar> histogram()
{
    std::vector<KeyBar> bars;
    double sum = 0;
    for (std::size_t i = 0; i < kBars; ++i) {
        KeyBar bar;
        bar.from = keyOf(barKey(i));
        bar.label = std::to_string(barKey(i));
        bar.rowShare = 1.0 / kBars;
        bar.loadShare = 0.3 + std::exp(-std::pow((static_cast<double>(i) - 18.0) / 6.0, 2.0));
        bar.singleKey = i == 27;
        bar.loadShare += bar.singleKey ? 1.2 : 0.0;
        sum += bar.loadShare;
        bars.push_back(bar);
    }
    for (KeyBar& bar : bars) {
        bar.loadShare /= sum;
    }
    return bars;
}

ChangePart partOf(const ChangeRecord& change, std::size_t first, std::size_t end)
{
    ChangePart part;
    part.range = {keyOf(barKey(first)), keyOf(barKey(end))};
    part.rangeText = "[" + std::to_string(barKey(first)) + ", " + std::to_string(barKey(end)) + ")";
    for (std::size_t i = first; i < end; ++i) {
        part.share += change.evidence.histogram[i].loadShare;
    }
    part.load = part.share * *change.evidence.loadNow;
    part.forecastLoad = part.share * *change.evidence.forecastPeak;
    part.rows = change.rows * (end - first) / kBars;
    part.bytes = ByteCount(change.bytes.get() * (end - first) / kBars);
    return part;
}

ChangeRecord finished(ChangeRecord change, std::uint64_t id, ChangeVerdict verdict)
{
    change.id = ChangeId(id);
    change.state = ChangeState::Done;
    change.finishedAt = change.proposedAt - 20min * static_cast<int>(31 - id);
    ChangeOutcome outcome;
    outcome.verdict = verdict;
    outcome.text = verdict == ChangeVerdict::Helped ? "hottest shard 92 % -> 54 %"
                                                    : "did not help: hottest shard 91 % -> 88 %";
    outcome.measuredAt = *change.finishedAt + 15min;
    change.outcome = outcome;
    return change;
}

} // namespace

ChangeRecord demoSplit(const ShardRecord& shard, std::size_t cut, WallTime now)
{
    ChangeRecord change;
    change.id = ChangeId(DemoChanges::kProposed);
    change.keyspace = shard.keyspace;
    change.sources = {shard.id};
    change.sourceText = shard.rangeText;
    change.keyTypes = {KeyType::Integer};
    change.evidence.trigger = ChangeTrigger::HotNow;
    change.evidence.why = "over its limit in 11 of the last 12 samples";
    change.evidence.loadNow = 1.12;
    change.evidence.forecastPeak = 1.31;
    change.evidence.nodeBusy = 0.71;
    change.evidence.shareOfNode = 0.34;
    change.evidence.histogram = histogram();
    change.evidence.keysFrom = "keys of 12,400 writes and 31,000 sampled reads";
    change.evidence.notes = {"the key 84376 alone has 5 % of the load"};
    change.rows = shard.rows;
    change.bytes = shard.size;
    change.expectedTime = 95s;
    change.expectedPause = 34ms;
    change.parts = {partOf(change, 0, cut), partOf(change, cut, kBars)};
    change.cuts = {std::to_string(barKey(cut))};
    change.preflight = {{FindingLevel::Good, "no default partition", ""},
                        {FindingLevel::Note, "a pg_dump has been running for 4 min",
                         "the switch waits until it has ended"}};
    change.planHash = "plan-" + change.cuts.front();
    change.proposedBy = "planner";
    change.proposedAt = now;
    change.expiresAt = now + 4h;
    change.approvalsNeeded = 2;
    change.voices = {{"ben", true, "before the sale", now}};
    return change;
}

DemoChanges::DemoChanges(const DemoWorld& world, WallTime now, CallLog log)
    : m_world(world), m_log(std::move(log))
{
    const std::vector<ShardRecord>& shards = world.shards();
    ChangeRecord running =
        demoSplit(shards[std::min<std::size_t>(2, shards.size() - 1)], kUsualCut, now);
    running.id = ChangeId(kRunning);
    running.kind = ChangeKind::Merge;
    running.state = ChangeState::Running;
    running.phase = "catch up";
    running.progress = 0.62;
    running.lag = 340ms;
    m_changes = {
        demoSplit(shards.front(), kUsualCut, now), running,
        finished(demoSplit(shards.back(), 12, now), kHelped, ChangeVerdict::Helped),
        finished(demoSplit(shards.back(), 30, now), kDidNotHelp, ChangeVerdict::DidNotHelp)};
}

void DemoChanges::refuseNext(const std::string& reason)
{
    const std::lock_guard lock(m_mutex);
    m_refusal = reason;
}

Result<std::vector<ChangeRecord>> DemoChanges::changes(const ChangeFilter& /*filter*/)
{
    ISO_TRY(m_log("changes", {}));
    const std::lock_guard lock(m_mutex);
    return m_changes;
}

Result<ChangeRecord> DemoChanges::change(ChangeId id)
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::ranges::find(m_changes, id, &ChangeRecord::id);
    if (found == m_changes.end()) {
        return makeError(Code::NotFound, "no such change");
    }
    return *found;
}

Result<std::vector<ChangeRefusal>> DemoChanges::refusals(std::optional<ShardId> /*shard*/)
{
    const ShardRecord& shard = m_world.shards().back();
    ChangeRefusal refusal;
    refusal.shard = shard.id;
    refusal.keyspace = shard.keyspace;
    refusal.rangeText = shard.rangeText;
    refusal.load = 1.04;
    refusal.reason = "single-key";
    refusal.text = "one key has 61 % of the load: no cut can share it out";
    refusal.nextStep = "spread the key in the application, or give its shard a node of its own";
    return std::vector<ChangeRefusal>{refusal};
}

Result<KeyspacePlan> DemoChanges::planKeyspace(const KeyspacePlanRequest& /*request*/)
{
    return makeError(Code::NotFound, "no such tables");
}

Result<ChangeRecord> DemoChanges::propose(const ProposeRequest& request)
{
    const std::string cuts = request.cuts.empty() ? "" : request.cuts.front();
    ISO_TRY(m_log(request.checkOnly ? "checkChange" : "proposeChange", cuts));
    const auto shard =
        std::ranges::find(m_world.shards(), request.sources.front(), &ShardRecord::id);
    const std::size_t cut =
        cuts.empty() ? kUsualCut : static_cast<std::size_t>((std::stoll(cuts) - 1) / kKeysPerBar);
    ChangeRecord change = demoSplit(*shard, cut, m_world.born());
    change.voices.clear();
    const std::lock_guard lock(m_mutex);
    change.id = request.checkOnly ? ChangeId() : ChangeId(m_changes.front().id.get() + 1);
    change.proposedBy = request.caller.name;
    if (!request.checkOnly) {
        m_changes.insert(m_changes.begin(), change);
    }
    return change;
}

Result<ChangeRecord> DemoChanges::decide(const ChangeDecision& decision, bool approve)
{
    ISO_TRY(m_log(approve ? "approveChange" : "rejectChange",
                  decision.planHash + " " + decision.reason));
    const std::lock_guard lock(m_mutex);
    if (!m_refusal.empty()) {
        const std::string reason = std::move(m_refusal);
        m_refusal.clear();
        return makeError(Code::PermissionDenied, reason, "ask somebody else");
    }
    const auto found = std::ranges::find(m_changes, decision.change, &ChangeRecord::id);
    if (found == m_changes.end() || found->planHash != decision.planHash) {
        return makeError(Code::Aborted, "the plan is another one by now");
    }
    found->voices.push_back({decision.caller.name, approve, decision.reason, m_world.born()});
    found->state = approve ? ChangeState::Running : ChangeState::Rejected;
    found->phase = "copy";
    return *found;
}

Result<ChangeRecord> DemoChanges::approve(const ChangeDecision& decision)
{
    return decide(decision, true);
}

Result<ChangeRecord> DemoChanges::reject(const ChangeDecision& decision)
{
    return decide(decision, false);
}

} // namespace isotherm::test
