// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/split_chapter.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <cmath>

namespace isotherm::demo
{
namespace
{

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kPlannerPatience{60};
constexpr seconds kForecastPatience{25}; ///< for a split of a load that is still to come
constexpr seconds kSplitPatience{120};
constexpr milliseconds kLook{200};

std::string percent(double load)
{
    return std::to_string(std::lround(load * 100)) + " %";
}

std::string partsText(const ChangeRecord& change)
{
    std::string text;
    for (const ChangePart& part : change.parts) {
        text += (text.empty() ? "" : ", ") + part.rangeText + " with " + std::to_string(part.rows) +
                " rows";
        text += part.share > 0 ? " and " + percent(part.share) + " of the load" : "";
    }
    return text;
}

} // namespace

Result<SplitOutcome> SplitChapter::tell()
{
    SplitOutcome outcome;
    ISO_ASSIGN(outcome.shardsBefore, countShards());
    ISO_ASSIGN(const ChangeRecord proposed, proposal());
    m_narrator.say("proposal " + std::to_string(proposed.id.get()) + " by " + proposed.proposedBy +
                   ": split " + proposed.sourceText + " (" +
                   std::string(changeTriggerName(proposed.evidence.trigger)) + ") into " +
                   partsText(proposed));
    tellWhy(proposed.evidence);
    for (const PreflightFinding& finding : proposed.preflight) {
        if (finding.level == FindingLevel::Blocks) {
            return makeError(Code::FailedPrecondition, finding.what, finding.hint);
        }
    }
    outcome.begun = SystemClock().wallNow();
    const auto start = std::chrono::steady_clock::now();
    ISO_TRY(m_world.agent().changes().approve(
        {proposed.id, proposed.planHash, "as the demo's story wants it", {}}));
    m_narrator.say("approved by its plan " + proposed.planHash.substr(0, 8) +
                   "; the clients go on writing");
    ISO_ASSIGN(outcome.change, follow(proposed.id));
    outcome.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    ISO_ASSIGN(outcome.shardsAfter, countShards());
    if (!outcome.done()) {
        return makeError(Code::Internal, "the split " +
                                             std::string(changeStateName(outcome.change.state)) +
                                             ": " + outcome.change.stateReason);
    }
    m_narrator.say("split live after " +
                   formatDuration(milliseconds(std::llround(outcome.seconds * 1000))) + ": " +
                   std::to_string(outcome.shardsBefore) + " shards are " +
                   std::to_string(outcome.shardsAfter) + " now");
    return outcome;
}

void SplitChapter::tellWhy(const ChangeEvidence& evidence)
{
    const bool predicted = evidence.expectedAt.has_value();
    std::string why = predicted ? "because it " : "because it is ";
    why += evidence.why;
    if (evidence.loadNow) {
        why += "; its load is " + percent(*evidence.loadNow) + " of what a shard may bear";
    }
    m_narrator.say(why);
    if (predicted) {
        m_narrator.say("so it was in the past that the agent was given; in this story the load "
                       "comes in some seconds");
    }
}

Status SplitChapter::tellWhetherItHelped(SplitOutcome& outcome)
{
    const auto deadline = std::chrono::steady_clock::now() + kPlannerPatience;
    while (std::chrono::steady_clock::now() < deadline) {
        ISO_ASSIGN(outcome.change, m_world.agent().changes().change(outcome.change.id));
        if (outcome.change.outcome) {
            m_narrator.say("outcome of proposal " + std::to_string(outcome.change.id.get()) + ": " +
                           std::string(changeVerdictName(outcome.change.outcome->verdict)) + ", " +
                           outcome.change.outcome->text);
            return {};
        }
        ISO_TRY(m_sleep(kLook));
    }
    m_narrator.say("whether the split helped was not measured in time");
    return {};
}

Result<ChangeRecord> SplitChapter::proposal()
{
    const auto start = std::chrono::steady_clock::now();
    const auto isPredicted = [](const ChangeRecord& change) {
        return change.evidence.trigger == ChangeTrigger::HotSoon;
    };
    while (std::chrono::steady_clock::now() < start + kPlannerPatience) {
        ISO_ASSIGN(auto open, m_world.agent().changes().changes({"", true, 10}));
        std::erase_if(open, [](const ChangeRecord& change) {
            return change.kind != ChangeKind::Split || change.state != ChangeState::Proposed;
        });
        auto chosen = std::find_if(open.begin(), open.end(), isPredicted);
        if (chosen == open.end() && std::chrono::steady_clock::now() > start + kForecastPatience) {
            chosen = open.begin();
        }
        if (chosen != open.end()) {
            return *chosen;
        }
        ISO_TRY(m_sleep(kLook));
    }
    ISO_ASSIGN(const auto refusals, m_world.agent().changes().refusals({}));
    for (const ChangeRefusal& refusal : refusals) {
        m_narrator.say("the planner does not split " + refusal.rangeText + " (" + refusal.reason +
                       "): " + refusal.text);
    }
    return proposeByHand();
}

Result<ChangeRecord> SplitChapter::proposeByHand()
{
    ISO_ASSIGN(std::vector<ShardRecord> shards, m_world.agent().shards({}));
    const auto hottest = std::max_element(
        shards.begin(), shards.end(), [](const ShardRecord& a, const ShardRecord& b) {
            return a.rowsPerSecond.value_or(0) < b.rowsPerSecond.value_or(0);
        });
    if (hottest == shards.end()) {
        return makeError(Code::FailedPrecondition, "there are no shards");
    }
    ProposeRequest request;
    request.sources = {hottest->id};
    request.parts = 2;
    request.reason = "the hottest shard of the demo";
    return m_world.agent().changes().propose(request);
}

Result<ChangeRecord> SplitChapter::follow(ChangeId change)
{
    std::string phase;
    const auto deadline = std::chrono::steady_clock::now() + kSplitPatience;
    for (;;) {
        ISO_ASSIGN(ChangeRecord record, m_world.agent().changes().change(change));
        if (record.state != ChangeState::Running) {
            return record;
        }
        if (record.phase != phase) {
            phase = record.phase;
            m_narrator.say("split: " + phase);
        }
        if (std::chrono::steady_clock::now() > deadline) {
            return makeError(Code::DeadlineExceeded,
                             "the split is not over after " + formatDuration(kSplitPatience));
        }
        ISO_TRY(m_sleep(kLook));
    }
}

Result<std::uint32_t> SplitChapter::countShards()
{
    ISO_ASSIGN(const std::vector<ShardRecord> shards, m_world.agent().shards({}));
    return static_cast<std::uint32_t>(shards.size());
}

} // namespace isotherm::demo
