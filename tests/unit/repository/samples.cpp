// SPDX-License-Identifier: Apache-2.0
#include "samples.h"

#include "shared/base/check.h"

#include <algorithm>
#include <fstream>
#include <utility>

namespace isotherm::test
{

using repository::Manifest;
using repository::ManifestTable;
using repository::RunOptions;

void appendField(std::string& row, std::string_view bytes)
{
    appendBigEndian(row, static_cast<std::uint32_t>(bytes.size()));
    row.append(bytes);
}

void appendNull(std::string& row)
{
    appendBigEndian(row, static_cast<std::uint32_t>(kNullField));
}

void appendInt8(std::string& row, std::int64_t value)
{
    appendBigEndian(row, std::uint32_t{8});
    appendBigEndian(row, static_cast<std::uint64_t>(value));
}

std::string numericBytes(std::int64_t units, unsigned scale)
{
    const unsigned groups = (scale + 3) / 4;
    std::uint64_t rest = static_cast<std::uint64_t>(units < 0 ? -units : units);
    for (unsigned i = scale; i < groups * 4; ++i) {
        rest *= 10;
    }
    std::vector<std::uint16_t> digits; // least significant first
    for (; rest > 0; rest /= 10000) {
        digits.push_back(static_cast<std::uint16_t>(rest % 10000));
    }
    int weight = static_cast<int>(digits.size()) - 1 - static_cast<int>(groups);
    const auto lowest = std::find_if(digits.begin(), digits.end(), [](auto d) { return d != 0; });
    digits.erase(digits.begin(), lowest);
    weight = digits.empty() ? 0 : weight;
    std::string bytes;
    appendBigEndian(bytes, static_cast<std::uint16_t>(digits.size()));
    appendBigEndian(bytes, static_cast<std::uint16_t>(weight));
    appendBigEndian(bytes, static_cast<std::uint16_t>(units < 0 ? 0x4000 : 0));
    appendBigEndian(bytes, static_cast<std::uint16_t>(scale));
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
        appendBigEndian(bytes, *digit);
    }
    return bytes;
}

TableSchema notesSchema(bool unique)
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = "notes";
    schema.columns = {{"id", "bigint", ValueEncoding::Binary, true, {}},
                      {"note", "text", ValueEncoding::Binary, false, {}}};
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = unique;
    schema.completion = {"ALTER TABLE %TABLE% ADD PRIMARY KEY (id)"};
    return schema;
}

std::string noteRow(std::int64_t id, std::size_t noteBytes, std::uint64_t salt)
{
    std::mt19937_64 random(static_cast<std::uint64_t>(id) * 31 + salt);
    std::string note;
    while (note.size() < noteBytes) {
        note.push_back(static_cast<char>('a' + random() % 26));
    }
    std::string row;
    appendInt8(row, id);
    id % 11 == 0 ? appendNull(row) : appendField(row, note);
    return row;
}

RowBatch noteRows(const std::vector<std::int64_t>& ids, std::size_t noteBytes)
{
    RowBatch batch;
    for (const std::int64_t id : ids) {
        batch.append(noteRow(id, noteBytes));
    }
    return batch;
}

std::vector<std::int64_t> ascending(std::int64_t begin, std::int64_t end)
{
    std::vector<std::int64_t> ids;
    for (std::int64_t id = begin; id < end; ++id) {
        ids.push_back(id);
    }
    return ids;
}

std::int64_t idOf(std::string_view row)
{
    return static_cast<std::int64_t>(loadBigEndian<std::uint64_t>(row.data() + 4));
}

Key idKey(std::int64_t id)
{
    std::string key;
    appendKeyInteger(key, id);
    return Key(key);
}

KeyRange idRange(std::int64_t begin, std::int64_t end)
{
    return {idKey(begin), idKey(end)};
}

RandomTable::RandomTable(std::uint64_t seed) : m_random(seed)
{
    m_schema.schema = "public";
    m_schema.name = "random";
    m_schema.columns.push_back({"id", "bigint", ValueEncoding::Binary, true, {}});
    m_schema.key = {{0, KeyType::Integer}};
    m_schema.partitionKeyColumns = 1;
    const std::uint64_t columns = below(9);
    for (std::uint64_t i = 0; i < columns; ++i) {
        const auto shape = static_cast<Shape>(below(static_cast<std::uint64_t>(Shape::Last) + 1));
        m_columns.push_back({shape, below(3) == 0 ? static_cast<unsigned>(below(60)) : 0,
                             below(4) == 0 ? static_cast<unsigned>(below(30)) : 0});
        m_schema.columns.push_back(
            {"c" + std::to_string(i), "text", ValueEncoding::Binary, false, {}});
    }
}

std::string RandomTable::bytes(std::size_t size)
{
    std::string text;
    while (text.size() < size) {
        text.push_back(static_cast<char>(m_random()));
    }
    return text;
}

std::string RandomTable::value(Shape shape)
{
    std::string text;
    switch (shape) {
    case Shape::Int8:
        return bytes(below(2) == 0 ? 8 : 8);
    case Shape::Int4:
        appendBigEndian(text, static_cast<std::uint32_t>(below(100000)) - 50000U);
        return text;
    case Shape::Int2:
        appendBigEndian(text, static_cast<std::uint16_t>(m_random()));
        return text;
    case Shape::Bool:
        return std::string(1, static_cast<char>(below(2)));
    case Shape::Timestamp:
        appendBigEndian(text, 800'000'000'000'000 + static_cast<std::uint64_t>(m_id) * 1'000'000 +
                                  below(999'999));
        return text;
    case Shape::Uuid:
        return bytes(16);
    case Shape::Numeric:
        return numericBytes(static_cast<std::int64_t>(below(2'000'000)) - 1'000'000, 2);
    case Shape::LooseNumeric:
        return numericBytes(static_cast<std::int64_t>(below(1ULL << below(50))),
                            static_cast<unsigned>(below(9)));
    case Shape::Words:
        for (std::uint64_t i = below(12); i > 0; --i) {
            text += i % 2 == 0 ? "parcel " : "window ";
        }
        return text;
    case Shape::Hex:
        return toHex(bytes(below(10) == 0 ? below(20) : 16));
    case Shape::Few:
        return "state " + std::to_string(below(5));
    case Shape::Json:
        return "\x01{\"n\": " + std::to_string(m_random()) + ", \"s\": \"" + toHex(bytes(3)) +
               "\"}";
    case Shape::RandomBytes:
        return bytes(below(below(50) == 0 ? 5000 : 40));
    case Shape::Empty:
    case Shape::AlwaysNull:
        break;
    }
    return text;
}

std::string RandomTable::row()
{
    m_id += static_cast<std::int64_t>(below(3));
    std::string row;
    appendInt8(row, m_id);
    for (const Column& column : m_columns) {
        if (column.shape == Shape::AlwaysNull || below(100) < column.nullPercent) {
            appendNull(row);
        } else if (below(100) < column.absentPercent) {
            appendBigEndian(row, static_cast<std::uint32_t>(kAbsentField));
        } else {
            appendField(row, value(column.shape));
        }
    }
    return row;
}

RepositoryFixture::RepositoryFixture()
{
    store = std::move(storage::DirectoryStore::open(folder.path() / "repo")).value();
    repository = std::move(repository::Repository::create(*store, kPassphrase, options())).value();
}

repository::RepositoryOptions RepositoryFixture::options() const
{
    return {clock, repository::Access::ReadWrite, "test", kCheapScrypt};
}

void RepositoryFixture::reopen()
{
    close();
    repository = std::move(repository::Repository::open(*store, kPassphrase, options())).value();
}

std::vector<std::string> RepositoryFixture::objects(const std::string& prefix) const
{
    std::vector<std::string> names;
    const auto found = store->list(prefix);
    for (const storage::ObjectInfo& object : found.value()) {
        names.push_back(object.name);
    }
    return names;
}

RunOptions runOptions(const TableSchema& schema)
{
    RunOptions options;
    options.schema = schema;
    options.visibility = "10:20:15";
    options.lsn = Lsn(4711);
    options.asOf = fromUnixMicros(1'770'000'000'000'000);
    options.objectSize = ByteCount(24 << 10U);
    options.blockSize = ByteCount(4 << 10U);
    options.windowSize = ByteCount(64 << 10U);
    return options;
}

Result<WrittenTable> writeTable(repository::Repository& repository, const RowBatch& rows,
                                const RunOptions& options)
{
    WrittenTable written;
    ISO_ASSIGN(written.writer, repository.openRunWriter(options));
    RowBatch part;
    for (std::size_t i = 0; i < rows.rowCount(); ++i) {
        part.append(rows.row(i));
        if (part.rowCount() == 100 || i + 1 == rows.rowCount()) {
            ISO_TRY(written.writer->append(part));
            part.clear();
        }
    }
    ISO_ASSIGN(written.table.runs, written.writer->finish());
    written.table.schema = options.schema;
    written.table.rows = rows.rowCount();
    written.table.raw = written.writer->rawBytes();
    written.table.checksum = written.writer->checksum();
    return written;
}

Manifest manifestOf(std::vector<ManifestTable> tables, WallTime asOf, std::uint64_t shard)
{
    Manifest manifest;
    manifest.clusterSystemId = "7301234567890123456";
    manifest.clusterName = "shop";
    manifest.keyspace = "orders";
    manifest.shard = ShardId(shard);
    manifest.kind = BackupKind::Full;
    manifest.started = asOf;
    manifest.finished = asOf + std::chrono::seconds(1);
    manifest.asOf = asOf;
    manifest.lsn = Lsn(4711);
    manifest.visibility = "10:20:15";
    manifest.leaves = {{16384, 3, "public", "notes_1"}};
    manifest.notCovered = {"unlogged table \"x\""};
    manifest.tables = std::move(tables);
    return manifest;
}

Result<std::vector<std::string>> readAll(RowSource& source)
{
    std::vector<std::string> rows;
    RowBatch batch;
    for (;;) {
        ISO_TRY(source.next(batch));
        if (batch.rowCount() == 0) {
            return rows;
        }
        for (std::size_t i = 0; i < batch.rowCount(); ++i) {
            rows.emplace_back(batch.row(i));
        }
    }
}

void flipBit(const std::filesystem::path& file, std::uint64_t byte, unsigned bit)
{
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(byte));
    const int old = stream.get();
    ISO_CHECK(old >= 0);
    stream.seekp(static_cast<std::streamoff>(byte));
    stream.put(static_cast<char>(static_cast<unsigned>(old) ^ 1U << bit));
    stream.flush();
    ISO_CHECK(stream.good());
}

} // namespace isotherm::test
