// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/snapshot.h"

#include "agent/postgres/bounds.h"
#include "agent/postgres/catalog.h"
#include "agent/postgres/copy_source.h"
#include "agent/postgres/leaf_reader.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::postgres
{
namespace
{

using engine::LeafRef;
using engine::ReadRequest;
using engine::SnapshotInfo;

/// Reading the table's definition waits for whoever alters the table, and he may wait for our leaf:
/// we let go of it before the server finds a deadlock, let him through, and begin once more.
constexpr const char* kLetGoSoon = "SET LOCAL lock_timeout = '200ms'";
constexpr int kMostTries = 20;

constexpr std::uint64_t kMostSortedPages = (std::uint64_t{4} << 30U) / 8192;

std::string lockList(const std::vector<LeafRef>& leaves)
{
    std::string list;
    for (const LeafRef& leaf : leaves) {
        list += (list.empty() ? "ONLY " : ", ONLY ") + quoteQualified(leaf.schema, leaf.name);
    }
    return list;
}

/// The file of the leaf as the server has it this moment; Aborted when the name now belongs to
/// another table.
Result<std::uint64_t> generationOf(Connection& connection, const LeafRef& leaf)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT coalesce(pg_relation_filenode(c.oid), 0)"
                                " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                                " WHERE c.oid = $1::oid AND n.nspname = $2 AND c.relname = $3",
                                {std::to_string(leaf.objectId), leaf.schema, leaf.name}));
    if (rows.size() == 0) {
        return makeError(Code::Aborted,
                         "partition " + leaf.schema + "." + leaf.name +
                             " was dropped, renamed or replaced",
                         "the next look at the keyspace finds what took its place");
    }
    return static_cast<std::uint64_t>(rows.integer(0, 0));
}

Error movedOn(const LeafRef& leaf)
{
    return makeError(Code::Aborted,
                     "partition " + leaf.schema + "." + leaf.name +
                         " is not the one any more that the last look at the keyspace saw",
                     "the next look at the keyspace finds what took its place");
}

/// The leaf's table as our snapshot shows it: a column may have come since the last look at the
/// keyspace, and a backup without it would lose it in silence. Aborted when the leaf has other
/// bounds by now, or hangs below no table or one with another key.
Result<TableSchema> schemaOf(Connection& connection, const engine::KeyspaceLayout& keyspace,
                             const engine::ShardLayout& shard, std::size_t index)
{
    const LeafRef& leaf = shard.leaves[index];
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT i.inhparent, pg_get_expr(c.relpartbound, c.oid)"
                                " FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid"
                                " WHERE c.oid = $1::oid AND NOT i.inhdetachpending"
                                " AND c.relispartition",
                                {std::to_string(leaf.objectId)}));
    if (rows.size() != 1) {
        return movedOn(leaf);
    }
    ISO_ASSIGN(const TableEntry table, loadTable(connection, static_cast<Oid>(rows.integer(0, 0))));
    ISO_ASSIGN(const PartitionBound bound, parseBound(rows.view(0, 1)));
    std::vector<std::string> typeNames;
    for (std::uint32_t i = 0; i < table.schema.partitionKeyColumns; ++i) {
        typeNames.push_back(table.schema.columns[table.schema.key[i].column].typeName);
    }
    ISO_ASSIGN(const std::vector<KeyRange> ranges,
               boundRanges(connection, {bound}, typeNames, table.keyTypes));
    if (table.keyTypes != keyspace.keyTypes || bound.isDefault != shard.isDefault ||
        !(ranges.front() == shard.range)) {
        return movedOn(leaf);
    }
    return table.schema;
}

/// Our own reading must not look like load, or every backup would heat the shard that it reads and
/// bring the next one forward. Takes a right that init-db grants; without it we are counted.
constexpr const char* kDoNotCount =
    "SELECT CASE WHEN has_parameter_privilege('track_counts', 'SET')"
    " THEN set_config('track_counts', 'off', true) END";

/// One shard as one transaction shows it. The transaction stays open, so that its snapshot can be
/// imported by readers.
class PostgresSnapshot final : public engine::Snapshot
{
public:
    PostgresSnapshot(std::shared_ptr<ConnectionPool> pool, Lease connection)
        : m_pool(std::move(pool)), m_connection(std::move(connection))
    {
    }

    ~PostgresSnapshot() override
    {
        if (!m_connection->broken()) {
            (void)m_connection->run("ROLLBACK"); // makes the connection fit for the pool again
        }
    }
    PostgresSnapshot(const PostgresSnapshot&) = delete;
    PostgresSnapshot& operator=(const PostgresSnapshot&) = delete;

    Status begin(const engine::KeyspaceLayout& keyspace, const engine::ShardLayout& shard);
    /// It had its leaves, and somebody who waits for them holds what else it wants to read.
    [[nodiscard]] bool stoodInTheWay(const Status& begun) const
    {
        return !begun.ok() && begun.error().code == Code::DeadlineExceeded && m_locked;
    }

    const SnapshotInfo& info() const override { return m_info; }
    const TableSchema& table(std::size_t index) const override { return m_tables[index]; }
    bool physicalOrderIsKeyOrder(std::size_t table) const override
    {
        return m_shapes[table].physicalOrderIsKeyOrder;
    }
    Result<std::unique_ptr<RowSource>> openRows(const ReadRequest& request,
                                                std::stop_token stop) override;

private:
    Status lockLeaves();
    Status look();
    Status join(Connection& reader, const LeafRef& leaf) const;

    std::shared_ptr<ConnectionPool> m_pool;
    Lease m_connection;
    bool m_locked = false;
    SnapshotInfo m_info;
    std::string m_exported;
    std::vector<TableSchema> m_tables;
    std::vector<LeafShape> m_shapes;
};

Status PostgresSnapshot::begin(const engine::KeyspaceLayout& keyspace,
                               const engine::ShardLayout& shard)
{
    m_info.leaves = shard.leaves;
    ISO_TRY(lockLeaves());
    m_locked = true;
    ISO_TRY(look());
    ISO_TRY(m_connection->run(kLetGoSoon));
    ISO_TRY(m_connection->query(kDoNotCount));
    for (std::size_t i = 0; i < m_info.leaves.size(); ++i) {
        ISO_ASSIGN(m_info.leaves[i].generation, generationOf(*m_connection, m_info.leaves[i]));
        ISO_ASSIGN(TableSchema schema, schemaOf(*m_connection, keyspace, shard, i));
        m_tables.push_back(std::move(schema));
        ISO_ASSIGN(LeafShape shape, loadShape(*m_connection, m_info.leaves[i], m_tables[i]));
        m_shapes.push_back(std::move(shape));
    }
    return {};
}

/// BEGIN and LOCK take no snapshot: the first query after them does.
Status PostgresSnapshot::lockLeaves()
{
    ISO_TRY(m_connection->run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    Status locked =
        m_connection->run("LOCK TABLE " + lockList(m_info.leaves) + " IN ACCESS SHARE MODE");
    if (!locked.ok() && locked.error().code == Code::NotFound) {
        return makeError(Code::Aborted, locked.error().message,
                         "the next look at the keyspace finds what took its place");
    }
    if (!locked.ok() && locked.error().code == Code::InvalidArgument) {
        return makeError(Code::FailedPrecondition,
                         locked.error().message +
                             ": it is a foreign table, whose rows are not in this database",
                         "back it up where it lives");
    }
    return locked;
}

Status PostgresSnapshot::look()
{
    ISO_ASSIGN(const QueryRows rows,
               m_connection->query("SELECT pg_current_snapshot(), pg_export_snapshot(),"
                                   " (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
                                   "   ELSE pg_current_wal_insert_lsn() END) - '0/0'::pg_lsn,"
                                   " (extract(epoch FROM clock_timestamp()) * 1000000)::int8"));
    m_info.visibility = rows.text(0, 0);
    m_exported = rows.text(0, 1);
    // The next record may be a commit, and begins exactly there. What asynchronous commits have
    // made visible may not be written yet, but is inserted.
    m_info.lsn = Lsn(static_cast<std::uint64_t>(rows.integer(0, 2)) - 1);
    m_info.asOf = fromUnixMicros(rows.integer(0, 3));
    return {};
}

/// Makes `reader` see what we see. It must not wait for its lock: whoever wants a stronger one
/// queues behind ours already, and would wait for the reader's turn for ever.
Status PostgresSnapshot::join(Connection& reader, const LeafRef& leaf) const
{
    ISO_TRY(reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
                       "SET TRANSACTION SNAPSHOT " +
                       quoteLiteral(m_exported) +
                       ";SET LOCAL statement_timeout = 0;SET LOCAL work_mem = '64MB'"));
    const Status locked = reader.run("LOCK TABLE ONLY " + quoteQualified(leaf.schema, leaf.name) +
                                     " IN ACCESS SHARE MODE NOWAIT");
    if (!locked.ok()) {
        return locked.error().code == Code::DeadlineExceeded
                   ? makeError(Code::Aborted,
                               "partition " + leaf.schema + "." + leaf.name +
                                   " is wanted by a statement that changes its definition",
                               "let it finish, then try again")
                   : locked;
    }
    ISO_TRY(reader.query(kDoNotCount));
    ISO_ASSIGN(const std::uint64_t generation, generationOf(reader, leaf));
    if (generation != leaf.generation) {
        return makeError(Code::Aborted,
                         "partition " + leaf.schema + "." + leaf.name +
                             " was truncated or rewritten under the snapshot",
                         "try again");
    }
    return {};
}

/// For a leaf in no order a sort takes two thirds of the time of an index scan, which hops from
/// page to page; but it needs as much temporary space as the leaf has bytes.
bool sortsWholeLeaf(const LeafShape& shape, const ReadRequest& request)
{
    return !shape.physicalOrderIsKeyOrder && request.range == KeyRange() &&
           shape.pages <= kMostSortedPages;
}

Result<std::unique_ptr<RowSource>> PostgresSnapshot::openRows(const ReadRequest& request,
                                                              std::stop_token stop)
{
    if (request.table >= m_tables.size() || request.slices == 0 ||
        request.slice >= request.slices) {
        return makeError(Code::InvalidArgument, "no such table or slice of this shard");
    }
    const LeafShape& shape = m_shapes[request.table];
    if (request.slices > 1 &&
        (!shape.physicalOrderIsKeyOrder || request.order == engine::ReadOrder::ByKey)) {
        return makeError(Code::InvalidArgument,
                         "a table that is read in key order cannot be read in slices");
    }
    const LeafRef& leaf = m_info.leaves[request.table];
    const TableSchema& schema = m_tables[request.table];
    ISO_ASSIGN(Lease reader, m_pool->takeWorking());
    ISO_TRY(join(*reader, leaf));
    if (sortsWholeLeaf(shape, request)) {
        ISO_TRY(reader->run("SET LOCAL enable_indexscan = off"));
    }
    CopyOutOptions options;
    options.sql = readSql(leaf, schema, shape, request);
    options.columns = schema.columns.size();
    if (!(request.range == KeyRange())) {
        options.filter = KeyFilter(schema, request.range);
    }
    return CopySource::start(std::move(reader), std::move(options), std::move(stop));
}

Status checkShard(const engine::KeyspaceLayout& keyspace, const engine::ShardLayout& shard)
{
    if (shard.leaves.empty() || shard.leaves.size() != keyspace.tables.size()) {
        return makeError(Code::InvalidArgument, "the shard does not belong to this keyspace");
    }
    return {};
}

} // namespace

Result<std::unique_ptr<engine::Snapshot>> openSnapshot(const std::shared_ptr<ConnectionPool>& pool,
                                                       const engine::KeyspaceLayout& keyspace,
                                                       const engine::ShardLayout& shard)
{
    ISO_TRY(checkShard(keyspace, shard));
    for (int tries = 1;; ++tries) {
        ISO_ASSIGN(Lease connection, pool->takeWorking());
        auto snapshot = std::make_unique<PostgresSnapshot>(pool, std::move(connection));
        const Status begun = snapshot->begin(keyspace, shard);
        if (begun.ok()) {
            return std::unique_ptr<engine::Snapshot>(std::move(snapshot));
        }
        if (tries == kMostTries || !snapshot->stoodInTheWay(begun)) {
            return begun.error();
        }
    }
}

} // namespace isotherm::postgres
