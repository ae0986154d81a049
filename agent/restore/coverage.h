// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <optional>
#include <string>
#include <vector>

/// Which backup holds which part of the key space as it was: pure functions.
namespace isotherm::restore
{

/// A backup that could serve: the newest one of its shard at or before the moment asked for.
struct Candidate
{
    std::string backup; ///< id
    ShardId shard;
    KeyRange range;
    WallTime asOf{};
    std::optional<Lsn> until = {}; ///< read as after this commit; nullopt: as the backup is
};

/// A backup and the parts of the key space that it is used for.
struct Covered
{
    Candidate candidate;
    std::vector<KeyRange> ranges;
};

struct Coverage
{
    std::vector<Covered> used;
    std::vector<KeyRange> missing; ///< asked for, and in no backup
};

/// What is left of `ranges` without `taken`. All sorted and disjoint; so is the result.
[[nodiscard]] std::vector<KeyRange> subtract(const std::vector<KeyRange>& ranges,
                                             const KeyRange& taken);

/// Gives every part of `wanted` the newest candidate that holds it: after a split that is the
/// child's backup where there already was one, and the parent's elsewhere.
[[nodiscard]] Coverage cover(const std::vector<KeyRange>& wanted,
                             std::vector<Candidate> candidates);

} // namespace isotherm::restore
