// SPDX-License-Identifier: Apache-2.0
#include "agent/drill/live_sight.h"

#include <memory>
#include <utility>

namespace isotherm::drill
{

Result<LiveSight> lookAtLive(engine::Engine& engine, const engine::KeyspaceLayout& keyspace,
                             const engine::ShardLayout& shard,
                             const std::function<void(ByteCount bytes, std::uint64_t rows)>& onRead,
                             const std::stop_token& stop)
{
    ISO_ASSIGN(const std::unique_ptr<engine::Snapshot> snapshot,
               engine.openSnapshot(keyspace, shard));
    LiveSight sight;
    ISO_ASSIGN(sight.visibility, Visibility::parse(snapshot->info().visibility));
    sight.asOf = snapshot->info().asOf;
    RowBatch batch;
    for (std::size_t table = 0; table < keyspace.tables.size(); ++table) {
        engine::ReadRequest request;
        request.table = table;
        ISO_ASSIGN(const std::unique_ptr<RowSource> rows, snapshot->openRows(request, stop));
        repository::RowChecksum checksum;
        do {
            ISO_TRY(rows->next(batch));
            checksum.add(batch);
            onRead(ByteCount(batch.bytes.size()), batch.rowCount());
        } while (batch.rowCount() > 0);
        sight.tables.push_back(snapshot->table(table));
        sight.rows.push_back(checksum);
    }
    return sight;
}

} // namespace isotherm::drill
