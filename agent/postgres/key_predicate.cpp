// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/key_predicate.h"

#include "agent/postgres/sql_text.h"
#include "shared/base/byte_io.h"

#include <limits>
#include <optional>
#include <vector>

namespace isotherm::postgres
{
namespace
{

constexpr char kValueMarker = '\x01';
constexpr char kMaximumMarker = '\xFF';
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

std::string unescaped(std::string_view component)
{
    std::string bytes;
    component.remove_suffix(2); // the terminator
    for (std::size_t i = 0; i < component.size(); ++i) {
        bytes.push_back(component[i]);
        i += component[i] == '\0' ? 1 : 0; // 0x00 0xFF stands for 0x00
    }
    return bytes;
}

std::string timestampLiteral(std::int64_t micros)
{
    if (micros == std::numeric_limits<std::int64_t>::min() ||
        micros == std::numeric_limits<std::int64_t>::max()) {
        return micros < 0 ? "'-infinity'" : "'infinity'";
    }
    // Days apart from microseconds: an interval's own arithmetic stays exact that way.
    std::int64_t days = micros / kMicrosPerDay;
    std::int64_t rest = micros % kMicrosPerDay;
    if (rest < 0) {
        rest += kMicrosPerDay;
        --days;
    }
    return "('2000-01-01 00:00:00'::timestamp + interval '" + std::to_string(days) +
           " days' + interval '" + std::to_string(rest) + " microseconds')";
}

std::string dateLiteral(std::int64_t days)
{
    if (days == std::numeric_limits<std::int64_t>::min() ||
        days == std::numeric_limits<std::int64_t>::max()) {
        return days < 0 ? "'-infinity'" : "'infinity'";
    }
    return "('2000-01-01'::date + (" + std::to_string(days) + "))";
}

/// The SQL of one component (without its marker); the cast makes it the column's own type, so that
/// an index serves.
std::string literal(KeyType type, std::string_view value, const std::string& typeName)
{
    const auto number = [&] {
        return static_cast<std::int64_t>(loadBigEndian<std::uint64_t>(value.data()) ^
                                         (std::uint64_t{1} << 63U));
    };
    std::string text;
    switch (type) {
    case KeyType::Integer:
        // Not cast to the column's type: 3,000,000,000 may bound an int4 column.
        return "'" + std::to_string(number()) + "'::int8";
    case KeyType::Timestamp:
        text = timestampLiteral(number());
        break;
    case KeyType::Date:
        text = dateLiteral(number());
        break;
    case KeyType::Uuid:
        text = "'" + toHex(value) + "'";
        break;
    case KeyType::Bool:
        text = value.front() == '\0' ? "'false'" : "'true'";
        break;
    case KeyType::Text:
        return quoteLiteral(unescaped(value)) + "::text"; // a varchar(n) cast would cut it
    case KeyType::Bytes:
        text = "'\\x" + toHex(unescaped(value)) + "'";
        break;
    case KeyType::Opaque:
        break;
    }
    return text + "::" + typeName;
}

struct BoundPrefix
{
    std::vector<std::string> columns;
    std::vector<std::string> values;
    bool exact = false;   ///< the whole bound is in here, not only the start of it
    bool maximum = false; ///< it ended in the marker above every value
};

/// As many leading components of `key` as the server can compare.
BoundPrefix boundPrefix(const TableSchema& schema, const Key& key)
{
    BoundPrefix prefix;
    const std::vector<KeyType> types = schema.keyTypes();
    std::size_t from = 0;
    for (std::size_t i = 0; i < types.size() && from < key.encoded().size(); ++i) {
        const char marker = key.encoded()[from];
        const auto upTo = keyPrefix(key, types, i + 1);
        const ColumnSchema& column = schema.columns[schema.key[i].column];
        if (!upTo || marker != kValueMarker || types[i] == KeyType::Opaque ||
            column.encoding != ValueEncoding::Binary) {
            prefix.maximum = marker == kMaximumMarker;
            prefix.exact = marker == '\0' || marker == kMaximumMarker;
            return prefix;
        }
        const std::size_t end = upTo->encoded().size();
        prefix.columns.push_back(quoteIdentifier(column.name));
        prefix.values.push_back(
            literal(types[i], std::string_view(key.encoded()).substr(from + 1, end - from - 1),
                    column.typeName));
        from = end;
    }
    prefix.exact = from == key.encoded().size();
    return prefix;
}

std::string rowOf(const std::vector<std::string>& parts)
{
    std::string row = "(";
    for (const std::string& part : parts) {
        row += (row.size() == 1 ? "" : ", ") + part;
    }
    return row + ")";
}

std::string comparison(const BoundPrefix& bound, const char* comparator)
{
    return rowOf(bound.columns) + " " + comparator + " " + rowOf(bound.values);
}

/// NULL keys compare as unknown on the server, but sort above every value here.
std::string orNull(const TableSchema& schema, const std::string& condition, std::size_t columns)
{
    std::string either = condition;
    for (std::size_t i = 0; i < columns; ++i) {
        const ColumnSchema& column = schema.columns[schema.key[i].column];
        if (!column.notNull) {
            either += " OR " + quoteIdentifier(column.name) + " IS NULL";
        }
    }
    return "(" + either + ")";
}

} // namespace

std::string keyPredicate(const TableSchema& schema, const KeyRange& range)
{
    std::string predicate;
    if (const BoundPrefix begin = boundPrefix(schema, range.begin); !begin.columns.empty()) {
        predicate =
            orNull(schema, comparison(begin, begin.maximum ? ">" : ">="), begin.columns.size());
    }
    if (!range.end) {
        return predicate;
    }
    const BoundPrefix end = boundPrefix(schema, *range.end);
    if (!end.columns.empty()) {
        const char* comparator = end.exact && !end.maximum ? "<" : "<=";
        predicate += (predicate.empty() ? "" : " AND ") +
                     orNull(schema, comparison(end, comparator), end.columns.size());
    }
    return predicate;
}

} // namespace isotherm::postgres
