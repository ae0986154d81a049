// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/table_json.h"

#include "agent/postgres/completion.h"
#include "shared/base/byte_io.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace isotherm::postgres
{
namespace
{

using nlohmann::json;

constexpr std::size_t kMostColumns = 1'664;

const json* member(const json& object, const char* name)
{
    const auto found = object.is_object() ? object.find(name) : object.end();
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::string> textAt(const json& object, const char* name)
{
    const json* const found = member(object, name);
    return found != nullptr && found->is_string() ? std::optional(found->get<std::string>())
                                                  : std::nullopt;
}

std::optional<std::uint64_t> numberAt(const json& object, const char* name)
{
    const json* const found = member(object, name);
    return found != nullptr && found->is_number_unsigned()
               ? std::optional(found->get<std::uint64_t>())
               : std::nullopt;
}

bool truthAt(const json& object, const char* name)
{
    const json* const found = member(object, name);
    return found != nullptr && found->is_boolean() && found->get<bool>();
}

std::optional<MissingValue> missingOf(const json& column)
{
    const json* const found = member(column, "missing");
    if (found == nullptr) {
        return std::nullopt;
    }
    MissingValue value;
    const auto text = textAt(*found, "text");
    const auto binary = textAt(*found, "binary");
    value.text = text.value_or("");
    value.binary = binary ? fromHex(*binary) : std::nullopt;
    if (!text || (binary && !value.binary)) {
        value.unknown = textAt(*found, "unknown").value_or("it cannot be read");
    }
    return value;
}

bool readColumn(const json& entry, ParsedMarker& into)
{
    const auto number = numberAt(entry, "number");
    const auto name = textAt(entry, "name");
    const auto type = textAt(entry, "type");
    const auto oid = numberAt(entry, "oid");
    if (!number || *number == 0 || *number > UINT16_MAX || !name || !type || !oid) {
        return false;
    }
    ColumnSchema column;
    column.name = *name;
    column.typeName = *type;
    column.notNull = truthAt(entry, "required");
    column.collation = textAt(entry, "collation").value_or("");
    column.number = static_cast<std::uint32_t>(*number);
    into.marker.definition->schema.columns.push_back(std::move(column));
    into.types.push_back(static_cast<Oid>(*oid));
    into.missing.push_back(missingOf(entry));
    return true;
}

/// Numbers of columns; 0 stands for an expression.
std::vector<std::uint64_t> numbersAt(const json& table, const char* name)
{
    std::vector<std::uint64_t> numbers;
    const json* const found = member(table, name);
    for (std::size_t i = 0; found != nullptr && found->is_array() && i < found->size(); ++i) {
        const json& number = (*found)[i];
        numbers.push_back(number.is_number_unsigned() ? number.get<std::uint64_t>() : 0);
    }
    return numbers;
}

std::optional<std::uint32_t> indexOf(const TableSchema& schema, std::uint64_t number)
{
    for (std::uint32_t i = 0; i < schema.columns.size(); ++i) {
        if (schema.columns[i].number == number) {
            return i;
        }
    }
    return std::nullopt;
}

/// As catalog.cpp does it: the partition key, then what the primary key has beyond it.
void readKey(const json& table, TableSchema& schema)
{
    for (const std::uint64_t number : numbersAt(table, "partition")) {
        if (const auto index = indexOf(schema, number)) {
            schema.key.push_back({*index, KeyType::Opaque});
        }
    }
    schema.partitionKeyColumns = static_cast<std::uint32_t>(schema.key.size());
    const std::vector<std::uint64_t> primary = numbersAt(table, "primary");
    schema.keyIsUnique = !primary.empty();
    for (const std::uint64_t number : primary) {
        const auto index = indexOf(schema, number);
        const bool known =
            std::any_of(schema.key.begin(), schema.key.end(),
                        [&](const KeyColumn& column) { return index && column.column == *index; });
        if (!index) {
            schema.keyIsUnique = false;
        } else if (!known) {
            schema.key.push_back({*index, KeyType::Opaque});
        }
    }
}

/// As completion.cpp puts it together.
void readCompletion(const json& table, TableSchema& schema)
{
    if (const auto generated = textAt(table, "generated")) {
        schema.completion.push_back(std::string(kAddGenerated) + *generated);
    }
    const json* const constraints = member(table, "constraints");
    for (std::size_t i = 0; constraints != nullptr && i < constraints->size(); ++i) {
        if (constraints->is_array() && (*constraints)[i].is_string()) {
            schema.completion.push_back("ALTER TABLE %TABLE% ADD " +
                                        (*constraints)[i].get<std::string>());
        }
    }
    const json* const indexes = member(table, "indexes");
    for (std::size_t i = 0; indexes != nullptr && indexes->is_array() && i < indexes->size(); ++i) {
        const json& index = (*indexes)[i];
        if (index.is_array() && index.size() == 2 && index[0].is_boolean() &&
            index[1].is_string()) {
            schema.completion.push_back((index[0].get<bool>() ? "CREATE UNIQUE INDEX ON %TABLE%"
                                                              : "CREATE INDEX ON %TABLE%") +
                                        index[1].get<std::string>());
        }
    }
}

} // namespace

bool readTable(const json& table, ParsedMarker& into)
{
    const auto id = numberAt(table, "id");
    const auto schema = textAt(table, "schema");
    const auto name = textAt(table, "name");
    const json* const columns = member(table, "columns");
    if (!id || !schema || !name || (columns != nullptr && !columns->is_array()) ||
        (columns != nullptr && columns->size() > kMostColumns)) {
        return false;
    }
    engine::TableDefinition& definition = into.marker.definition.emplace();
    definition.tableId = *id;
    definition.schema.schema = *schema;
    definition.schema.name = *name;
    for (std::size_t i = 0; columns != nullptr && i < columns->size(); ++i) {
        if (!readColumn((*columns)[i], into)) {
            into.marker.definition.reset();
            return false;
        }
    }
    readKey(table, definition.schema);
    readCompletion(table, definition.schema);
    return true;
}

} // namespace isotherm::postgres
