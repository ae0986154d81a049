// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm
{

/// How one key column is encoded so that byte order is the database's order.
/// `Opaque` keeps identity but not order: allowed behind the partition key (a numeric in the
/// primary key), never in it.
enum class KeyType : std::uint8_t {
    Integer = 1,
    Text = 2,
    Bytes = 3,
    Uuid = 4,
    Timestamp = 5,
    Date = 6,
    Bool = 7,
    Opaque = 8
};

/// "integer", "text", …
[[nodiscard]] std::string_view keyTypeName(KeyType type);

/// A memcomparable key: `memcmp` order is key order, over every component in turn.
///
/// Each component starts with a marker: 0x00 below every value (bounds only), 0x01 a value, 0x02
/// NULL (sorts last), 0xFF above every value (bounds only). A value follows as
///   Integer, Timestamp, Date  8 bytes big-endian with the sign bit flipped (Timestamp:
///   microseconds since 2000-01-01
///                             UTC, Date: days since then; the type's minimum and maximum are
///                             -infinity and infinity)
///   Uuid                      16 bytes;  Bool  1 byte
///   Text, Bytes, Opaque       each 0x00 becomes 0x00 0xFF, and 0x00 0x01 ends the component
/// The empty key is below all others. After CockroachDB's and FoundationDB's key encodings.
class Key
{
public:
    Key() = default;
    explicit Key(std::string encoded) : m_encoded(std::move(encoded)) {}

    [[nodiscard]] const std::string& encoded() const { return m_encoded; }
    [[nodiscard]] bool empty() const { return m_encoded.empty(); }

    friend bool operator==(const Key&, const Key&) = default;
    friend std::strong_ordering operator<=>(const Key& a, const Key& b)
    {
        return a.m_encoded.compare(b.m_encoded) <=>
               0; // char_traits<char>::compare is memcmp: unsigned order
    }

private:
    std::string m_encoded;
};

void appendKeyMinimum(std::string& to);
void appendKeyMaximum(std::string& to);
void appendKeyNull(std::string& to);
void appendKeyInteger(std::string& to, std::int64_t value);
void appendKeyUuid(std::string& to, std::string_view bytes16);
void appendKeyBool(std::string& to, bool value);
void appendKeyBytes(std::string& to, std::string_view bytes);

/// Appends one component from the value's network binary form (what PostgreSQL's send functions
/// give: big-endian integers of 2, 4 or 8 bytes, 16 raw uuid bytes, text as it is). InvalidArgument
/// when the length does not fit `type`.
[[nodiscard]] Status appendKeyFromBinary(std::string& to, KeyType type, std::string_view binary);

/// Appends one component from text as a person or the catalog writes it: 42, abc, 2026-03-01,
/// 2026-03-01T12:00:00Z, a uuid, \x00ff for Bytes; no quotes. InvalidArgument with a hint
/// otherwise, and for Opaque.
[[nodiscard]] Status appendKeyFromText(std::string& to, KeyType type, std::string_view text);

/// The components as people write them, "42" or "(42, abc)"; "min" and "max" for the bound markers.
/// An unreadable key is shown as hexadecimal.
[[nodiscard]] std::string formatKey(const Key& key, const std::vector<KeyType>& types);

/// The smallest key that is greater than every key that starts with `prefix`; nullopt when there is
/// none.
[[nodiscard]] std::optional<Key> keyAfterPrefix(const Key& prefix);

/// A half-open range [begin, end) of keys; an empty `begin` is the lowest key, no `end` is "to the
/// top".
struct KeyRange
{
    Key begin;
    std::optional<Key> end;

    [[nodiscard]] bool empty() const { return end.has_value() && !(begin < *end); }
    [[nodiscard]] bool contains(const Key& key) const
    {
        return !(key < begin) && (!end || key < *end);
    }
    [[nodiscard]] bool overlaps(const KeyRange& other) const;
    [[nodiscard]] KeyRange intersection(const KeyRange& other) const;

    friend bool operator==(const KeyRange&, const KeyRange&) = default;
};

/// "[100, 200)", "[min, 200)", "[100, max)".
[[nodiscard]] std::string formatRange(const KeyRange& range, const std::vector<KeyType>& types);

/// The part of a key made of its first `components` components; nullopt if `key` is not well
/// formed.
[[nodiscard]] std::optional<Key> keyPrefix(const Key& key, const std::vector<KeyType>& types,
                                           std::size_t components);

} // namespace isotherm
