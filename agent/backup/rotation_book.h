// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/backup_choice.h"
#include "agent/backup/rotation.h"
#include "agent/metadata/backup_store.h"
#include "agent/topology/topology.h"
#include "shared/base/result.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace isotherm::backup
{

/// The operator's wishes for fulls.
struct RotationWishes
{
    RotationOptions general = {};
    std::map<std::string, std::chrono::milliseconds> rotations = {}; ///< by keyspace
    ChoiceRules rules = {};

    [[nodiscard]] RotationOptions of(const std::string& keyspace) const;
};

/// Whose full comes when, for all keyspaces: those with rotations of the same length share slots.
/// Thread-safe; the referenced objects outlive it.
class RotationBook
{
public:
    RotationBook(const topology::Topology& topology, metadata::BackupStore& backups,
                 ExpectedLoad load, RotationWishes wishes);

    /// The turns that are still to come in the present rotations, worked out anew every minute,
    /// four times a slot at least.
    [[nodiscard]] Result<std::map<ShardId, FullTurn>> turns(WallTime now);
    /// Those, and all that follow up to `until`, by shard, in order of time.
    [[nodiscard]] Result<std::map<ShardId, std::vector<FullTurn>>> turnsUntil(WallTime now,
                                                                              WallTime until);
    /// The end of the rotation after the present one, of the keyspace with the longest.
    [[nodiscard]] WallTime endOfNextRotation(WallTime now) const;
    /// A shard may have had its turn.
    void forget();
    void setWishes(const RotationWishes& wishes);
    [[nodiscard]] ChoiceRules rules() const;

private:
    using Groups = std::map<std::chrono::milliseconds, std::vector<RotationShard>>;
    [[nodiscard]] Result<Groups> groups() const;
    [[nodiscard]] RotationWishes wishes() const;

    const topology::Topology& m_topology;
    metadata::BackupStore& m_backups;
    const ExpectedLoad m_load;
    mutable std::mutex m_mutex;
    RotationWishes m_wishes;
    std::map<ShardId, FullTurn> m_turns; ///< as of m_made
    WallTime m_made{};
};

} // namespace isotherm::backup
