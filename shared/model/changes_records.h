// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Splits and merges of shards as people see them: what is proposed and why, what was decided, how
/// far it is, and whether it helped. A *load* is always relative to what one shard may bear: 1 is
/// the limit.
namespace isotherm
{

/// A proposed, running or finished change; 0 is "no change".
using ChangeId = Strong<struct ChangeIdTag, std::uint64_t>;

enum class ChangeKind : std::uint8_t { Split = 1, Merge = 2 };
[[nodiscard]] std::string_view changeKindName(ChangeKind kind); ///< "split", "merge"

enum class ChangeState : std::uint8_t {
    Proposed = 1,  ///< waits for somebody to decide
    Running = 2,   ///< approved: the job `job` carries it out
    Done = 3,      ///< the job finished
    Rejected = 4,  ///< a person said no
    Expired = 5,   ///< the state moved on before anybody decided
    Failed = 6,    ///< the job failed; the shards are as before
    Cancelled = 7, ///< the job was cancelled; the shards are as before
};
[[nodiscard]] std::string_view changeStateName(ChangeState state);
[[nodiscard]] bool isOpen(ChangeState state); ///< Proposed or Running

enum class ChangeTrigger : std::uint8_t {
    HotNow = 1,     ///< over the limit in most of the newest samples
    HotSoon = 2,    ///< the forecast says so
    Cold = 3,       ///< a pair that has been and will be quiet
    Person = 4,     ///< proposed by hand
    DidNotHelp = 5, ///< undoes a change that did not help
};
[[nodiscard]] std::string_view changeTriggerName(ChangeTrigger trigger);

/// One shard that the change makes.
struct ChangePart
{
    KeyRange range;
    std::string rangeText;
    double share = 0;                   ///< of the load of the change's sources, in [0, 1]
    std::optional<double> load;         ///< as it would be now
    std::optional<double> forecastLoad; ///< at the peak of the coming season
    std::uint64_t rows = 0;             ///< estimate
    ByteCount bytes;                    ///< estimate
    bool oneKey = false;                ///< made for one hot key alone

    friend bool operator==(const ChangePart&, const ChangePart&) = default;
};

/// A bar of the key histogram: the keys from `from` up to the next bar's.
struct KeyBar
{
    Key from;
    std::string label;      ///< `from` as people write it
    double loadShare = 0;   ///< of the load of all bars, in [0, 1]
    double rowShare = 0;    ///< of the rows of all bars, in [0, 1]
    bool singleKey = false; ///< stands for the one key `from`, which is hot
    friend bool operator==(const KeyBar&, const KeyBar&) = default;
};

/// Why a change is proposed, in numbers.
struct ChangeEvidence
{
    ChangeTrigger trigger = ChangeTrigger::Person;
    std::string why;                    ///< "over its limit in 11 of the last 12 samples"
    std::optional<double> loadNow;      ///< of the sources together
    std::optional<double> forecastPeak; ///< the median of the coming season's peak
    std::optional<double> probability;  ///< of overload, with HotSoon
    std::optional<WallTime> expectedAt; ///< when the limit is crossed, with HotSoon
    std::optional<double> nodeBusy;     ///< in [0, 1]
    std::optional<double> shareOfNode;  ///< the sources' part of the node's load
    std::vector<KeyBar> histogram;      ///< in key order, over all sources; empty: not known
    std::string keysFrom;               ///< where the histogram comes from, in words
    std::vector<std::string> notes;     ///< what a person should weigh

    friend bool operator==(const ChangeEvidence&, const ChangeEvidence&) = default;
};

/// What somebody said to a proposal.
struct ChangeVoice
{
    std::string who;
    bool approved = false;
    std::string reason;
    WallTime when{};

    friend bool operator==(const ChangeVoice&, const ChangeVoice&) = default;
};

enum class ChangeVerdict : std::uint8_t { Unknown = 0, Helped = 1, DidNotHelp = 2 };
[[nodiscard]] std::string_view changeVerdictName(ChangeVerdict verdict);

/// What became of it, measured 15 minutes after the change.
struct ChangeOutcome
{
    ChangeVerdict verdict = ChangeVerdict::Unknown;
    std::optional<double> loadBefore; ///< of the hottest source
    std::optional<double> loadAfter;  ///< of the hottest part
    std::string text;                 ///< "hottest shard 92 % -> 54 %"
    WallTime measuredAt{};
    ChangeId undo; ///< the proposal that takes it back, if it did not help

    friend bool operator==(const ChangeOutcome&, const ChangeOutcome&) = default;
};

/// How severe a finding of the preflight is.
enum class FindingLevel : std::uint8_t { Good = 1, Note = 2, Blocks = 3 };
[[nodiscard]] std::string_view findingLevelName(FindingLevel level);

/// One thing that the dry run looked at.
struct PreflightFinding
{
    FindingLevel level = FindingLevel::Good;
    std::string what;
    std::string hint;

    friend bool operator==(const PreflightFinding&, const PreflightFinding&) = default;
};

/// A split or merge from its proposal to its outcome.
struct ChangeRecord
{
    ChangeId id; ///< 0: only looked at, not stored
    ChangeKind kind = ChangeKind::Split;
    ChangeState state = ChangeState::Proposed;
    std::string keyspace;
    std::vector<ShardId> sources; ///< in key order
    std::string sourceText;       ///< their ranges
    std::vector<KeyType> keyTypes;
    std::vector<ChangePart> parts; ///< in key order
    std::vector<std::string> cuts; ///< the keys between the parts, as people write them
    ChangeEvidence evidence;
    std::uint64_t rows = 0;                     ///< to be copied, estimate
    ByteCount bytes;                            ///< to be copied, estimate
    std::chrono::milliseconds expectedTime{0};  ///< estimate
    std::chrono::milliseconds expectedPause{0}; ///< how long writers wait at the switch, p99
    std::vector<PreflightFinding> preflight;
    std::string planHash; ///< of what will be done: what was reviewed is what runs

    std::string proposedBy; ///< client name, or "planner"
    WallTime proposedAt{};
    std::optional<WallTime> expiresAt; ///< while it is Proposed
    std::uint32_t approvalsNeeded = 1;
    std::vector<ChangeVoice> voices;
    std::string stateReason; ///< why it is in this state, in words

    JobId job;
    std::string phase;                            ///< while it is Running
    std::optional<double> progress;               ///< in [0, 1], while it is Running
    std::optional<std::chrono::milliseconds> lag; ///< behind the change stream
    std::optional<WallTime> finishedAt;
    std::optional<ChangeOutcome> outcome;

    friend bool operator==(const ChangeRecord&, const ChangeRecord&) = default;
};

/// Why a hot shard was not split, and what to do.
struct ChangeRefusal
{
    ShardId shard;
    std::string keyspace;
    std::string rangeText;
    std::optional<double> load;
    std::string reason;   ///< stable: "single-key", "append-edge", "cooling-down", …
    std::string text;     ///< the facts
    std::string nextStep; ///< what a person can do
    WallTime since{};

    friend bool operator==(const ChangeRefusal&, const ChangeRefusal&) = default;
};

/// One shard of a recommended layout.
struct PlannedShard
{
    KeyRange range;
    std::string rangeText;
    std::uint64_t rows = 0;
    ByteCount bytes;
    std::optional<double> loadShare; ///< in [0, 1]; nullopt: no keys were sampled

    friend bool operator==(const PlannedShard&, const PlannedShard&) = default;
};

/// How a table, or several co-located ones, should be cut into shards.
struct KeyspacePlan
{
    std::vector<std::string> tables;
    std::vector<std::string> keyColumns;
    std::vector<KeyType> keyTypes;
    std::uint64_t rows = 0;
    ByteCount bytes;
    std::optional<ByteCount> bytesPerDay; ///< growth; nullopt: not known
    std::uint32_t shardsNow = 0;          ///< 1: not partitioned
    std::vector<PlannedShard> shards;     ///< in key order
    std::vector<std::string> reasons;     ///< what decided, the most weighty first
    std::vector<std::string> warnings;

    friend bool operator==(const KeyspacePlan&, const KeyspacePlan&) = default;
};

} // namespace isotherm
