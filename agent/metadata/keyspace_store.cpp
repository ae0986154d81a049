// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/keyspace_store.h"

#include "agent/metadata/json_lists.h"

#include <chrono>
#include <cstdint>

namespace isotherm::metadata
{
namespace
{

constexpr const char* kSelect =
    "select name, tables, key_columns, key_types, rpo_ms, spec_tables, spec_key_columns, "
    "(select count(*) from shard where shard.keyspace = keyspace.name and state = 1) "
    "from keyspace where ? is null or name = ? order by name";

Result<StoredKeyspace> readKeyspace(const Statement& row)
{
    StoredKeyspace keyspace;
    keyspace.record.name = keyspace.spec.name = row.text(0);
    ISO_ASSIGN(keyspace.record.tables, textsFromJson(row.text(1)));
    ISO_ASSIGN(keyspace.record.keyColumns, textsFromJson(row.text(2)));
    ISO_ASSIGN(const auto types, numbersFromJson(row.text(3)));
    for (const std::uint64_t type : types) {
        keyspace.record.keyTypes.push_back(static_cast<KeyType>(type));
    }
    if (!row.isNull(4)) {
        keyspace.record.rpo = std::chrono::milliseconds(row.integer(4));
    }
    ISO_ASSIGN(keyspace.spec.tables, textsFromJson(row.text(5)));
    ISO_ASSIGN(keyspace.spec.keyColumns, textsFromJson(row.text(6)));
    keyspace.record.shardCount = static_cast<std::uint32_t>(row.natural(7));
    return keyspace;
}

} // namespace

Status KeyspaceStore::put(const StoredKeyspace& keyspace)
{
    std::vector<std::uint64_t> types;
    for (const KeyType type : keyspace.record.keyTypes) {
        types.push_back(static_cast<std::uint64_t>(type));
    }
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert or replace into keyspace(name, tables, "
                                      "key_columns, key_types, spec_tables, spec_key_columns, "
                                      "rpo_ms) values(?, ?, ?, ?, ?, ?, ?)"));
        statement.bindText(keyspace.record.name).bindText(toJson(keyspace.record.tables));
        statement.bindText(toJson(keyspace.record.keyColumns)).bindText(toJson(types));
        statement.bindText(toJson(keyspace.spec.tables));
        statement.bindText(toJson(keyspace.spec.keyColumns));
        if (keyspace.record.rpo) {
            statement.bind(std::int64_t{keyspace.record.rpo->count()});
        } else {
            statement.bindNull();
        }
        return statement.execute();
    });
}

Status KeyspaceStore::remove(const std::string& name)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement, connection.prepare("delete from keyspace where name = ?"));
        return statement.bindText(name).execute();
    });
}

Result<std::vector<StoredKeyspace>> KeyspaceStore::list()
{
    return m_database.read([](Connection& connection) -> Result<std::vector<StoredKeyspace>> {
        ISO_ASSIGN(Statement statement, connection.prepare(kSelect));
        statement.bindNull().bindNull();
        std::vector<StoredKeyspace> keyspaces;
        for (;;) {
            ISO_ASSIGN(const bool more, statement.step());
            if (!more) {
                return keyspaces;
            }
            ISO_ASSIGN(StoredKeyspace keyspace, readKeyspace(statement));
            keyspaces.push_back(std::move(keyspace));
        }
    });
}

Result<StoredKeyspace> KeyspaceStore::get(const std::string& name)
{
    return m_database.read([&](Connection& connection) -> Result<StoredKeyspace> {
        ISO_ASSIGN(Statement statement, connection.prepare(kSelect));
        ISO_ASSIGN(const bool found, statement.bindText(name).bindText(name).step());
        if (!found) {
            return makeError(Code::NotFound, "there is no keyspace \"" + name + "\"",
                             "isothermctl status lists the keyspaces");
        }
        return readKeyspace(statement);
    });
}

} // namespace isotherm::metadata
