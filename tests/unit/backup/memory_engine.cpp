// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/backup/memory_engine.h"

#include "shared/base/byte_io.h"
#include "shared/base/check.h"
#include "tests/harness/keys.h"

#include <algorithm>
#include <utility>

namespace isotherm::test
{
namespace
{

TableSchema schemaOf(const std::string& table)
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = table;
    schema.columns = {{"k", "bigint", ValueEncoding::Binary, true, ""},
                      {"v", "text", ValueEncoding::Binary, false, ""}};
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = true;
    return schema;
}

void appendField(std::string& row, std::string_view bytes)
{
    appendBigEndian(row, static_cast<std::uint32_t>(bytes.size()));
    row.append(bytes);
}

std::string encodeRow(std::int64_t key, const std::string& value, std::size_t columns)
{
    std::string binary;
    appendBigEndian(binary, static_cast<std::uint64_t>(key));
    std::string row;
    appendField(row, binary);
    appendField(row, value);
    for (std::size_t extra = 2; extra < columns; ++extra) {
        appendField(row, "new");
    }
    return row;
}

} // namespace

/// Hands out all rows at once, then the end.
class MemoryEngine::MemorySource final : public RowSource
{
public:
    MemorySource(MemoryEngine& engine, RowBatch rows, std::stop_token stop)
        : m_engine(engine), m_rows(std::move(rows)), m_stop(std::move(stop))
    {
    }

    Status next(RowBatch& batch) override
    {
        std::unique_lock lock(m_engine.m_mutex);
        if (!m_engine.m_letGo.wait(lock, m_stop, [this] { return !m_engine.m_hold; })) {
            return makeError(Code::Cancelled, "the reading was stopped");
        }
        batch = std::exchange(m_rows, {});
        return {};
    }

private:
    MemoryEngine& m_engine;
    RowBatch m_rows;
    const std::stop_token m_stop;
};

class MemoryEngine::MemorySnapshot final : public engine::Snapshot
{
public:
    MemorySnapshot(MemoryEngine& engine, const Keyspace& keyspace, const Shard& shard)
        : m_engine(engine), m_tables(keyspace.tables)
    {
        m_info.asOf = engine.m_clock.wallNow();
        m_info.lsn = Lsn(static_cast<std::uint64_t>(++engine.m_taken));
        m_info.visibility =
            std::to_string(engine.m_taken) + ":" + std::to_string(engine.m_taken) + ":";
        for (const Leaf& leaf : shard.leaves) {
            m_info.leaves.push_back(leaf.ref);
            m_rows.push_back(leaf.rows);
        }
        engine.m_mostOpen = std::max(engine.m_mostOpen, ++engine.m_open);
    }
    ~MemorySnapshot() override
    {
        const std::lock_guard lock(m_engine.m_mutex);
        --m_engine.m_open;
    }
    MemorySnapshot(const MemorySnapshot&) = delete;
    MemorySnapshot& operator=(const MemorySnapshot&) = delete;

    const engine::SnapshotInfo& info() const override { return m_info; }
    const TableSchema& table(std::size_t index) const override { return m_tables[index]; }
    bool physicalOrderIsKeyOrder(std::size_t /*table*/) const override { return false; }

    Result<std::unique_ptr<RowSource>> openRows(const engine::ReadRequest& request,
                                                std::stop_token stop) override
    {
        RowBatch batch;
        for (const auto& [key, value] : m_rows[request.table]) {
            batch.append(encodeRow(key, value, m_tables[request.table].columns.size()));
        }
        return std::unique_ptr<RowSource>(
            std::make_unique<MemorySource>(m_engine, std::move(batch), std::move(stop)));
    }

private:
    MemoryEngine& m_engine;
    engine::SnapshotInfo m_info;
    std::vector<TableSchema> m_tables;
    std::vector<Rows> m_rows;
};

MemoryEngine::Leaf MemoryEngine::makeLeaf(const std::string& table)
{
    Leaf leaf;
    leaf.ref.objectId = ++m_lastLeaf;
    leaf.ref.generation = ++m_lastGeneration;
    leaf.ref.schema = "public";
    leaf.ref.name = table + "_" + std::to_string(leaf.ref.objectId);
    return leaf;
}

MemoryEngine::Shard MemoryEngine::makeShard(const Keyspace& keyspace, const KeyRange& range)
{
    Shard shard;
    shard.range = range;
    for (const TableSchema& table : keyspace.tables) {
        shard.leaves.push_back(makeLeaf(table.name));
    }
    return shard;
}

void MemoryEngine::define(const std::string& keyspace, const std::vector<std::int64_t>& cuts,
                          const std::vector<std::string>& tables)
{
    const std::lock_guard lock(m_mutex);
    Keyspace made;
    for (const std::string& table : tables) {
        made.tables.push_back(schemaOf(table));
    }
    KeyRange range;
    for (const std::int64_t cut : cuts) {
        range.end = keyOf(cut);
        made.shards.push_back(makeShard(made, range));
        range.begin = *range.end;
    }
    range.end.reset();
    made.shards.push_back(makeShard(made, range));
    m_keyspaces[keyspace] = std::move(made);
}

void MemoryEngine::put(const std::string& keyspace, std::size_t table, std::int64_t key,
                       const std::string& value)
{
    const std::lock_guard lock(m_mutex);
    for (Shard& shard : m_keyspaces.at(keyspace).shards) {
        if (shard.range.contains(keyOf(key))) {
            shard.leaves.at(table).rows[key] = value;
            ++shard.leaves.at(table).writes;
        }
    }
}

void MemoryEngine::rewrite(const std::string& keyspace, std::size_t shard)
{
    const std::lock_guard lock(m_mutex);
    m_keyspaces.at(keyspace).shards.at(shard).leaves.front().ref.generation = ++m_lastGeneration;
}

void MemoryEngine::addColumn(const std::string& keyspace, const std::string& column)
{
    const std::lock_guard lock(m_mutex);
    for (TableSchema& table : m_keyspaces.at(keyspace).tables) {
        table.columns.push_back({column, "text", ValueEncoding::Binary, false, ""});
    }
}

void MemoryEngine::split(const std::string& keyspace, std::int64_t cut)
{
    const std::lock_guard lock(m_mutex);
    Keyspace& changed = m_keyspaces.at(keyspace);
    const auto old =
        std::find_if(changed.shards.begin(), changed.shards.end(),
                     [cut](const Shard& shard) { return shard.range.contains(keyOf(cut)); });
    ISO_CHECK(old != changed.shards.end());
    Shard left = makeShard(changed, {old->range.begin, keyOf(cut)});
    Shard right = makeShard(changed, {keyOf(cut), old->range.end});
    for (std::size_t table = 0; table < old->leaves.size(); ++table) {
        for (const auto& [key, value] : old->leaves[table].rows) {
            (key < cut ? left : right).leaves[table].rows[key] = value;
        }
    }
    *old = std::move(right);
    changed.shards.insert(old, std::move(left));
}

void MemoryEngine::resetCounters()
{
    const std::lock_guard lock(m_mutex);
    ++m_resetEpoch;
    for (auto& [name, keyspace] : m_keyspaces) {
        for (Shard& shard : keyspace.shards) {
            for (Leaf& leaf : shard.leaves) {
                leaf.writes = 0;
            }
        }
    }
}

void MemoryEngine::breakDescribe(const std::string& keyspace, std::optional<Error> error)
{
    const std::lock_guard lock(m_mutex);
    m_keyspaces.at(keyspace).trouble = std::move(error);
}

void MemoryEngine::breakSnapshots(std::optional<Error> error)
{
    const std::lock_guard lock(m_mutex);
    m_snapshotTrouble = std::move(error);
}

void MemoryEngine::holdReaders(bool hold)
{
    const std::lock_guard lock(m_mutex);
    m_hold = hold;
    m_letGo.notify_all();
}

void MemoryEngine::setIncomplete(bool incomplete)
{
    const std::lock_guard lock(m_mutex);
    m_incomplete = incomplete;
}

int MemoryEngine::snapshotsTaken() const
{
    const std::lock_guard lock(m_mutex);
    return m_taken;
}

int MemoryEngine::openSnapshots() const
{
    const std::lock_guard lock(m_mutex);
    return m_open;
}

int MemoryEngine::mostOpenSnapshots() const
{
    const std::lock_guard lock(m_mutex);
    return m_mostOpen;
}

std::vector<std::uint64_t> MemoryEngine::leafIds(const std::string& keyspace) const
{
    const std::lock_guard lock(m_mutex);
    std::vector<std::uint64_t> ids;
    for (const Shard& shard : m_keyspaces.at(keyspace).shards) {
        for (const Leaf& leaf : shard.leaves) {
            ids.push_back(leaf.ref.objectId);
        }
    }
    return ids;
}

Result<engine::ClusterIdentity> MemoryEngine::identify()
{
    return engine::ClusterIdentity{"memory-1", "test", "1.0", 1, "memory:1"};
}

Result<std::unique_ptr<engine::ClusterLock>> MemoryEngine::lockCluster()
{
    return makeError(Code::Unimplemented, "a memory engine has no cluster to lock");
}

Result<engine::KeyspaceLayout> MemoryEngine::describeKeyspace(const engine::KeyspaceSpec& spec)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_keyspaces.find(spec.name);
    if (found == m_keyspaces.end()) {
        return makeError(Code::FailedPrecondition, "there is no keyspace " + spec.name);
    }
    if (found->second.trouble) {
        return *found->second.trouble;
    }
    engine::KeyspaceLayout layout;
    layout.tables = found->second.tables;
    layout.keyColumns = {"k"};
    layout.keyTypes = {KeyType::Integer};
    for (const Shard& shard : found->second.shards) {
        engine::ShardLayout described;
        described.range = shard.range;
        for (const Leaf& leaf : shard.leaves) {
            described.leaves.push_back(leaf.ref);
            described.rows += leaf.rows.size();
        }
        layout.shards.push_back(std::move(described));
    }
    return layout;
}

Result<engine::AccessSample> MemoryEngine::sampleAccess(const std::vector<std::uint64_t>& leafIds)
{
    const std::lock_guard lock(m_mutex);
    engine::AccessSample sample;
    sample.serverTime = m_clock.wallNow();
    sample.taken = m_clock.now();
    sample.resetEpoch = m_resetEpoch;
    if (!m_incomplete) {
        sample.completeUntil = sample.serverTime;
    }
    for (const auto& [name, keyspace] : m_keyspaces) {
        for (const Shard& shard : keyspace.shards) {
            for (const Leaf& leaf : shard.leaves) {
                if (std::find(leafIds.begin(), leafIds.end(), leaf.ref.objectId) != leafIds.end()) {
                    sample.leaves.push_back(
                        {leaf.ref.objectId, 0, leaf.writes, leaf.writes, leaf.writes});
                }
            }
        }
    }
    return sample;
}

Result<std::unique_ptr<engine::Snapshot>>
MemoryEngine::openSnapshot(const engine::KeyspaceLayout& /*keyspace*/,
                           const engine::ShardLayout& shard)
{
    const std::lock_guard lock(m_mutex);
    if (m_snapshotTrouble) {
        return *m_snapshotTrouble;
    }
    for (const auto& [name, keyspace] : m_keyspaces) {
        for (const Shard& held : keyspace.shards) {
            if (held.leaves.front().ref.objectId == shard.leaves.front().objectId) {
                return std::unique_ptr<engine::Snapshot>(
                    std::make_unique<MemorySnapshot>(*this, keyspace, held));
            }
        }
    }
    return makeError(Code::Aborted, "the partition is gone");
}

Result<std::unique_ptr<engine::RestoreTarget>> MemoryEngine::openRestoreTarget()
{
    return makeError(Code::Unimplemented, "a memory engine takes nothing back");
}

} // namespace isotherm::test
