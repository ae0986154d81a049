// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/model/agent_service.h"
#include "shared/model/records.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::metadata
{

struct BackupTotals
{
    std::uint32_t backups = 0;
    ByteCount storedBytes;
};

/// The catalogue of acknowledged backups: a copy of what the repository's manifests say, for quick
/// answers. Thread-safe.
class BackupStore
{
public:
    explicit BackupStore(Database& database) : m_database(database) {}

    /// Adds, or replaces the one of the same id: recording a backup twice is harmless.
    [[nodiscard]] Status put(const BackupRecord& backup);
    /// Newest first, by the moment that they show.
    [[nodiscard]] Result<std::vector<BackupRecord>> list(const BackupFilter& filter);
    /// NotFound if there is none.
    [[nodiscard]] Result<BackupRecord> get(const std::string& id);
    /// The newest one that shows `at` or an earlier moment (no `at`: the newest).
    [[nodiscard]] Result<std::optional<BackupRecord>> newest(ShardId shard,
                                                             std::optional<WallTime> at);
    [[nodiscard]] Result<std::map<ShardId, BackupRecord>> newestPerShard();
    /// The moment of the newest that needs no deltas: a full one, from wherever, or one that says
    /// that nothing has changed since.
    [[nodiscard]] Result<std::map<ShardId, WallTime>> newestFullPerShard();
    /// NotFound if there is no such backup.
    [[nodiscard]] Status setVerified(const std::string& id, VerifyLevel level, WallTime when);
    /// Forgets the record (its manifest is gone). Not an error if there is none.
    [[nodiscard]] Status remove(const std::string& id);
    [[nodiscard]] Result<BackupTotals> totals();

private:
    Database& m_database;
};

} // namespace isotherm::metadata
