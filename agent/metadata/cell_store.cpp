// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/cell_store.h"

#include <nlohmann/json.hpp>

namespace isotherm::metadata
{
namespace
{

using nlohmann::json;

std::string toJson(const std::vector<StoredOrigin>& origins)
{
    json list = json::array();
    for (const StoredOrigin& origin : origins) {
        list.push_back({origin.cell, origin.share});
    }
    return list.dump();
}

Result<std::vector<StoredOrigin>> originsFromJson(const std::string& text)
{
    const json list = json::parse(text, nullptr, false);
    std::vector<StoredOrigin> origins;
    for (const json& item : list.is_array() ? list : json::array({nullptr})) {
        if (!item.is_array() || item.size() != 2 || !item[0].is_number_unsigned() ||
            !item[1].is_number()) {
            return makeError(Code::Internal, "the metadata file holds a cell that cannot be read");
        }
        origins.push_back({item[0].get<std::uint64_t>(), item[1].get<double>()});
    }
    return origins;
}

Status putOne(Connection& connection, const StoredCell& cell)
{
    ISO_ASSIGN(Statement statement,
               connection.prepare("insert or replace into heat_cell(id, keyspace, range_begin, "
                                  "range_end, is_default, is_cell, whole_of, born, retired, "
                                  "origins) values(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    statement.bind(cell.id).bindText(cell.keyspace).bindBlob(cell.range.begin.encoded());
    if (cell.range.end) {
        statement.bindBlob(cell.range.end->encoded());
    } else {
        statement.bindNull();
    }
    statement.bind(std::int64_t{cell.isDefault}).bind(std::int64_t{cell.isCell});
    statement.bind(cell.wholeOf.get()).bind(cell.born);
    if (cell.retired) {
        statement.bind(*cell.retired);
    } else {
        statement.bindNull();
    }
    return statement.bindText(toJson(cell.origins)).execute();
}

Result<StoredCell> readOne(const Statement& row)
{
    StoredCell cell;
    cell.id = row.natural(0);
    cell.keyspace = row.text(1);
    cell.range.begin = Key(row.blob(2));
    if (!row.isNull(3)) {
        cell.range.end = Key(row.blob(3));
    }
    cell.isDefault = row.integer(4) != 0;
    cell.isCell = row.integer(5) != 0;
    cell.wholeOf = ShardId(row.natural(6));
    cell.born = row.time(7);
    cell.retired = row.optionalTime(8);
    ISO_ASSIGN(cell.origins, originsFromJson(row.text(9)));
    return cell;
}

} // namespace

Status CellStore::put(const std::vector<StoredCell>& cells)
{
    return m_database.write([&](Connection& connection) -> Status {
        for (const StoredCell& cell : cells) {
            ISO_TRY(putOne(connection, cell));
        }
        return {};
    });
}

Result<std::vector<StoredCell>> CellStore::all()
{
    return m_database.read([](Connection& connection) -> Result<std::vector<StoredCell>> {
        ISO_ASSIGN(Statement row,
                   connection.prepare("select id, keyspace, range_begin, range_end, is_default, "
                                      "is_cell, whole_of, born, retired, origins from heat_cell "
                                      "order by id"));
        std::vector<StoredCell> cells;
        for (;;) {
            ISO_ASSIGN(const bool more, row.step());
            if (!more) {
                return cells;
            }
            ISO_ASSIGN(StoredCell cell, readOne(row));
            cells.push_back(std::move(cell));
        }
    });
}

Result<std::uint64_t> CellStore::nextId()
{
    return m_database.read([](Connection& connection) -> Result<std::uint64_t> {
        ISO_ASSIGN(
            Statement row,
            connection.prepare(
                "select 1 + max((select ifnull(max(cell), 0) from heat_slot), "
                "(select ifnull(max(seq), 0) from sqlite_sequence where name = 'heat_cell'))"));
        ISO_TRY(row.step());
        return row.natural(0);
    });
}

Status CellStore::remove(const std::vector<std::uint64_t>& ids)
{
    return m_database.write([&](Connection& connection) -> Status {
        for (const std::uint64_t id : ids) {
            ISO_ASSIGN(Statement statement,
                       connection.prepare("delete from heat_cell where id = ?"));
            ISO_TRY(statement.bind(id).execute());
        }
        return {};
    });
}

} // namespace isotherm::metadata
