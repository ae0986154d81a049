// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/metadata/database.h"
#include "shared/model/records.h"

#include <string>
#include <vector>

namespace isotherm::metadata
{

struct StoredKeyspace
{
    KeyspaceRecord record; ///< shardCount is counted anew by every read: active shards
    engine::KeyspaceSpec spec;
};

/// The managed keyspaces, from the config and by adoption. Thread-safe.
class KeyspaceStore
{
public:
    explicit KeyspaceStore(Database& database) : m_database(database) {}

    /// Adds, or replaces the one of the same name.
    [[nodiscard]] Status put(const StoredKeyspace& keyspace);
    /// Not an error when there is none.
    [[nodiscard]] Status remove(const std::string& name);
    /// By name.
    [[nodiscard]] Result<std::vector<StoredKeyspace>> list();
    /// NotFound if there is none.
    [[nodiscard]] Result<StoredKeyspace> get(const std::string& name);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
