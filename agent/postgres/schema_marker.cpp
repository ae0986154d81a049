// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/schema_marker.h"

#include "agent/postgres/table_json.h"

#include <nlohmann/json.hpp>
#include <string>

namespace isotherm::postgres
{
namespace
{

constexpr std::size_t kMostBytes = std::size_t{4} << 20U;
constexpr std::size_t kMostObjects = 200'000;

std::string textOf(const nlohmann::json& object, const char* name)
{
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

} // namespace

std::optional<ParsedMarker> parseSchemaMarker(std::string_view json)
{
    if (json.size() > kMostBytes) {
        return std::nullopt;
    }
    const nlohmann::json object = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
    if (!object.is_object()) {
        return std::nullopt;
    }
    ParsedMarker parsed;
    engine::SchemaMarker& marker = parsed.marker;
    const std::string kind = textOf(object, "kind");
    if (kind == "changed") {
        marker.kind = engine::MarkerKind::Changed;
    } else if (kind == "rewritten") {
        marker.kind = engine::MarkerKind::Rewritten;
    } else if (kind == "dropped") {
        marker.kind = engine::MarkerKind::Dropped;
    } else {
        return std::nullopt;
    }
    if (const auto objects = object.find("objects");
        objects != object.end() && objects->is_array() && objects->size() <= kMostObjects) {
        for (const nlohmann::json& id : *objects) {
            if (id.is_number_unsigned()) {
                marker.objects.push_back(id.get<std::uint64_t>());
            }
        }
    }
    marker.what = textOf(object, "what").substr(0, 4096);
    marker.statement = textOf(object, "statement").substr(0, 4096);
    if (const auto reason = object.find("reason");
        reason != object.end() && reason->is_number_integer()) {
        marker.reason = reason->get<int>();
    }
    if (const auto table = object.find("table"); table != object.end()) {
        (void)readTable(*table, parsed); // without it, the marker still says that there is a change
    }
    return parsed;
}

engine::SchemaMarker resolveMarker(ParsedMarker parsed, const TypePolicy& types)
{
    if (!parsed.marker.definition) {
        return std::move(parsed.marker);
    }
    engine::TableDefinition& definition = *parsed.marker.definition;
    for (std::size_t i = 0; i < parsed.types.size(); ++i) {
        ColumnSchema& column = definition.schema.columns[i];
        column.encoding = types.encoding(parsed.types[i]);
        std::optional<MissingValue>& missing = parsed.missing[i];
        const bool binary = column.encoding == ValueEncoding::Binary;
        if (!types.knows(parsed.types[i])) {
            definition.unknown = "the type of column " + column.name + " is gone";
        } else if (missing && (!missing->unknown.empty() || (binary && !missing->binary))) {
            definition.unknown = "what column " + column.name +
                                 " has in old rows cannot be told: " + missing->unknown;
        }
        definition.missing.push_back(
            !missing ? std::nullopt
                     : std::optional(binary ? missing->binary.value_or("") : missing->text));
    }
    return std::move(parsed.marker);
}

} // namespace isotherm::postgres
