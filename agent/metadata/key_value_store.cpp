// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/key_value_store.h"

namespace isotherm::metadata
{

Result<std::optional<std::string>> KeyValueStore::get(const std::string& name)
{
    return m_database.read([&](Connection& connection) -> Result<std::optional<std::string>> {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("select value from key_value where name = ?"));
        ISO_ASSIGN(const bool found, statement.bindText(name).step());
        return found ? std::optional(statement.text(0)) : std::nullopt;
    });
}

Status KeyValueStore::set(const std::string& name, const std::string& value)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement,
                   connection.prepare("insert into key_value(name, value) values(?, ?) "
                                      "on conflict do update set value = excluded.value"));
        return statement.bindText(name).bindText(value).execute();
    });
}

Status KeyValueStore::remove(const std::string& name)
{
    return m_database.write([&](Connection& connection) -> Status {
        ISO_ASSIGN(Statement statement, connection.prepare("delete from key_value where name = ?"));
        return statement.bindText(name).execute();
    });
}

} // namespace isotherm::metadata
