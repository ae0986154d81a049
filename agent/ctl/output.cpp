// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/output.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <type_traits>

namespace isotherm::ctl
{
namespace
{

using nlohmann::ordered_json;

constexpr const char* kSchema = "isotherm/v1";

std::string printed(const char* format, double number)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, number);
    return text.data();
}

double seconds(std::chrono::milliseconds duration)
{
    return std::chrono::duration<double>(duration).count();
}

ordered_json number(double value)
{
    return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

ordered_json toJson(const Value& value)
{
    return std::visit(
        [](const auto& held) -> ordered_json {
            using T = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<T, std::monostate>) {
                return nullptr;
            } else if constexpr (std::is_same_v<T, ByteCount>) {
                return held.get();
            } else if constexpr (std::is_same_v<T, WallTime>) {
                return formatUtc(held);
            } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
                return number(seconds(held));
            } else if constexpr (std::is_same_v<T, RatioValue> || std::is_same_v<T, RateValue>) {
                return number(held.value);
            } else if constexpr (std::is_same_v<T, double>) {
                return number(held);
            } else {
                return held;
            }
        },
        value);
}

/// RFC 4180: quoted when it must be.
std::string toCsv(const Value& value)
{
    const ordered_json json = toJson(value);
    std::string text;
    if (json.is_string()) {
        text = json.get<std::string>();
    } else if (json.is_array()) {
        for (const auto& item : json) {
            text += (text.empty() ? "" : ";") + item.get<std::string>();
        }
    } else if (!json.is_null()) {
        text = json.dump();
    }
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string quoted = "\"";
    for (const char c : text) {
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    }
    return quoted + "\"";
}

std::string dump(const ordered_json& json, int indent)
{
    return json.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

ordered_json rowObject(const Listing& listing, const std::vector<Value>& row)
{
    ordered_json object = ordered_json::object();
    for (std::size_t index = 0; index < listing.columns.size(); ++index) {
        object[listing.columns[index].key] = toJson(row[index]);
    }
    return object;
}

ordered_json itemArray(const Listing& listing)
{
    ordered_json items = ordered_json::array();
    for (const auto& row : listing.rows) {
        items.push_back(rowObject(listing, row));
    }
    return items;
}

std::string padded(const std::string& text, std::size_t width, Column::Align align)
{
    const std::size_t used = displayWidth(text);
    const std::string fill(width > used ? width - used : 0, ' ');
    return align == Column::Align::Left ? text + fill : fill + text;
}

void appendTableLine(std::string& to, const std::vector<std::string>& cells,
                     const std::vector<std::size_t>& widths, const std::vector<Column>& columns)
{
    std::string line;
    for (std::size_t index = 0; index < cells.size(); ++index) {
        if (!columns[index].title.empty()) {
            line += (line.empty() ? "" : "  ") +
                    padded(cells[index], widths[index], columns[index].align);
        }
    }
    line.erase(line.find_last_not_of(' ') + 1);
    to += line + "\n";
}

std::string renderTable(const Listing& listing)
{
    std::vector<std::string> titles;
    std::vector<std::size_t> widths;
    for (const Column& column : listing.columns) {
        titles.push_back(column.title);
        widths.push_back(displayWidth(column.title));
    }
    std::vector<std::vector<std::string>> lines;
    for (const auto& row : listing.rows) {
        std::vector<std::string>& line = lines.emplace_back();
        for (std::size_t index = 0; index < row.size(); ++index) {
            line.push_back(forPeople(row[index]));
            widths[index] = std::max(widths[index], displayWidth(line.back()));
        }
    }
    if (lines.empty()) {
        return "no " + listing.kind + "\n";
    }
    std::string text;
    appendTableLine(text, titles, widths, listing.columns);
    for (const auto& line : lines) {
        appendTableLine(text, line, widths, listing.columns);
    }
    return text;
}

std::string csvLine(const std::vector<std::string>& cells)
{
    std::string line;
    for (std::size_t index = 0; index < cells.size(); ++index) {
        line += (index == 0 ? "" : ",") + cells[index];
    }
    return line + "\r\n";
}

std::string renderCsv(const Listing& listing)
{
    std::vector<std::string> cells;
    for (const Column& column : listing.columns) {
        cells.push_back(column.key);
    }
    std::string text = csvLine(cells);
    for (const auto& row : listing.rows) {
        cells.clear();
        for (const Value& value : row) {
            cells.push_back(toCsv(value));
        }
        text += csvLine(cells);
    }
    return text;
}

} // namespace

std::optional<Format> parseFormat(std::string_view name)
{
    if (name == "table") {
        return Format::Table;
    }
    if (name == "json") {
        return Format::Json;
    }
    if (name == "jsonl") {
        return Format::JsonLines;
    }
    if (name == "csv") {
        return Format::Csv;
    }
    return std::nullopt;
}

std::size_t displayWidth(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    }));
}

std::string withThousands(std::uint64_t number)
{
    std::string text = std::to_string(number);
    for (std::size_t at = text.size(); at > 3; at -= 3) {
        text.insert(at - 3, ",");
    }
    return text;
}

std::string shortNumber(double number)
{
    if (!std::isfinite(number)) {
        return "–";
    }
    if (number >= 99.95 && number < 1e15) {
        return withThousands(static_cast<std::uint64_t>(std::llround(number)));
    }
    return number == std::floor(number) ? printed("%.0f", number) : printed("%.1f", number);
}

std::string forPeople(const Value& value)
{
    return std::visit(
        [](const auto& held) -> std::string {
            using T = std::decay_t<decltype(held)>;
            if constexpr (std::is_same_v<T, std::monostate>) {
                return "–";
            } else if constexpr (std::is_same_v<T, bool>) {
                return held ? "yes" : "no";
            } else if constexpr (std::is_same_v<T, std::uint64_t>) {
                return withThousands(held);
            } else if constexpr (std::is_same_v<T, double>) {
                return shortNumber(held);
            } else if constexpr (std::is_same_v<T, std::string>) {
                return held.empty() ? "–" : held;
            } else if constexpr (std::is_same_v<T, ByteCount>) {
                return formatBytes(held);
            } else if constexpr (std::is_same_v<T, WallTime>) {
                return formatUtc(std::chrono::floor<std::chrono::seconds>(held));
            } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
                return formatDuration(held);
            } else if constexpr (std::is_same_v<T, RatioValue>) {
                return printed("%.2f", held.value);
            } else if constexpr (std::is_same_v<T, RateValue>) {
                return shortNumber(held.value) + " " + std::string(held.unit);
            } else {
                std::string text;
                for (const std::string& item : held) {
                    text += (text.empty() ? "" : ", ") + item;
                }
                return text.empty() ? "–" : text;
            }
        },
        value);
}

std::string renderJsonLine(const Listing& listing, const std::vector<Value>& row)
{
    ordered_json object = {{"schema", kSchema}, {"kind", listing.kind}};
    object.update(rowObject(listing, row));
    return dump(object, -1);
}

std::string render(const Listing& listing, Format format)
{
    switch (format) {
    case Format::Json:
        return dump({{"schema", kSchema}, {"kind", listing.kind}, {"items", itemArray(listing)}},
                    2);
    case Format::JsonLines: {
        std::string text;
        for (const auto& row : listing.rows) {
            text += renderJsonLine(listing, row);
        }
        return text;
    }
    case Format::Csv:
        return renderCsv(listing);
    case Format::Table:
        break;
    }
    return renderTable(listing);
}

std::string render(const Record& record, Format format)
{
    if (format == Format::Csv) {
        Listing line{record.kind, {}, {{}}};
        for (const Record::Field& field : record.fields) {
            line.columns.push_back({field.key, field.title});
            line.rows.front().push_back(field.value);
        }
        return renderCsv(line);
    }
    if (format != Format::Table) {
        ordered_json object = {{"schema", kSchema}, {"kind", record.kind}};
        for (const Record::Field& field : record.fields) {
            object[field.key] = toJson(field.value);
        }
        for (const Listing& part : record.parts) {
            object[part.kind] = itemArray(part);
        }
        return dump(object, format == Format::Json ? 2 : -1);
    }
    std::size_t width = 0;
    for (const Record::Field& field : record.fields) {
        width = std::max(width, displayWidth(field.title));
    }
    std::string text;
    for (const Record::Field& field : record.fields) {
        if (!field.title.empty()) {
            text += padded(field.title, width, Column::Align::Left) + "  " +
                    forPeople(field.value) + "\n";
        }
    }
    for (const Listing& part : record.parts) {
        if (!part.rows.empty()) {
            text += "\n" + renderTable(part);
        }
    }
    return text;
}

} // namespace isotherm::ctl
