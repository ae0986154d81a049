// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/shard_backup.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

namespace isotherm::backup
{
namespace
{

using repository::Manifest;
using repository::ManifestTable;
using repository::RunRef;
using repository::RunWriter;

/// One reader's part of one leaf, written by a run writer of its own.
struct Slice
{
    std::unique_ptr<RunWriter> writer;
    Result<std::vector<RunRef>> runs = std::vector<RunRef>();
};

class ShardBackup
{
public:
    ShardBackup(const BackupPorts& ports, const ShardBackupRequest& request,
                const BackupProgress& progress, std::stop_token stop)
        : m_ports(ports), m_request(request), m_progress(progress), m_stop(std::move(stop))
    {
    }

    Result<Manifest> run(const engine::KeyspaceLayout& keyspace, const engine::ShardLayout& shard)
    {
        Manifest manifest = describe(shard);
        m_progress.onPhase("open snapshot");
        ISO_ASSIGN(m_snapshot, m_ports.engine.openSnapshot(keyspace, shard));
        showMoment(manifest);
        m_progress.onPhase("copy rows");
        for (std::size_t table = 0; table < keyspace.tables.size(); ++table) {
            ISO_ASSIGN(ManifestTable copied, copyTable(table));
            manifest.tables.push_back(std::move(copied));
        }
        m_snapshot.reset(); // the database need not wait for our last writes
        m_progress.onPhase("commit");
        manifest.finished = m_ports.clock.wallNow();
        ISO_ASSIGN(manifest.id, m_ports.repository.commitManifest(manifest));
        return manifest;
    }

private:
    [[nodiscard]] Manifest describe(const engine::ShardLayout& shard) const
    {
        Manifest manifest;
        manifest.clusterSystemId = m_request.clusterSystemId;
        manifest.clusterName = m_request.clusterName;
        manifest.keyspace = m_request.keyspace;
        manifest.shard = m_request.shard;
        manifest.range = shard.range;
        manifest.isDefault = shard.isDefault;
        manifest.kind = BackupKind::Full;
        manifest.started = m_ports.clock.wallNow();
        manifest.previousManifest = m_request.previousManifest;
        manifest.parents = m_request.parents;
        manifest.notCovered = shard.notCovered;
        manifest.chainStart = m_request.chainStart;
        return manifest;
    }

    void showMoment(Manifest& manifest) const
    {
        manifest.sequences = m_request.sequences;
        const engine::SnapshotInfo& info = m_snapshot->info();
        manifest.asOf = info.asOf;
        manifest.lsn = info.lsn;
        manifest.visibility = info.visibility;
        for (const engine::LeafRef& leaf : info.leaves) {
            manifest.leaves.push_back({leaf.objectId, leaf.generation, leaf.schema, leaf.name});
        }
    }

    Result<ManifestTable> copyTable(std::size_t table)
    {
        const bool sliceable = m_snapshot->physicalOrderIsKeyOrder(table);
        std::vector<Slice> slices(sliceable ? std::max(1U, m_request.readers) : 1);
        for (Slice& slice : slices) {
            ISO_ASSIGN(slice.writer, m_ports.repository.openRunWriter(runOptions(table)));
        }
        copySlices(table, slices);
        ManifestTable result;
        result.schema = m_snapshot->table(table);
        repository::RowChecksum checksum;
        for (Slice& slice : slices) {
            ISO_ASSIGN(const std::vector<RunRef> runs, std::move(slice.runs));
            result.runs.insert(result.runs.end(), runs.begin(), runs.end());
            checksum.merge(slice.writer->checksum());
            result.raw = ByteCount(result.raw.get() + slice.writer->rawBytes().get());
            m_writers.push_back(
                std::move(slice.writer)); // their objects are theirs until the commit
        }
        result.rows = checksum.rows();
        result.checksum = checksum;
        return result;
    }

    /// The first slice on this thread, each other one on its own.
    void copySlices(std::size_t table, std::vector<Slice>& slices)
    {
        const auto count = static_cast<std::uint32_t>(slices.size());
        const auto copyOne = [&](std::uint32_t index) {
            engine::ReadRequest request;
            request.table = table;
            request.slice = index;
            request.slices = count;
            slices[index].runs = copySlice(request, *slices[index].writer);
        };
        std::vector<std::jthread> threads;
        threads.reserve(count);
        for (std::uint32_t index = 1; index < count; ++index) {
            threads.emplace_back([&copyOne, index] { copyOne(index); });
        }
        copyOne(0);
    }

    Result<std::vector<RunRef>> copySlice(const engine::ReadRequest& request, RunWriter& writer)
    {
        ISO_ASSIGN(const std::unique_ptr<RowSource> rows, m_snapshot->openRows(request, m_stop));
        RowBatch batch;
        for (;;) {
            if (m_stop.stop_requested()) {
                return makeError(Code::Cancelled, "the backup was cancelled");
            }
            ISO_TRY(rows->next(batch));
            if (batch.rowCount() == 0) {
                return writer.finish();
            }
            ISO_TRY(writer.append(batch));
            m_progress.onRead(ByteCount(batch.bytes.size()), batch.rowCount());
        }
    }

    [[nodiscard]] repository::RunOptions runOptions(std::size_t table) const
    {
        repository::RunOptions options;
        options.schema = m_snapshot->table(table);
        options.visibility = m_snapshot->info().visibility;
        options.lsn = m_snapshot->info().lsn;
        options.asOf = m_snapshot->info().asOf;
        options.compressionLevel = m_request.compressionLevel;
        return options;
    }

    const BackupPorts& m_ports;
    const ShardBackupRequest& m_request;
    const BackupProgress& m_progress;
    const std::stop_token m_stop;
    std::unique_ptr<engine::Snapshot> m_snapshot;
    std::vector<std::unique_ptr<RunWriter>> m_writers;
};

} // namespace

Result<Manifest> backUpShard(const BackupPorts& ports, const engine::KeyspaceLayout& keyspace,
                             const engine::ShardLayout& shard, const ShardBackupRequest& request,
                             const BackupProgress& progress, const std::stop_token& stop)
{
    return ShardBackup(ports, request, progress, stop).run(keyspace, shard);
}

} // namespace isotherm::backup
