// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/base/units.h"

#include <string>
#include <vector>

namespace isotherm::metadata
{

/// A shard's packed sketch of keys; agent/heat alone knows what the bytes mean.
struct StoredSketch
{
    ShardId shard;
    std::string data;
};

/// Sketches of keys as they were kept last, one blob a shard. Thread-safe.
class KeySketchStore
{
public:
    explicit KeySketchStore(Database& database) : m_database(database) {}

    /// Adds or replaces `changed` and forgets all shards but `kept`: all of it, or nothing.
    [[nodiscard]] Status put(const std::vector<StoredSketch>& changed,
                             const std::vector<ShardId>& kept);
    /// By shard.
    [[nodiscard]] Result<std::vector<StoredSketch>> list();

private:
    Database& m_database;
};

} // namespace isotherm::metadata
