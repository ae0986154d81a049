// SPDX-License-Identifier: Apache-2.0
#include "shared/model/key.h"

#include "shared/base/byte_io.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>

namespace isotherm
{
namespace
{

constexpr char kMinimum = '\x00';
constexpr char kValue = '\x01';
constexpr char kNull = '\x02';
constexpr char kMaximum = '\xFF';
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63U;
constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int64_t>::max();

/// 2000-01-01 UTC, where the timestamps of keys count from.
constexpr std::chrono::sys_days kKeyEpoch = std::chrono::year(2000) / 1 / 1;

Error badLength(KeyType type, std::size_t length)
{
    return makeError(Code::InvalidArgument, "a key column of type " +
                                                std::string(keyTypeName(type)) + " cannot have " +
                                                std::to_string(length) + " bytes");
}

Result<std::int64_t> integerFromBinary(std::string_view binary)
{
    switch (binary.size()) {
    case 2:
        return static_cast<std::int16_t>(loadBigEndian<std::uint16_t>(binary.data()));
    case 4:
        return static_cast<std::int32_t>(loadBigEndian<std::uint32_t>(binary.data()));
    case 8:
        return static_cast<std::int64_t>(loadBigEndian<std::uint64_t>(binary.data()));
    default:
        return badLength(KeyType::Integer, binary.size());
    }
}

/// Dates keep -infinity and infinity (the 4-byte extremes) at the ends of the 8-byte range.
std::int64_t widenDate(std::int64_t days)
{
    if (days == std::numeric_limits<std::int32_t>::min()) {
        return kLowest;
    }
    return days == std::numeric_limits<std::int32_t>::max() ? kHighest : days;
}

Error unreadable(KeyType type, std::string_view text, std::string hint)
{
    return makeError(Code::InvalidArgument,
                     "\"" + std::string(text) + "\" is not a key of type " +
                         std::string(keyTypeName(type)),
                     std::move(hint));
}

Result<std::int64_t> integerFromText(std::string_view text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return unreadable(KeyType::Integer, text, "write a whole number");
    }
    return value;
}

Result<std::int64_t> timestampFromText(std::string_view text)
{
    if (text == "infinity" || text == "-infinity") {
        return text.front() == '-' ? kLowest : kHighest;
    }
    // A key is one value: "-40m" would be another one a minute later.
    if (text.empty() || text.front() < '0' || text.front() > '9') {
        return unreadable(KeyType::Timestamp, text, "write 2026-03-01T12:00:05+02:00");
    }
    ISO_ASSIGN(const WallTime time, parseInstant(text, WallTime()));
    return (time - WallTime(kKeyEpoch)).count();
}

Result<std::int64_t> dateFromText(std::string_view text)
{
    if (text == "infinity" || text == "-infinity") {
        return text.front() == '-' ? kLowest : kHighest;
    }
    const auto midnight = parseInstant(std::string(text) + "T00:00:00Z", WallTime());
    if (!midnight.ok()) {
        return unreadable(KeyType::Date, text, "write a date: 2026-03-01");
    }
    return std::chrono::floor<std::chrono::days>(*midnight - WallTime(kKeyEpoch)).count();
}

Result<std::string> uuidFromText(std::string_view text)
{
    std::string digits;
    std::copy_if(text.begin(), text.end(), std::back_inserter(digits),
                 [](char c) { return c != '-'; });
    const auto bytes = fromHex(digits);
    if (!bytes || bytes->size() != 16) {
        return unreadable(KeyType::Uuid, text,
                          "write 32 hexadecimal digits, with or without dashes");
    }
    return *bytes;
}

std::string formatTime(std::int64_t micros)
{
    if (micros == kLowest || micros == kHighest) {
        return micros == kLowest ? "-infinity" : "infinity";
    }
    return formatUtc(WallTime(kKeyEpoch) + std::chrono::microseconds(micros));
}

std::string formatDate(std::int64_t days)
{
    if (days == kLowest || days == kHighest) {
        return days == kLowest ? "-infinity" : "infinity";
    }
    const std::chrono::year_month_day date(kKeyEpoch + std::chrono::days(days));
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text.data();
}

std::string formatUuid(std::string_view bytes)
{
    std::string text = toHex(bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) {
        text.insert(at, "-");
    }
    return text;
}

/// Takes an escaped byte string with its terminator off the front; nullopt when it is not well
/// formed.
std::optional<std::string> takeEscaped(std::string_view& rest)
{
    std::string bytes;
    while (!rest.empty()) {
        const char c = rest.front();
        rest.remove_prefix(1);
        if (c != '\0') {
            bytes.push_back(c);
            continue;
        }
        if (rest.empty()) {
            return std::nullopt;
        }
        const char next = rest.front();
        rest.remove_prefix(1);
        if (next == '\x01') {
            return bytes;
        }
        if (next != '\xFF') {
            return std::nullopt;
        }
        bytes.push_back('\0');
    }
    return std::nullopt;
}

std::optional<std::string> formatValue(KeyType type, std::string_view& rest)
{
    if (type == KeyType::Text || type == KeyType::Bytes || type == KeyType::Opaque) {
        auto bytes = takeEscaped(rest);
        if (bytes && type != KeyType::Text) {
            bytes = "\\x" + toHex(*bytes);
        }
        return bytes;
    }
    const std::size_t width = type == KeyType::Uuid ? 16 : type == KeyType::Bool ? 1 : 8;
    if (rest.size() < width) {
        return std::nullopt;
    }
    const std::string_view bytes = rest.substr(0, width);
    rest.remove_prefix(width);
    if (type == KeyType::Uuid) {
        return formatUuid(bytes);
    }
    if (type == KeyType::Bool) {
        return bytes.front() == '\0' ? "false" : "true";
    }
    const auto value =
        static_cast<std::int64_t>(loadBigEndian<std::uint64_t>(bytes.data()) ^ kSignBit);
    if (type == KeyType::Timestamp) {
        return formatTime(value);
    }
    return type == KeyType::Date ? formatDate(value) : std::to_string(value);
}

/// Takes one component off the front and returns it as text; nullopt when it is not well formed.
std::optional<std::string> takeComponent(KeyType type, std::string_view& rest)
{
    if (rest.empty()) {
        return std::nullopt;
    }
    const char marker = rest.front();
    rest.remove_prefix(1);
    switch (marker) {
    case kMinimum:
        return "min";
    case kMaximum:
        return "max";
    case kNull:
        return "null";
    case kValue:
        return formatValue(type, rest);
    default:
        return std::nullopt;
    }
}

void appendFixed(std::string& to, std::int64_t value)
{
    std::array<char, 1 + sizeof(value)> bytes{kValue}; // in one piece: this runs for every row
    const std::uint64_t wire = bigEndian(static_cast<std::uint64_t>(value) ^ kSignBit);
    std::memcpy(bytes.data() + 1, &wire, sizeof(wire));
    to.append(bytes.data(), bytes.size());
}

} // namespace

std::string_view keyTypeName(KeyType type)
{
    switch (type) {
    case KeyType::Integer:
        return "integer";
    case KeyType::Text:
        return "text";
    case KeyType::Bytes:
        return "bytes";
    case KeyType::Uuid:
        return "uuid";
    case KeyType::Timestamp:
        return "timestamp";
    case KeyType::Date:
        return "date";
    case KeyType::Bool:
        return "bool";
    case KeyType::Opaque:
        return "opaque";
    }
    return "unknown";
}

void appendKeyMinimum(std::string& to)
{
    to.push_back(kMinimum);
}

void appendKeyMaximum(std::string& to)
{
    to.push_back(kMaximum);
}

void appendKeyNull(std::string& to)
{
    to.push_back(kNull);
}

void appendKeyInteger(std::string& to, std::int64_t value)
{
    appendFixed(to, value);
}

void appendKeyUuid(std::string& to, std::string_view bytes16)
{
    ISO_CHECK(bytes16.size() == 16);
    to.push_back(kValue);
    to.append(bytes16);
}

void appendKeyBool(std::string& to, bool value)
{
    to.push_back(kValue);
    to.push_back(value ? '\x01' : '\x00');
}

void appendKeyBytes(std::string& to, std::string_view bytes)
{
    to.push_back(kValue);
    std::size_t from = 0;
    for (std::size_t zero = bytes.find('\0'); zero != std::string_view::npos;
         zero = bytes.find('\0', from)) {
        to.append(bytes.substr(from, zero - from));
        to.append("\x00\xFF", 2);
        from = zero + 1;
    }
    to.append(bytes.substr(from));
    to.append("\x00\x01", 2);
}

Status appendKeyFromBinary(std::string& to, KeyType type, std::string_view binary)
{
    switch (type) {
    case KeyType::Integer:
    case KeyType::Timestamp:
    case KeyType::Date: {
        const bool fits =
            type == KeyType::Integer ||
            binary.size() == (type == KeyType::Date ? sizeof(std::int32_t) : sizeof(std::int64_t));
        if (!fits) {
            return badLength(type, binary.size());
        }
        ISO_ASSIGN(const std::int64_t value, integerFromBinary(binary));
        appendFixed(to, type == KeyType::Date ? widenDate(value) : value);
        return {};
    }
    case KeyType::Uuid:
        if (binary.size() != 16) {
            return badLength(type, binary.size());
        }
        appendKeyUuid(to, binary);
        return {};
    case KeyType::Bool:
        if (binary.size() != 1) {
            return badLength(type, binary.size());
        }
        appendKeyBool(to, binary.front() != '\0');
        return {};
    case KeyType::Text:
    case KeyType::Bytes:
    case KeyType::Opaque:
        appendKeyBytes(to, binary);
        return {};
    }
    return makeError(Code::InvalidArgument, "unknown key type");
}

Status appendKeyFromText(std::string& to, KeyType type, std::string_view text)
{
    switch (type) {
    case KeyType::Integer: {
        ISO_ASSIGN(const std::int64_t value, integerFromText(text));
        appendFixed(to, value);
        return {};
    }
    case KeyType::Timestamp: {
        ISO_ASSIGN(const std::int64_t value, timestampFromText(text));
        appendFixed(to, value);
        return {};
    }
    case KeyType::Date: {
        ISO_ASSIGN(const std::int64_t value, dateFromText(text));
        appendFixed(to, value);
        return {};
    }
    case KeyType::Uuid: {
        ISO_ASSIGN(const std::string bytes, uuidFromText(text));
        appendKeyUuid(to, bytes);
        return {};
    }
    case KeyType::Bool:
        if (text != "true" && text != "false" && text != "t" && text != "f") {
            return unreadable(type, text, "write true or false");
        }
        appendKeyBool(to, text.front() == 't');
        return {};
    case KeyType::Text:
        appendKeyBytes(to, text);
        return {};
    case KeyType::Bytes: {
        const auto bytes = text.substr(0, 2) == "\\x" ? fromHex(text.substr(2)) : std::nullopt;
        if (!bytes) {
            return unreadable(type, text, "write \\x and hexadecimal digits");
        }
        appendKeyBytes(to, *bytes);
        return {};
    }
    case KeyType::Opaque:
        break;
    }
    return makeError(Code::InvalidArgument,
                     "this key column's type has no order that can be searched",
                     "use the columns of the partition key");
}

std::string formatKey(const Key& key, const std::vector<KeyType>& types)
{
    if (key.empty()) {
        return "min";
    }
    std::string_view rest = key.encoded();
    std::vector<std::string> parts;
    for (const KeyType type : types) {
        if (rest.empty()) {
            break;
        }
        auto part = takeComponent(type, rest);
        if (!part) {
            return "\\x" + toHex(key.encoded());
        }
        parts.push_back(std::move(*part));
    }
    if (!rest.empty()) {
        return "\\x" + toHex(key.encoded());
    }
    std::string text;
    for (const std::string& part : parts) {
        text += (text.empty() ? "" : ", ") + part;
    }
    return parts.size() == 1 ? text : "(" + text + ")";
}

std::optional<Key> keyAfterPrefix(const Key& prefix)
{
    std::string bytes = prefix.encoded();
    while (!bytes.empty() && bytes.back() == '\xFF') {
        bytes.pop_back();
    }
    if (bytes.empty()) {
        return std::nullopt;
    }
    bytes.back() = static_cast<char>(static_cast<std::uint8_t>(bytes.back()) + 1U);
    return Key(std::move(bytes));
}

bool KeyRange::overlaps(const KeyRange& other) const
{
    return !intersection(other).empty();
}

KeyRange KeyRange::intersection(const KeyRange& other) const
{
    KeyRange both;
    both.begin = std::max(begin, other.begin);
    both.end = !end ? other.end : !other.end ? end : std::optional<Key>(std::min(*end, *other.end));
    return both;
}

std::string formatRange(const KeyRange& range, const std::vector<KeyType>& types)
{
    return "[" + formatKey(range.begin, types) + ", " +
           (range.end ? formatKey(*range.end, types) : "max") + ")";
}

std::optional<Key> keyPrefix(const Key& key, const std::vector<KeyType>& types,
                             std::size_t components)
{
    std::string_view rest = key.encoded();
    for (std::size_t i = 0; i < components; ++i) {
        if (i >= types.size() || !takeComponent(types[i], rest)) {
            return std::nullopt;
        }
    }
    return Key(key.encoded().substr(0, key.encoded().size() - rest.size()));
}

} // namespace isotherm
