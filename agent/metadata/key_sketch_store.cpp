// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/key_sketch_store.h"

#include <unordered_set>

namespace isotherm::metadata
{
namespace
{

Result<std::vector<ShardId>> storedShards(Connection& connection)
{
    ISO_ASSIGN(Statement row, connection.prepare("select shard from key_sketch"));
    std::vector<ShardId> shards;
    for (;;) {
        ISO_ASSIGN(const bool more, row.step());
        if (!more) {
            return shards;
        }
        shards.emplace_back(row.natural(0));
    }
}

Status forget(Connection& connection, ShardId shard)
{
    ISO_ASSIGN(Statement statement, connection.prepare("delete from key_sketch where shard = ?"));
    return statement.bind(static_cast<std::int64_t>(shard.get())).execute();
}

} // namespace

Status KeySketchStore::put(const std::vector<StoredSketch>& changed,
                           const std::vector<ShardId>& kept)
{
    return m_database.write([&](Connection& connection) -> Status {
        const std::unordered_set<ShardId> wanted(kept.begin(), kept.end());
        ISO_ASSIGN(const std::vector<ShardId> stored, storedShards(connection));
        for (const ShardId shard : stored) {
            if (!wanted.contains(shard)) {
                ISO_TRY(forget(connection, shard));
            }
        }
        for (const StoredSketch& sketch : changed) {
            ISO_ASSIGN(
                Statement statement,
                connection.prepare("insert or replace into key_sketch(shard, data) values(?, ?)"));
            statement.bind(static_cast<std::int64_t>(sketch.shard.get()));
            ISO_TRY(statement.bindBlob(sketch.data).execute());
        }
        return {};
    });
}

Result<std::vector<StoredSketch>> KeySketchStore::list()
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<StoredSketch>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select shard, data from key_sketch order by shard"));
        std::vector<StoredSketch> sketches;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return sketches;
            }
            sketches.push_back({ShardId(row.natural(0)), row.blob(1)});
        }
    });
}

} // namespace isotherm::metadata
