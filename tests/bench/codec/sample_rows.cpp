// SPDX-License-Identifier: Apache-2.0
#include "sample_rows.h"

#include "shared/base/byte_io.h"
#include "shared/base/time_text.h"

#include <array>
#include <string_view>
#include <vector>

namespace isotherm::bench
{
namespace
{

constexpr std::array<std::string_view, 64> kWords{
    "ready",   "parcel",  "blue",    "window",  "delivery", "monday", "before",  "noon",
    "please",  "ring",    "twice",   "leave",   "with",     "the",    "porter",  "gift",
    "wrapped", "for",     "my",      "sister",  "fragile",  "glass",  "inside",  "return",
    "address", "is",      "on",      "back",    "second",   "floor",  "call",    "first",
    "invoice", "by",      "mail",    "company", "discount", "agreed", "last",    "week",
    "reorder", "same",    "colour",  "as",      "large",    "small",  "medium",  "urgent",
    "customs", "paid",    "partial", "order",   "third",    "of",     "five",    "check",
    "serial",  "numbers", "spare",   "battery", "included", "no",     "plastic", "thanks"};
constexpr std::array<std::string_view, 5> kStates{"paid", "shipped", "delivered", "new",
                                                  "cancelled"};
constexpr std::array<std::string_view, 6> kChannels{"web",   "ios",   "android",
                                                    "store", "phone", "partner"};

void appendField(std::string& row, std::string_view bytes)
{
    appendBigEndian(row, static_cast<std::uint32_t>(bytes.size()));
    row.append(bytes);
}

void appendNull(std::string& row)
{
    appendBigEndian(row, static_cast<std::uint32_t>(kNullField));
}

template <class Unsigned>
void appendNumber(std::string& row, Unsigned value)
{
    appendBigEndian(row, static_cast<std::uint32_t>(sizeof(Unsigned)));
    appendBigEndian(row, value);
}

/// PostgreSQL's binary numeric of `cents` / 100.
void appendNumeric(std::string& row, std::uint64_t cents)
{
    std::vector<std::uint16_t> digits; // base 10,000, most significant first
    const auto fraction = static_cast<std::uint16_t>(cents % 100 * 100);
    for (std::uint64_t whole = cents / 100; whole > 0; whole /= 10000) {
        digits.insert(digits.begin(), static_cast<std::uint16_t>(whole % 10000));
    }
    const auto weight = static_cast<std::uint16_t>(digits.size() - 1); // -1 for below 1
    if (fraction != 0) {
        digits.push_back(fraction);
    }
    std::string bytes;
    appendBigEndian(bytes, static_cast<std::uint16_t>(digits.size()));
    appendBigEndian(bytes, weight);
    appendBigEndian(bytes, std::uint16_t{0});
    appendBigEndian(bytes, std::uint16_t{2});
    for (const std::uint16_t digit : digits) {
        appendBigEndian(bytes, digit);
    }
    appendField(row, bytes);
}

std::string centsText(std::uint64_t cents)
{
    const std::string fraction = std::to_string(cents % 100);
    return std::to_string(cents / 100) + (fraction.size() == 1 ? ".0" : ".") + fraction;
}

} // namespace

TableSchema SampleRows::schema()
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = "orders";
    schema.columns = {{"id", "bigint", ValueEncoding::Binary, true, {}},
                      {"customer", "integer", ValueEncoding::Binary, true, {}},
                      {"placed", "timestamp with time zone", ValueEncoding::Binary, true, {}},
                      {"amount", "numeric(12,2)", ValueEncoding::Binary, false, {}},
                      {"details", "jsonb", ValueEncoding::Binary, false, {}},
                      {"note", "text", ValueEncoding::Binary, false, {}},
                      {"token", "text", ValueEncoding::Binary, false, {}},
                      {"state", "text", ValueEncoding::Binary, false, {}}};
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = true;
    return schema;
}

std::string SampleRows::words(std::uint64_t count)
{
    std::string text;
    for (std::uint64_t i = 0; i < count; ++i) {
        text += (i == 0 ? "" : " ");
        text += kWords[below(kWords.size())];
    }
    return text;
}

void SampleRows::next(RowBatch& batch, std::string& text)
{
    ++m_id;
    m_time += static_cast<std::int64_t>(below(3'000'000));
    const auto customer = static_cast<std::uint32_t>(below(200'000));
    const std::uint64_t cents = below(10'000'000);
    const std::string details =
        "{\"items\": " + std::to_string(1 + below(9)) + ", \"channel\": \"" +
        std::string(kChannels[below(kChannels.size())]) +
        "\", \"coupon\": " + (below(4) == 0 ? "\"C" + std::to_string(below(5000)) + "\"" : "null") +
        ", \"weight\": " + centsText(below(5000)) + ", \"address\": {\"city\": \"" + words(1) +
        "\", \"zip\": \"" + std::to_string(10000 + below(89999)) + "\"}}";
    const bool hasNote = below(5) != 0;
    const std::string note = hasNote ? words(2 + below(10)) : "";
    std::string raw;
    appendBigEndian(raw, m_random());
    appendBigEndian(raw, m_random());
    const std::string token = toHex(raw);
    const std::string_view state = kStates[below(100) < 70 ? 2 : below(kStates.size())];

    m_row.clear();
    appendNumber(m_row, static_cast<std::uint64_t>(m_id));
    appendNumber(m_row, customer);
    appendNumber(m_row, static_cast<std::uint64_t>(m_time));
    appendNumeric(m_row, cents);
    appendField(m_row, "\x01" + details);
    hasNote ? appendField(m_row, note) : appendNull(m_row);
    appendField(m_row, token);
    appendField(m_row, state);
    batch.append(m_row);

    std::string when = formatUtc(fromUnixMicros(m_time + 946'684'800'000'000));
    when.replace(when.find('T'), 1, " ");
    when.replace(when.find('Z'), 1, "+00");
    text += std::to_string(m_id) + "\t" + std::to_string(customer) + "\t" + when + "\t" +
            centsText(cents) + "\t" + details + "\t" + (hasNote ? note : "\\N") + "\t" + token +
            "\t" + std::string(state) + "\n";
}

} // namespace isotherm::bench
