// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/records.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace isotherm::viewmath
{

/// A stretch of time in which every commit can be restored to; begin == end where only one moment,
/// a backup's, can. Seconds since the epoch.
struct RestorableSpan
{
    double begin = 0;
    double end = 0;

    [[nodiscard]] bool isMoment() const { return begin == end; }
    friend bool operator==(const RestorableSpan&, const RestorableSpan&) = default;
};

/// A stretch between two such spans in which nothing can be restored to.
struct RestorableGap
{
    double begin = 0;
    double end = 0;
    std::string cause; ///< in the agent's words; empty: it said none

    friend bool operator==(const RestorableGap&, const RestorableGap&) = default;
};

/// What a set of shards can be brought back to, all of them together.
struct Restorable
{
    std::vector<RestorableSpan> spans; ///< ascending, disjoint
    std::vector<RestorableGap> gaps;   ///< between the first and the last span
    /// Every wanted shard has history: a moment in a span is exact for all of them. Otherwise some
    /// come back as their newest backup before the moment shows them.
    bool exact = false;

    friend bool operator==(const Restorable&, const Restorable&) = default;
};

/// `ranges` in any order, of any shards; `shards` empty: nothing can be restored.
[[nodiscard]] Restorable restorableTogether(std::span<const RestorableRange> ranges,
                                            std::span<const ShardId> shards);

/// Where a wish ends up.
struct ClampedWish
{
    double at = 0;
    bool moved = false;
    std::string cause; ///< of the gap that it was in
};

/// The wish itself inside a span; else the end of the last span before it, else the begin of the
/// first. nullopt when there are no spans.
[[nodiscard]] std::optional<ClampedWish> clampToRestorable(const Restorable& restorable,
                                                           double wish);

} // namespace isotherm::viewmath
