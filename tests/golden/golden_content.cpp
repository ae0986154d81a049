// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_content.h"

#include "shared/base/byte_io.h"

#include <array>
#include <string>

namespace isotherm::golden
{
namespace
{

constexpr std::int64_t kOrders = 3000;
constexpr std::int64_t kEvents = 400;

/// Numbers that look random and are the same for ever, whatever the library.
std::uint64_t scramble(std::uint64_t value)
{
    value = (value ^ value >> 30U) * 0xBF58476D1CE4E5B9U;
    value = (value ^ value >> 27U) * 0x94D049BB133111EBU;
    return value ^ value >> 31U;
}

void appendField(std::string& row, std::string_view bytes)
{
    appendBigEndian(row, static_cast<std::uint32_t>(bytes.size()));
    row += bytes;
}

void appendNull(std::string& row)
{
    appendBigEndian(row, static_cast<std::uint32_t>(kNullField));
}

template <class Unsigned>
std::string bytesOf(Unsigned value)
{
    std::string bytes;
    appendBigEndian(bytes, value);
    return bytes;
}

/// A numeric below 10,000 with two places: one or two base-10,000 digits.
std::string amount(std::uint64_t cents)
{
    const auto whole = static_cast<std::uint16_t>(cents / 100 % 10000);
    const auto part = static_cast<std::uint16_t>(cents % 100 * 100);
    const int digits = (whole != 0 ? 1 : 0) + (part != 0 ? 1 : 0);
    const int weight = digits == 0 || whole != 0 ? 0 : -1;
    std::string bytes = bytesOf(static_cast<std::uint16_t>(digits)) +
                        bytesOf(static_cast<std::uint16_t>(weight)) + bytesOf(std::uint16_t{0}) +
                        bytesOf(std::uint16_t{2});
    bytes += whole != 0 ? bytesOf(whole) : std::string();
    bytes += part != 0 ? bytesOf(part) : std::string();
    return bytes;
}

std::string note(std::uint64_t seed)
{
    constexpr std::array<std::string_view, 8> kWords{"parcel ",  "monday ", "twice ", "glass ",
                                                     "invoice ", "thanks ", "spare ", "urgent "};
    std::string text;
    for (std::uint64_t i = seed % 9; i > 0; --i) {
        text += kWords[scramble(seed + i) % kWords.size()];
    }
    return text;
}

std::string orderRow(std::int64_t id)
{
    const std::uint64_t random = scramble(static_cast<std::uint64_t>(id));
    std::string row;
    appendField(row, bytesOf(static_cast<std::uint64_t>(id)));
    appendField(row, bytesOf(static_cast<std::uint32_t>(random % 5000)));
    appendField(row, bytesOf(std::uint64_t{800'000'000'000'000} +
                             static_cast<std::uint64_t>(id) * 1'000'000 + random % 999'999));
    id % 7 == 0 ? appendNull(row) : appendField(row, amount(random % 900'000));
    appendField(row, note(random));
    appendField(row, toHex(bytesOf(random) + bytesOf(scramble(random))));
    appendField(row, random % 10 < 7 ? "delivered" : "paid");
    appendField(row, bytesOf(random) + bytesOf(~random));
    id % 13 == 0 ? appendNull(row) : appendField(row, "\x01{\"id\": " + std::to_string(id) + "}");
    return row;
}

ColumnSchema column(std::string name, std::string type, bool notNull)
{
    return {std::move(name), std::move(type), ValueEncoding::Binary, notNull, {}};
}

} // namespace

TableSchema ordersSchema()
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = "orders";
    schema.columns = {column("id", "bigint", true),
                      column("customer", "integer", true),
                      column("placed", "timestamp with time zone", true),
                      column("amount", "numeric(12,2)", false),
                      column("note", "text", true),
                      column("token", "text", true),
                      column("state", "public.\"order State\"", true),
                      column("ref", "uuid", true),
                      column("details", "jsonb", false)};
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = true;
    schema.completion = {"ALTER TABLE %TABLE% ADD PRIMARY KEY (id)"};
    return schema;
}

RowBatch ordersRows()
{
    RowBatch batch;
    for (std::int64_t id = -100; id < kOrders - 100; ++id) {
        batch.append(orderRow(id));
    }
    return batch;
}

TableSchema eventsSchema()
{
    TableSchema schema;
    schema.schema = "odd Schema";
    schema.name = "événements";
    schema.columns = {column("order_id", "bigint", true), column("what", "text", false)};
    schema.columns[1].encoding = ValueEncoding::Text;
    schema.columns[1].collation = "pg_catalog.\"C\"";
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    return schema;
}

RowBatch eventsRows()
{
    RowBatch batch;
    for (std::int64_t i = 0; i < kEvents; ++i) {
        std::string row;
        appendField(row, bytesOf(static_cast<std::uint64_t>(i / 4)));
        i % 5 == 0
            ? appendNull(row)
            : appendField(row, i % 4 < 2 ? "seen" : note(scramble(static_cast<std::uint64_t>(i))));
        batch.append(row);
    }
    return batch;
}

repository::Manifest fullManifest()
{
    repository::Manifest manifest;
    manifest.clusterSystemId = "7301234567890123456";
    manifest.clusterName = "golden";
    manifest.keyspace = "orders";
    manifest.shard = ShardId(3);
    std::string begin;
    std::string end;
    appendKeyInteger(begin, -100);
    appendKeyInteger(end, 5000);
    manifest.range = {Key(begin), Key(end)};
    manifest.kind = BackupKind::Full;
    manifest.started = fromUnixMicros(kFirstAsOf - 1'000'000);
    manifest.finished = fromUnixMicros(kFirstAsOf + 2'000'000);
    manifest.asOf = fromUnixMicros(kFirstAsOf);
    manifest.lsn = Lsn(0x16B374D848);
    manifest.visibility = "734:740:736,738";
    manifest.parents = {ShardId(1)};
    manifest.leaves = {{16400, 16400, "public", "orders_p3"}, {16410, 16999, "odd Schema", "é 3"}};
    manifest.notCovered = {"unlogged table public.scratch"};
    return manifest;
}

} // namespace isotherm::golden
