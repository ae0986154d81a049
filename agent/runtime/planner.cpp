// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/planner.h"

#include "agent/sharding/draft.h"
#include "agent/sharding/lifecycle.h"

#include <algorithm>
#include <utility>

namespace isotherm::runtime
{
namespace
{

using sharding::Decisions;
using sharding::ShardFacts;
using sharding::ShardingState;

constexpr auto kMergesEvery = std::chrono::minutes(5);
constexpr auto kWithoutSamples = std::chrono::seconds(1);
constexpr double kNear = 0.7; ///< of the limit

const ShardFacts* factsOf(const ShardingState& state, ShardId shard)
{
    const auto found = std::find_if(state.shards.begin(), state.shards.end(),
                                    [shard](const ShardFacts& facts) { return facts.id == shard; });
    return found == state.shards.end() ? nullptr : &*found;
}

ChangeRefusal refusalOf(const ShardFacts& shard, std::string_view reason, std::string text,
                        std::string nextStep)
{
    ChangeRefusal refusal;
    refusal.shard = shard.id;
    refusal.keyspace = shard.keyspace;
    refusal.rangeText = shard.rangeText;
    if (!shard.recent.empty()) {
        refusal.load = shard.recent.back().load;
    }
    refusal.reason = reason;
    refusal.text = std::move(text);
    refusal.nextStep = std::move(nextStep);
    return refusal;
}

} // namespace

Planner::Planner(Parts parts, PlannerWishes wishes)
    : m_parts(std::move(parts)), m_wishes(std::move(wishes))
{
}

Planner::~Planner()
{
    stop();
}

void Planner::start()
{
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

void Planner::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void Planner::wake()
{
    const std::lock_guard lock(m_mutex);
    m_woken = true;
    m_wake.notify_all();
}

void Planner::setWishes(PlannerWishes wishes)
{
    const std::lock_guard lock(m_mutex);
    m_wishes = std::move(wishes);
}

PlannerWishes Planner::wishes() const
{
    const std::lock_guard lock(m_mutex);
    return m_wishes;
}

std::vector<ChangeRefusal> Planner::refusals() const
{
    const std::lock_guard lock(m_mutex);
    std::vector<ChangeRefusal> refusals;
    for (const auto& [shard, refusal] : m_refusals) {
        refusals.push_back(refusal);
    }
    return refusals;
}

std::string Planner::mergesHeld() const
{
    const std::lock_guard lock(m_mutex);
    return m_mergesHeld;
}

void Planner::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        const Status status = tick();
        if (m_parts.health.follow("planner.stalled", status) && !status.ok()) {
            m_parts.log.warning("planner.stalled", status.error().text());
        }
        std::unique_lock lock(m_mutex);
        m_wake.wait_for(lock, stop, kWithoutSamples, [this] { return m_woken; });
        m_woken = false;
    }
}

Status Planner::tick()
{
    const std::lock_guard ticking(m_ticking);
    ISO_ASSIGN(const bool news, m_parts.view.observe());
    const bool near = m_parts.view.hottest() >= kNear;
    if (near != m_near.exchange(near) && m_parts.nearLimit) {
        m_parts.nearLimit(near);
    }
    if (!news) {
        return {};
    }
    const WallTime now = m_parts.clock.wallNow();
    const bool merges =
        !m_mergesLookedAt || now - *m_mergesLookedAt >= kMergesEvery || now < *m_mergesLookedAt;
    const auto look = merges ? sharding::Look::SplitsAndMerges : sharding::Look::Splits;
    ISO_ASSIGN(const ShardingState state, m_parts.view.state(look));
    if (merges) {
        m_mergesLookedAt = now;
    }
    ISO_TRY(follow(state));
    const Decisions decisions = sharding::decide(state, look);
    if (wishes().mode != config::ChangeMode::Off) {
        ISO_TRY(propose(decisions, state));
        ISO_TRY(approveWaiting());
    }
    remember(decisions, state);
    tell();
    return {};
}

Status Planner::follow(const ShardingState& state)
{
    ISO_ASSIGN(const auto recent, m_parts.book.recent());
    for (const ChangeRecord& change : *recent) {
        if (isOpen(change.state)) {
            ISO_TRY(followOne(change, state));
        } else if (change.state == ChangeState::Done && !change.outcome && change.finishedAt &&
                   *change.finishedAt + state.policy.outcomeAfter <= state.now) {
            ISO_TRY(measure(change, state));
        }
    }
    return {};
}

Status Planner::followOne(const ChangeRecord& change, const ShardingState& state)
{
    if (change.state == ChangeState::Running) {
        return sharding::partsServe(change, state) ? m_parts.book.noteApplied(change.id) : Status();
    }
    std::vector<const ShardFacts*> sources;
    for (const ShardId shard : change.sources) {
        if (const ShardFacts* facts = factsOf(state, shard)) {
            sources.push_back(facts);
        }
    }
    if (const auto why = sharding::whyExpired(change, sources, state)) {
        return m_parts.book.expire(change.id, *why);
    }
    return {};
}

Status Planner::measure(const ChangeRecord& change, const ShardingState& state)
{
    const std::vector<const ShardFacts*> parts = sharding::partsOf(change, state);
    ChangeOutcome outcome = sharding::measureOutcome(change, parts, state);
    const bool undo = outcome.verdict == ChangeVerdict::DidNotHelp &&
                      parts.size() == change.parts.size() &&
                      wishes().mode != config::ChangeMode::Off;
    if (undo) {
        ChangeRecord draft = sharding::draftOfUndo(change, parts, state);
        draft.proposedBy = sharding::kPlannerName;
        auto added = m_parts.book.add(std::move(draft));
        if (added.ok()) {
            outcome.undo = added->id;
        }
    }
    return m_parts.book.settle(change.id, outcome);
}

Status Planner::add(ChangeRecord draft)
{
    draft.proposedBy = sharding::kPlannerName;
    if (m_parts.preflight) {
        if (const Status looked = m_parts.preflight(draft); !looked.ok()) {
            draft.preflight.push_back({FindingLevel::Note,
                                       "the dry run failed: " + looked.error().message,
                                       looked.error().hint});
        }
    }
    const auto added = m_parts.book.add(std::move(draft));
    // Somebody was quicker: their proposal has the shard now.
    return added.ok() || added.error().code == Code::FailedPrecondition ? Status()
                                                                        : Status(added.error());
}

Status Planner::propose(const Decisions& decisions, const ShardingState& state)
{
    for (const sharding::SplitPlan& plan : decisions.splits) {
        if (const ShardFacts* shard = factsOf(state, plan.shard)) {
            ISO_TRY(add(sharding::draftOf(plan, *shard, state)));
        }
    }
    for (const sharding::MergePlan& plan : decisions.merges) {
        const ShardFacts* left = factsOf(state, plan.shards[0]);
        const ShardFacts* right = factsOf(state, plan.shards[1]);
        if (left != nullptr && right != nullptr) {
            ISO_TRY(add(sharding::draftOf(plan, *left, *right, state)));
        }
    }
    return {};
}

/// What the planner proposed and nothing speaks against, while a window is open.
Status Planner::approveWaiting()
{
    const PlannerWishes current = wishes();
    if (current.mode != config::ChangeMode::Auto ||
        !config::isInWindow(current.windows, m_parts.clock.wallNow())) {
        return {};
    }
    ISO_ASSIGN(const auto recent, m_parts.book.recent());
    for (const ChangeRecord& change : *recent) {
        const bool blocked = std::any_of(
            change.preflight.begin(), change.preflight.end(),
            [](const PreflightFinding& found) { return found.level == FindingLevel::Blocks; });
        if (change.state == ChangeState::Proposed && !blocked &&
            change.proposedBy == sharding::kPlannerName) {
            ISO_TRY(m_parts.book.approveByPolicy(change.id, "mode auto"));
        }
    }
    return {};
}

void Planner::remember(const Decisions& decisions, const ShardingState& state)
{
    const PlannerWishes current = wishes();
    const bool waitsForWindow =
        current.mode == config::ChangeMode::Auto && !config::isInWindow(current.windows, state.now);
    std::map<ShardId, ChangeRefusal> refusals;
    for (const sharding::Refusal& refused : decisions.refusals) {
        const ShardFacts* shard = factsOf(state, refused.shard);
        if (shard == nullptr) {
            continue;
        }
        const auto reason = refused.reason == sharding::RefusalReason::NotDecided && waitsForWindow
                                ? sharding::RefusalReason::Window
                                : refused.reason;
        refusals.emplace(shard->id, refusalOf(*shard, sharding::refusalName(reason), refused.text,
                                              sharding::nextStepOf(reason, shard->id)));
    }
    if (current.mode == config::ChangeMode::Off) {
        for (const sharding::SplitPlan& plan : decisions.splits) {
            if (const ShardFacts* shard = factsOf(state, plan.shard)) {
                refusals.emplace(shard->id,
                                 refusalOf(*shard, "mode-off", "it is " + plan.sign.why,
                                           "mode = \"propose\" in [changes], or propose it by "
                                           "hand: isothermctl change propose --shard " +
                                               std::to_string(shard->id.get())));
            }
        }
    }
    const std::lock_guard lock(m_mutex);
    for (auto& [shard, refusal] : refusals) {
        const auto before = m_refusals.find(shard);
        refusal.since = before != m_refusals.end() && before->second.reason == refusal.reason
                            ? before->second.since
                            : state.now;
    }
    m_refusals = std::move(refusals);
    m_mergesHeld = decisions.mergesHeld;
}

void Planner::tell()
{
    constexpr const char* kCode = "shards.hot";
    const std::vector<ChangeRefusal> hot = refusals();
    const auto first = std::find_if(hot.begin(), hot.end(), [](const ChangeRefusal& refusal) {
        return refusal.reason != sharding::refusalName(sharding::RefusalReason::NotDecided);
    });
    if (first == hot.end()) {
        m_parts.health.clear(kCode);
        return;
    }
    const auto more = hot.end() - first - 1;
    // Busy but borne with ease is worth knowing, and nothing to be woken for.
    const bool borne =
        more == 0 && first->reason == sharding::refusalName(sharding::RefusalReason::NodeNotBusy);
    m_parts.health.raise({borne ? DiagnosticLevel::Info : DiagnosticLevel::Warning, kCode,
                          "shard " + std::to_string(first->shard.get()) + " of " + first->keyspace +
                              " " + first->rangeText + " is too hot and is not split (" +
                              first->reason + "): " + first->text +
                              (more > 0 ? "; and " + std::to_string(more) + " more" : ""),
                          first->nextStep});
}

} // namespace isotherm::runtime
