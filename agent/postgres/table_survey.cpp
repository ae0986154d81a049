// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/table_survey.h"

#include "agent/postgres/bounds.h"
#include "agent/postgres/sql_text.h"
#include "agent/postgres/type_policy.h"

#include <algorithm>

namespace isotherm::postgres
{
namespace
{

using engine::Survey;
using engine::SurveyedTable;
using engine::SurveyRequest;

/// As many as pg_stats has by default.
constexpr std::size_t kBounds = 100;

/// Tables that people made, by a name as SQL writes it; partitions stand for themselves only in
/// their root.
constexpr std::string_view kFindSql =
    "WITH wanted AS (SELECT parse_ident($1) AS i) "
    "SELECT c.oid, n.nspname, c.relname FROM pg_class c "
    "JOIN pg_namespace n ON n.oid = c.relnamespace, wanted w "
    "WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition "
    "AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%' "
    "AND c.relname = w.i[cardinality(w.i)] "
    "AND (cardinality(w.i) = 1 OR n.nspname = w.i[1])";

constexpr std::string_view kMeasureSql =
    "SELECT count(*), coalesce(sum(greatest(c.reltuples, 0)), 0)::int8,"
    "  coalesce(sum(pg_total_relation_size(c.oid)), 0)::int8,"
    "  coalesce(sum(pg_stat_get_tuples_inserted(c.oid) - pg_stat_get_tuples_deleted(c.oid)), 0)"
    "    ::int8, bool_and(c.reltuples >= 0),"
    "  (extract(epoch FROM clock_timestamp()) * 1000000)::int8,"
    "  (SELECT (extract(epoch FROM pg_stat_get_db_stat_reset_time(d.oid)) * 1000000)::int8"
    "     FROM pg_database d WHERE d.datname = current_database()) "
    // The tree of a table that is not partitioned is empty.
    "FROM (SELECT t.relid FROM pg_partition_tree($1::oid::regclass) t WHERE t.isleaf "
    "UNION SELECT $1::oid::regclass WHERE NOT EXISTS "
    "(SELECT FROM pg_partition_tree($1::oid::regclass))) l JOIN pg_class c ON c.oid = l.relid";

constexpr std::string_view kKeySql =
    "SELECT a.attname, a.atttypid, format_type(a.atttypid, a.atttypmod),"
    "  a.attcollation = 0 OR coalesce((SELECT o.collname IN ('C', 'POSIX') OR"
    "    (o.collname = 'default' AND (SELECT d.datcollate IN ('C', 'POSIX') FROM pg_database d"
    "      WHERE d.datname = current_database())) FROM pg_collation o WHERE o.oid ="
    "    a.attcollation), false),"
    "  a.attidentity <> '' OR coalesce(pg_get_expr(f.adbin, f.adrelid) LIKE 'nextval(%', false) "
    "FROM pg_attribute a LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum "
    "WHERE a.attrelid = $1::oid AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped";

constexpr std::string_view kPrimaryKeySql =
    "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
    "AND a.attnum = ANY (i.indkey) WHERE i.indrelid = $1::oid AND i.indisprimary "
    "ORDER BY array_position(i.indkey::int2[], a.attnum)";

struct FoundTable
{
    std::string oid;
    std::string schema;
    std::string name;

    [[nodiscard]] std::string shown() const { return schema + "." + name; }
};

struct KeyPart
{
    std::string name;
    std::string typeName;
    KeyType type = KeyType::Opaque;
    bool ascends = false;
};

Result<FoundTable> findSurveyed(Connection& connection, const std::string& name)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kFindSql), {name}));
    if (rows.size() == 0) {
        return makeError(Code::NotFound, "there is no table " + name);
    }
    if (rows.size() > 1) {
        return makeError(Code::InvalidArgument, "there are several tables " + name,
                         "write its schema: " + rows.text(0, 1) + "." + rows.text(0, 2));
    }
    return FoundTable{rows.text(0, 0), rows.text(0, 1), rows.text(0, 2)};
}

Result<KeyPart> keyPart(Connection& connection, const FoundTable& table, const std::string& column)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kKeySql), {table.oid, column}));
    if (rows.size() == 0) {
        return makeError(Code::NotFound, table.shown() + " has no column " + column);
    }
    const Oid type = static_cast<Oid>(rows.integer(0, 1));
    ISO_ASSIGN(const TypePolicy types, TypePolicy::loadTypes(connection, {type}));
    KeyPart part{rows.text(0, 0), rows.text(0, 2), types.keyType(type, rows.truth(0, 3)),
                 rows.truth(0, 4)};
    if (part.type == KeyType::Opaque) {
        return makeError(Code::FailedPrecondition,
                         "column " + column + " of " + table.shown() + " is a " + part.typeName +
                             ", whose order cannot be encoded",
                         types.keyType(type, true) == KeyType::Text
                             ? "declare it COLLATE \"C\", or choose another key"
                             : "choose another key");
    }
    return part;
}

/// Values of the first key column as the server prints them, to keys; what follows is the lowest.
Result<std::vector<Key>> keysOf(Connection& connection, const std::vector<std::string>& values,
                                const std::string& typeName, const std::vector<KeyType>& types)
{
    std::vector<PartitionBound> bounds;
    for (const std::string& value : values) {
        PartitionBound bound;
        bound.from.push_back({BoundValue::Kind::Value, value});
        bound.from.resize(types.size(), {BoundValue::Kind::Minimum, {}});
        bound.to.resize(types.size(), {BoundValue::Kind::Maximum, {}});
        bounds.push_back(std::move(bound));
    }
    const std::vector<std::string> names(types.size(), typeName);
    ISO_ASSIGN(const std::vector<KeyRange> ranges, boundRanges(connection, bounds, names, types));
    std::vector<Key> keys;
    for (const KeyRange& range : ranges) {
        if (keys.empty() || keys.back() < range.begin) {
            keys.push_back(range.begin);
        }
    }
    return keys;
}

struct ColumnValues
{
    std::vector<std::string> values;
    std::string from;
};

/// What ANALYZE found; else a sample of about 30,000 rows, in whole blocks.
Result<ColumnValues> spreadOf(Connection& connection, const FoundTable& table,
                              const std::string& column)
{
    ISO_ASSIGN(const QueryRows known,
               connection.query("SELECT unnest((s.histogram_bounds::text)::text[]) FROM pg_stats s "
                                "WHERE s.schemaname = $1 AND s.tablename = $2 AND s.attname = $3 "
                                "AND s.histogram_bounds IS NOT NULL AND NOT s.inherited",
                                {table.schema, table.name, column}));
    ColumnValues spread;
    if (known.size() >= 2) {
        spread.from = "the server's statistics";
        for (std::size_t row = 0; row < known.size(); ++row) {
            spread.values.push_back(known.text(row, 0));
        }
        return spread;
    }
    const std::string name = quoteIdentifier(column);
    ISO_ASSIGN(
        const QueryRows sampled,
        connection.query(
            "WITH pages AS (SELECT greatest((pg_relation_size($1::oid::regclass) + "
            "coalesce((SELECT sum(pg_relation_size(t.relid)) FROM "
            "pg_partition_tree($1::oid::regclass) t WHERE t.isleaf), 0)) / "
            "current_setting('block_size')::numeric, 1) AS n), sample AS (SELECT k, ntile(" +
                std::to_string(kBounds) + ") OVER (ORDER BY k) AS part FROM (SELECT " + name +
                " AS k FROM " + quoteQualified(table.schema, table.name) +
                " TABLESAMPLE SYSTEM ((SELECT least(100, 100 * 400 / n) FROM pages)) REPEATABLE (1)"
                " WHERE " +
                name +
                " IS NOT NULL) s) "
                "(SELECT min(k)::text FROM sample GROUP BY part ORDER BY part) "
                "UNION ALL SELECT max(k)::text FROM sample",
            {table.oid}));
    spread.from = "a sample of the rows";
    for (std::size_t row = 0; row < sampled.size(); ++row) {
        if (!sampled.isNull(row, 0)) {
            spread.values.push_back(sampled.text(row, 0));
        }
    }
    return spread;
}

Status measure(Connection& connection, const FoundTable& found, Survey& survey)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kMeasureSql), {found.oid}));
    SurveyedTable table;
    table.name = found.shown();
    table.leaves = static_cast<std::uint32_t>(rows.integer(0, 0));
    table.rows = static_cast<std::uint64_t>(rows.integer(0, 1));
    table.size = ByteCount(static_cast<std::uint64_t>(rows.integer(0, 2)));
    table.grown = rows.integer(0, 3);
    if (!rows.truth(0, 4)) { // never analyzed: count, it is not large or somebody would have
        ISO_ASSIGN(
            const QueryRows counted,
            connection.query("SELECT count(*) FROM " + quoteQualified(found.schema, found.name)));
        table.rows = static_cast<std::uint64_t>(counted.integer(0, 0));
    }
    survey.serverTime = fromUnixMicros(rows.integer(0, 5));
    if (!rows.isNull(0, 6)) {
        survey.countedSince = fromUnixMicros(rows.integer(0, 6));
    }
    survey.tables.push_back(std::move(table));
    return {};
}

Result<std::vector<std::string>> primaryKey(Connection& connection, const FoundTable& table)
{
    ISO_ASSIGN(const QueryRows rows, connection.query(std::string(kPrimaryKeySql), {table.oid}));
    std::vector<std::string> columns;
    for (std::size_t row = 0; row < rows.size(); ++row) {
        columns.push_back(rows.text(row, 0));
    }
    return columns;
}

Result<Survey> surveyTables(Connection& connection, const SurveyRequest& request)
{
    Survey survey;
    std::vector<FoundTable> found;
    for (const std::string& name : request.tables) {
        ISO_ASSIGN(FoundTable table, findSurveyed(connection, name));
        found.push_back(std::move(table));
    }
    if (found.empty()) {
        return makeError(Code::InvalidArgument, "no table is named");
    }
    survey.keyColumns = request.keyColumns;
    if (survey.keyColumns.empty()) {
        ISO_ASSIGN(const auto columns, primaryKey(connection, found.front()));
        if (columns.empty()) {
            return makeError(Code::FailedPrecondition,
                             found.front().shown() + " has no primary key to take the key from",
                             "name it: --key COLUMN");
        }
        survey.keyColumns = {columns.front()};
    }
    std::string firstType;
    for (const std::string& column : survey.keyColumns) {
        ISO_ASSIGN(const KeyPart part, keyPart(connection, found.front(), column));
        firstType = firstType.empty() ? part.typeName : firstType;
        survey.keyTypes.push_back(part.type);
        survey.keyAscends = survey.keyAscends || (part.ascends && survey.keyTypes.size() == 1);
    }
    for (const FoundTable& table : found) {
        ISO_TRY(measure(connection, table, survey));
        for (const std::string& column : survey.keyColumns) {
            ISO_TRY(keyPart(connection, table, column)); // every table has the key
        }
        ISO_ASSIGN(const auto columns, primaryKey(connection, table));
        survey.tables.back().keyIsInPrimaryKey =
            columns.empty() || std::all_of(survey.keyColumns.begin(), survey.keyColumns.end(),
                                           [&columns](const std::string& column) {
                                               return std::find(columns.begin(), columns.end(),
                                                                column) != columns.end();
                                           });
    }
    ISO_ASSIGN(const ColumnValues spread,
               spreadOf(connection, found.front(), survey.keyColumns.front()));
    ISO_ASSIGN(survey.rowBounds, keysOf(connection, spread.values, firstType, survey.keyTypes));
    survey.boundsFrom = survey.rowBounds.empty() ? "" : spread.from;
    return survey;
}

class PostgresSurvey final : public engine::SurveyPort
{
public:
    explicit PostgresSurvey(std::shared_ptr<ConnectionPool> pool) : m_pool(std::move(pool)) {}

    [[nodiscard]] Result<engine::NodeActivity> activity() override
    {
        return m_pool->with([](Connection& connection) -> Result<engine::NodeActivity> {
            ISO_ASSIGN(const QueryRows rows,
                       connection.query("SELECT (extract(epoch FROM clock_timestamp()) * "
                                        "1000000)::int8, (sum(active_time) * 1000)::int8 "
                                        "FROM pg_stat_database"));
            return engine::NodeActivity{fromUnixMicros(rows.integer(0, 0)),
                                        std::chrono::microseconds(rows.integer(0, 1))};
        });
    }

    [[nodiscard]] Result<std::vector<Key>> rowBounds(std::uint64_t leaf,
                                                     const std::vector<std::string>& keys,
                                                     const std::vector<KeyType>& types) override
    {
        return m_pool->with([&](Connection& connection) -> Result<std::vector<Key>> {
            ISO_ASSIGN(const QueryRows rows,
                       connection.query("SELECT c.oid, n.nspname, c.relname FROM pg_class c JOIN "
                                        "pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = "
                                        "$1::oid",
                                        {std::to_string(leaf)}));
            if (rows.size() == 0 || keys.empty()) {
                return std::vector<Key>();
            }
            const FoundTable table{rows.text(0, 0), rows.text(0, 1), rows.text(0, 2)};
            ISO_ASSIGN(const KeyPart part, keyPart(connection, table, keys.front()));
            ISO_ASSIGN(const ColumnValues spread, spreadOf(connection, table, keys.front()));
            return keysOf(connection, spread.values, part.typeName, types);
        });
    }

    [[nodiscard]] Result<Survey> survey(const SurveyRequest& request) override
    {
        return m_pool->with([&](Connection& connection) -> Result<Survey> {
            return surveyTables(connection, request);
        });
    }

private:
    const std::shared_ptr<ConnectionPool> m_pool;
};

} // namespace

std::shared_ptr<engine::SurveyPort> makeSurveyPort(std::shared_ptr<ConnectionPool> pool)
{
    return std::make_shared<PostgresSurvey>(std::move(pool));
}

} // namespace isotherm::postgres
