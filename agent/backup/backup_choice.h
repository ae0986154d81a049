// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/rotation.h"
#include "agent/backup/schedule_policy.h"
#include "shared/base/clock.h"
#include "shared/model/records.h"

#include <cstdint>
#include <optional>
#include <string>

/// Which kind of backup a shard's next one is: pure functions, the same ones for what is done and
/// for what is listed ahead.
namespace isotherm::backup
{

/// Where fulls come from.
struct ChoiceRules
{
    /// Every n-th full is from the database, the others are synthetic; 1: all of them.
    std::uint32_t databaseEvery = 4;
    /// A chain with so many deltas is compacted before its turn comes: restores merge them all.
    std::uint32_t maxDeltas = 256;
};

/// What is known of a shard's chain.
struct ChainFacts
{
    bool hasBackup = false;
    bool captured = false;           ///< it can have increments
    std::uint32_t deltas = 0;        ///< of its newest backup
    std::uint32_t sinceDatabase = 0; ///< of its newest backup
    std::optional<FullTurn> turn = {}; ///< of this rotation, if it is still to come
    std::optional<WallTime> notBefore = {}; ///< after a failure
};

struct BackupChoice
{
    WallTime due{};
    BackupKind kind = BackupKind::Full;
    std::string reason;
};

/// `due` says when the next backup is needed at the latest; the shard's full of the rotation comes
/// instead of an increment when its slot begins before that.
[[nodiscard]] BackupChoice chooseBackup(const DueTime& due, const ChainFacts& chain,
                                        const ChoiceRules& rules, WallTime now);

} // namespace isotherm::backup
