// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// How answers are written: the same values as an aligned table, JSON, JSON lines or CSV. Pure.
namespace isotherm::ctl
{

enum class Format { Table, Json, JsonLines, Csv };

[[nodiscard]] std::optional<Format> parseFormat(std::string_view name);

/// A ratio, shown with two digits.
struct RatioValue
{
    double value = 0;
};

/// A rate per second, shown with its unit.
struct RateValue
{
    double value = 0;
    std::string_view unit; ///< "rows/s"
};

/// One value; monostate is "not known": "–" in a table, null in JSON, empty in CSV. In the machine
/// formats bytes and rates are plain numbers, durations seconds, and times RFC 3339 in UTC.
using Value =
    std::variant<std::monostate, bool, std::uint64_t, double, std::string, ByteCount, WallTime,
                 std::chrono::milliseconds, RatioValue, RateValue, std::vector<std::string>>;

template <class T>
[[nodiscard]] Value orUnknown(const std::optional<T>& value)
{
    return value ? Value(*value) : Value();
}

struct Column
{
    std::string key;   ///< in JSON and CSV, with its unit: "size_bytes"; not "kind" or "schema"
    std::string title; ///< in the table's heading; empty: not in the table
    enum class Align { Left, Right } align = Align::Left;
};

/// Rows of equal shape.
struct Listing
{
    std::string kind; ///< "shards"
    std::vector<Column> columns;
    std::vector<std::vector<Value>> rows; ///< each as long as `columns`
};

/// One thing with its parts.
struct Record
{
    struct Field
    {
        std::string key;
        std::string title; ///< empty: not in the table
        Value value;
    };
    std::string kind;
    std::vector<Field> fields;
    std::vector<Listing> parts; ///< in JSON under their kind; in CSV left out
};

/// Ends with a newline. JSON carries "schema": "isotherm/v1".
[[nodiscard]] std::string render(const Listing& listing, Format format);
[[nodiscard]] std::string render(const Record& record, Format format);

/// One row of a listing as it will be in JSON lines, for output that grows.
[[nodiscard]] std::string renderJsonLine(const Listing& listing, const std::vector<Value>& row);

/// As it stands in a table.
[[nodiscard]] std::string forPeople(const Value& value);

/// 1234567 → "1,234,567".
[[nodiscard]] std::string withThousands(std::uint64_t number);
/// 1234.5 → "1,235"; 12.34 → "12.3".
[[nodiscard]] std::string shortNumber(double number);

/// Columns that `text` takes on a terminal: code points, near enough for our own words.
[[nodiscard]] std::size_t displayWidth(std::string_view text);

} // namespace isotherm::ctl
