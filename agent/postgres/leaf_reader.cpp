// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/leaf_reader.h"

#include "agent/postgres/key_predicate.h"
#include "agent/postgres/row_select.h"
#include "agent/postgres/sql_text.h"
#include "agent/postgres/type_policy.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace isotherm::postgres
{
namespace
{

/// Rank correlation between where a row lies and its key, from which reading in place beats the
/// server's sort: the writer of a run puts nearly sorted rows in order by itself.
constexpr double kNearlySorted = 0.9;
constexpr std::uint64_t kSampledPages = 64;

/// What has to be compared so that the server's order is the encoded keys': values where their
/// order is encoded, bytes where only identity is.
std::string orderExpression(const TableSchema& schema, const KeyColumn& key,
                            const TypePolicy& types, Oid type)
{
    const ColumnSchema& column = schema.columns[key.column];
    const std::string name = quoteIdentifier(column.name);
    if (column.encoding == ValueEncoding::Text) {
        return name + "::text COLLATE \"C\"";
    }
    if (key.type != KeyType::Opaque) {
        return name;
    }
    if (types.keyType(type, true) == KeyType::Text) {
        return name + " COLLATE \"C\"";
    }
    return types.sendFunction(type) + "(" + name + ")";
}

Result<std::string> orderOf(Connection& connection, const engine::LeafRef& leaf,
                            const TableSchema& schema)
{
    const auto leafOid = static_cast<Oid>(leaf.objectId);
    ISO_ASSIGN(const TypePolicy types, TypePolicy::load(connection, leafOid));
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT attname, atttypid FROM pg_attribute WHERE attrelid = "
                                "$1::oid AND attnum > 0 AND NOT attisdropped",
                                {std::to_string(leafOid)}));
    std::string order;
    for (const KeyColumn& key : schema.key) {
        for (std::size_t row = 0; row < rows.size(); ++row) {
            if (rows.view(row, 0) == schema.columns[key.column].name) {
                order +=
                    (order.empty() ? "" : ", ") +
                    orderExpression(schema, key, types, static_cast<Oid>(rows.integer(row, 1)));
            }
        }
    }
    return order;
}

std::string percentText(std::uint64_t pages)
{
    const double percent =
        std::min(100.0, 100.0 * static_cast<double>(kSampledPages) / static_cast<double>(pages));
    char text[32];
    std::snprintf(text, sizeof(text), "%.6f", percent);
    return text;
}

Result<bool> nearlySorted(Connection& connection, const std::string& table,
                          const std::string& order, std::uint64_t pages)
{
    if (pages <= 1) {
        return true; // one page is any writer's window
    }
    ISO_ASSIGN(const QueryRows rows,
               connection.query("SELECT coalesce(corr(place, rank), 1) FROM ("
                                "  SELECT row_number() OVER (ORDER BY ctid) AS place,"
                                "    row_number() OVER (ORDER BY " +
                                order + ", ctid) AS rank FROM ONLY " + table +
                                " TABLESAMPLE SYSTEM (" + percentText(pages) +
                                ") REPEATABLE (1)) sampled"));
    return rows.real(0, 0) >= kNearlySorted;
}

/// The pages of one slice; the last is open at its end.
std::string sliceCondition(std::uint64_t pages, std::uint32_t slice, std::uint32_t slices)
{
    const auto pageAt = [&](std::uint32_t index) {
        return "'(" + std::to_string(pages * index / slices) + ",0)'";
    };
    std::string condition = "ctid >= " + pageAt(slice);
    if (slice + 1 < slices) {
        condition += " AND ctid < " + pageAt(slice + 1);
    }
    return condition;
}

} // namespace

Result<LeafShape> loadShape(Connection& connection, const engine::LeafRef& leaf,
                            const TableSchema& schema)
{
    LeafShape shape;
    ISO_ASSIGN(const QueryRows size, connection.query("SELECT pg_relation_size($1::oid) / "
                                                      "current_setting('block_size')::int8",
                                                      {std::to_string(leaf.objectId)}));
    shape.pages = static_cast<std::uint64_t>(std::max<std::int64_t>(0, size.integer(0, 0)));
    ISO_ASSIGN(shape.order, orderOf(connection, leaf, schema));
    ISO_ASSIGN(
        shape.physicalOrderIsKeyOrder,
        nearlySorted(connection, quoteQualified(leaf.schema, leaf.name), shape.order, shape.pages));
    return shape;
}

std::string readSql(const engine::LeafRef& leaf, const TableSchema& schema, const LeafShape& shape,
                    const engine::ReadRequest& request)
{
    RowSelect select;
    select.table = quoteQualified(leaf.schema, leaf.name);
    select.condition = keyPredicate(schema, request.range);
    if (!shape.physicalOrderIsKeyOrder || request.order == engine::ReadOrder::ByKey) {
        select.order = shape.order;
    } else if (request.slices > 1) {
        select.condition += select.condition.empty() ? "" : " AND ";
        select.condition += sliceCondition(shape.pages, request.slice, request.slices);
    }
    return copyOutSql(schema, select);
}

} // namespace isotherm::postgres
