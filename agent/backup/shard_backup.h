// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/repository/repository.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::backup
{

/// How far a backup is. Called from several threads; cheap to call often.
struct BackupProgress
{
    std::function<void(std::string_view phase)> onPhase;
    /// What was read since the last call.
    std::function<void(ByteCount bytes, std::uint64_t rows)> onRead;
};

/// Which shard, and under which names it goes into the repository.
struct ShardBackupRequest
{
    std::string clusterName;
    std::string clusterSystemId;
    std::string keyspace;
    ShardId shard;
    std::vector<ShardId> parents;
    std::string previousManifest; ///< id; empty: none
    int compressionLevel = 1;
    std::uint32_t readers = 1; ///< parallel readers of one leaf, where the engine can slice it
    std::optional<repository::ChainStart> chainStart = {}; ///< why it does not continue another
    std::vector<SequenceValue> sequences = {};             ///< of the shard's tables, as of now
};

/// Where a backup takes from and puts to. All must outlive the call.
struct BackupPorts
{
    engine::Engine& engine;
    repository::Repository& repository;
    const Clock& clock;
};

/// A full backup of one shard: one snapshot over the leaves of all its tables, base runs, then the
/// manifest that makes it restorable. Nothing is visible in the repository before the manifest is
/// committed; interrupted at any point, it leaves at most objects that no manifest names, which
/// collectGarbage removes. Returns the committed manifest. Errors: what engine and repository say;
/// Cancelled when `stop` was requested.
[[nodiscard]] Result<repository::Manifest>
backUpShard(const BackupPorts& ports, const engine::KeyspaceLayout& keyspace,
            const engine::ShardLayout& shard, const ShardBackupRequest& request,
            const BackupProgress& progress, const std::stop_token& stop);

} // namespace isotherm::backup
