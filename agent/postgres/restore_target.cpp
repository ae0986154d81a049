// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/restore_target.h"

#include "agent/postgres/completion.h"
#include "agent/postgres/copy_sink.h"
#include "agent/postgres/copy_source.h"
#include "agent/postgres/leaf_reader.h"
#include "agent/postgres/row_select.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <string>
#include <utility>

namespace isotherm::postgres
{
namespace
{

using engine::StagingTable;

std::string qualified(const StagingTable& table)
{
    return quoteQualified(table.schema, table.name);
}

bool hasTextColumns(const TableSchema& schema)
{
    return std::any_of(
        schema.columns.begin(), schema.columns.end(),
        [](const ColumnSchema& column) { return column.encoding == ValueEncoding::Text; });
}

std::string createSql(const StagingTable& table, const TableSchema& schema)
{
    std::string columns;
    for (const ColumnSchema& column : schema.columns) {
        const bool text = column.encoding == ValueEncoding::Text;
        columns += (columns.empty() ? "" : ", ") + quoteIdentifier(column.name) + " " +
                   (text ? "text" : column.typeName);
        if (!text && !column.collation.empty()) {
            columns += " COLLATE " + column.collation;
        }
        columns += column.notNull ? " NOT NULL" : "";
    }
    return "CREATE TABLE " + qualified(table) + " (" + columns + ")";
}

/// Gives the columns that were loaded as text their real types; empty when there are none.
std::string retypeSql(const StagingTable& table, const TableSchema& schema)
{
    std::string changes;
    for (const ColumnSchema& column : schema.columns) {
        if (column.encoding == ValueEncoding::Text) {
            const std::string name = quoteIdentifier(column.name);
            changes += (changes.empty() ? "" : ", ") + ("ALTER COLUMN " + name) + " TYPE " +
                       column.typeName +
                       (column.collation.empty() ? "" : " COLLATE " + column.collation) +
                       " USING " + name + "::" + column.typeName;
        }
    }
    return changes.empty() ? changes : "ALTER TABLE " + qualified(table) + " " + changes;
}

bool addsGenerated(const std::string& statement)
{
    return statement.rfind(kAddGenerated, 0) == 0;
}

/// Who owns a schema can replace what is in it: only owners who could do that to the whole database
/// anyway are trusted with restored rows.
Status checkSchemaOwner(Connection& connection, const std::string& schema)
{
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT r.rolname, r.rolname = current_user OR r.rolsuper"
                                "   OR r.rolname = 'pg_database_owner'"
                                "   OR r.oid = (SELECT datdba FROM pg_database WHERE datname = "
                                "current_database())"
                                " FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner"
                                " WHERE n.nspname = $1",
                                {schema}));
    if (rows.size() > 0 && !rows.truth(0, 1)) {
        return makeError(Code::FailedPrecondition,
                         "schema " + schema + " belongs to role " + rows.text(0, 0) +
                             ", who could read and change what is restored into it",
                         "restore into another schema, or change its owner");
    }
    if (rows.size() > 0) {
        return {};
    }
    return connection.run("CREATE SCHEMA IF NOT EXISTS " + quoteIdentifier(schema));
}

class PostgresRestoreTarget final : public engine::RestoreTarget
{
public:
    explicit PostgresRestoreTarget(std::shared_ptr<ConnectionPool> pool) : m_pool(std::move(pool))
    {
    }

    Status createTable(const StagingTable& table, const TableSchema& schema) override;
    Result<std::unique_ptr<engine::RowSink>> openSink(const StagingTable& table,
                                                      const TableSchema& schema) override;
    Status completeTable(const StagingTable& table, const TableSchema& schema) override;
    Result<std::unique_ptr<RowSource>>
    readBack(const StagingTable& table, const TableSchema& schema, std::stop_token stop) override;
    Result<std::unique_ptr<RowSource>> readInKeyOrder(const StagingTable& table,
                                                      const TableSchema& schema,
                                                      const KeyRange& range,
                                                      std::stop_token stop) override;
    Status dropTable(const StagingTable& table) override;
    Result<std::vector<StagingTable>> listStaging(const std::string& schema,
                                                  const std::string& markerPrefix) override;
    Status release(const StagingTable& table) override;
    /// PostgreSQL does not tell.
    std::optional<ByteCount> freeSpace() override { return std::nullopt; }

private:
    Status create(Connection& connection, const StagingTable& table, const TableSchema& schema);
    Status complete(Connection& connection, const StagingTable& table, const TableSchema& schema);
    /// Runs `work` in a transaction on a working connection.
    template <class Work>
    Status inTransaction(Work work);

    std::shared_ptr<ConnectionPool> m_pool;
};

template <class Work>
Status PostgresRestoreTarget::inTransaction(Work work)
{
    ISO_ASSIGN(Lease connection, m_pool->takeWorking());
    ISO_TRY(connection->run("BEGIN"));
    Status done = work(*connection);
    if (done.ok()) {
        return connection->run("COMMIT");
    }
    if (!connection->broken()) {
        (void)connection->run("ROLLBACK");
    }
    return done;
}

Status PostgresRestoreTarget::createTable(const StagingTable& table, const TableSchema& schema)
{
    return inTransaction([&](Connection& connection) { return create(connection, table, schema); });
}

Status PostgresRestoreTarget::create(Connection& connection, const StagingTable& table,
                                     const TableSchema& schema)
{
    ISO_TRY(checkSchemaOwner(connection, table.schema));
    ISO_TRY(connection.run(createSql(table, schema)));
    if (!hasTextColumns(schema)) {
        for (const std::string& statement : schema.completion) {
            if (addsGenerated(statement)) {
                ISO_TRY(connection.run(completionFor(statement, qualified(table))));
            }
        }
    }
    return connection.run("COMMENT ON TABLE " + qualified(table) + " IS " +
                          quoteLiteral(table.marker));
}

Result<std::unique_ptr<engine::RowSink>> PostgresRestoreTarget::openSink(const StagingTable& table,
                                                                         const TableSchema& schema)
{
    ISO_ASSIGN(Lease connection, m_pool->takeWorking());
    const std::string columns =
        schema.columns.empty() ? std::string() : " (" + columnList(schema) + ")";
    return CopySink::start(std::move(connection),
                           "COPY " + qualified(table) + columns + " FROM STDIN (FORMAT binary)",
                           schema.columns.size());
}

Status PostgresRestoreTarget::completeTable(const StagingTable& table, const TableSchema& schema)
{
    return inTransaction(
        [&](Connection& connection) { return complete(connection, table, schema); });
}

Status PostgresRestoreTarget::complete(Connection& connection, const StagingTable& table,
                                       const TableSchema& schema)
{
    const auto limit = m_pool->options().completionTimeout;
    ISO_TRY(connection.run("SET LOCAL statement_timeout = 0;"
                           "SET LOCAL maintenance_work_mem = '256MB';"
                           "SET LOCAL max_parallel_maintenance_workers = 2"));
    if (const std::string retype = retypeSql(table, schema); !retype.empty()) {
        ISO_TRY(connection.runLong(retype, limit));
    }
    for (const std::string& statement : schema.completion) {
        const Status done = connection.runLong(completionFor(statement, qualified(table)), limit);
        if (!done.ok()) {
            return done.error().within("completing " + table.schema + "." + table.name);
        }
    }
    return connection.runLong("ANALYZE " + qualified(table), limit);
}

Result<std::unique_ptr<RowSource>> PostgresRestoreTarget::readBack(const StagingTable& table,
                                                                   const TableSchema& schema,
                                                                   std::stop_token stop)
{
    ISO_ASSIGN(Lease connection, m_pool->takeWorking());
    ISO_TRY(connection->run("BEGIN READ ONLY; SET LOCAL statement_timeout = 0"));
    CopyOutOptions options;
    options.sql = copyOutSql(schema, RowSelect{qualified(table), {}, {}});
    options.columns = schema.columns.size();
    return CopySource::start(std::move(connection), std::move(options), std::move(stop));
}

Result<std::unique_ptr<RowSource>> PostgresRestoreTarget::readInKeyOrder(const StagingTable& table,
                                                                         const TableSchema& schema,
                                                                         const KeyRange& range,
                                                                         std::stop_token stop)
{
    ISO_ASSIGN(Lease connection, m_pool->takeWorking());
    ISO_TRY(connection->run("BEGIN READ ONLY; SET LOCAL statement_timeout = 0"));
    ISO_ASSIGN(const QueryRows rows,
               connection->query("SELECT coalesce(to_regclass($1)::oid, 0)", {qualified(table)}));
    if (rows.integer(0, 0) == 0) {
        return makeError(Code::NotFound, "there is no table " + table.schema + "." + table.name,
                         "it was dropped; compare with the backups instead");
    }
    engine::LeafRef leaf;
    leaf.objectId = static_cast<std::uint64_t>(rows.integer(0, 0));
    leaf.schema = table.schema;
    leaf.name = table.name;
    ISO_ASSIGN(const LeafShape shape, loadShape(*connection, leaf, schema));
    CopyOutOptions options;
    options.sql = readSql(leaf, schema, shape, {.range = range, .order = engine::ReadOrder::ByKey});
    options.columns = schema.columns.size();
    if (!(range == KeyRange())) {
        options.filter = KeyFilter(schema, range);
    }
    return CopySource::start(std::move(connection), std::move(options), std::move(stop));
}

Status PostgresRestoreTarget::dropTable(const StagingTable& table)
{
    return m_pool->with([&](Connection& connection) {
        return connection.run("DROP TABLE IF EXISTS " + qualified(table));
    });
}

Result<std::vector<StagingTable>>
PostgresRestoreTarget::listStaging(const std::string& schema, const std::string& markerPrefix)
{
    return m_pool->with([&](Connection& connection) -> Result<std::vector<StagingTable>> {
        ISO_ASSIGN(
            const QueryRows rows,
            connection.query("SELECT n.nspname, c.relname, obj_description(c.oid, 'pg_class')"
                             " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                             " WHERE n.nspname = $1 AND c.relkind = 'r'"
                             " AND starts_with(obj_description(c.oid, 'pg_class'), $2) ORDER BY 2",
                             {schema, markerPrefix}));
        std::vector<StagingTable> tables;
        for (std::size_t row = 0; row < rows.size(); ++row) {
            tables.push_back({rows.text(row, 0), rows.text(row, 1), rows.text(row, 2)});
        }
        return tables;
    });
}

Status PostgresRestoreTarget::release(const StagingTable& table)
{
    return m_pool->with([&](Connection& connection) {
        return connection.run("COMMENT ON TABLE " + qualified(table) + " IS NULL");
    });
}

} // namespace

std::unique_ptr<engine::RestoreTarget> makeRestoreTarget(std::shared_ptr<ConnectionPool> pool)
{
    return std::make_unique<PostgresRestoreTarget>(std::move(pool));
}

} // namespace isotherm::postgres
