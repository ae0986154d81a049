// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// Which shard gets its full backup when: pure functions, so that the schedule of a whole coming
/// rotation can be listed and explained before it happens (DESIGN, "Rotating incremental").
namespace isotherm::backup
{

struct RotationOptions
{
    std::chrono::milliseconds rotation = std::chrono::hours(24 * 7);
    std::chrono::milliseconds slot = std::chrono::hours(1);
    /// A slot takes at most this many times its even share of the bytes, and always one shard.
    double fullness = 1.25;
};

/// One rotation, [begin, end). Rotations follow each other from 1970-01-01 UTC on, so that every
/// agent, whenever it was started, means the same one.
struct RotationSpan
{
    WallTime begin{};
    WallTime end{};
};

[[nodiscard]] RotationSpan rotationAt(WallTime moment, const RotationOptions& options);

struct RotationShard
{
    ShardId shard;
    ByteCount size;
    std::optional<WallTime> lastFull; ///< the moment that its newest full backup shows
};

/// The load expected of a shard in the slot that begins at a moment, in any unit; nullopt: unknown.
/// From a forecast, or from the same hour a week before.
using ExpectedLoad = std::function<std::optional<double>(ShardId, WallTime)>;

struct FullTurn
{
    ShardId shard;
    WallTime slot{}; ///< begin of the slot
    std::string reason;

    friend bool operator==(const FullTurn&, const FullTurn&) = default;
};

/// The turns of all shards that still lack a full backup of the rotation that `now` lies in, each
/// in one of its slots that are not over, sorted by slot and shard. Shards with a full backup of
/// this rotation have had their turn: asked again at any time, every shard gets exactly one.
///
/// The largest shards choose first: of the slots with room, the quietest for that shard; among
/// equally quiet ones the emptiest, then the earliest. Deterministic. O(shards × slots).
[[nodiscard]] std::vector<FullTurn> planRotation(std::vector<RotationShard> shards,
                                                 const ExpectedLoad& load, WallTime now,
                                                 const RotationOptions& options);

} // namespace isotherm::backup
