// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/sharding/cuts.h"
#include "agent/sharding/state.h"

#include <string>
#include <string_view>

namespace isotherm::sharding
{

/// Why a hot shard is not split.
enum class RefusalReason {
    SingleKey,
    AppendEdge,
    ScanSpanning,
    TooFewSamples,
    EmptyChild,
    CoolingDown,
    NoTargetNode,
    NodeNotBusy,
    NodeWide,
    TooSmall,
    NotWorthIt,
    Budget,
    Window,
    Pinned,
    DefaultShard,
    NotDecided,
};

/// The reason's stable name: "single-key".
[[nodiscard]] std::string_view refusalName(RefusalReason reason);

/// What a person can do about it, in one line.
[[nodiscard]] std::string nextStepOf(RefusalReason reason, ShardId shard);

struct Refusal
{
    ShardId shard;
    RefusalReason reason = RefusalReason::TooFewSamples;
    std::string text; ///< the facts
};

[[nodiscard]] RefusalReason refusalOf(NoCut reason);

} // namespace isotherm::sharding
