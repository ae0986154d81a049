// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/block_codec.h"
#include "agent/repository/block_fields.h"
#include "agent/repository/fields.h"

#include <algorithm>
#include <cstring>

namespace isotherm::repository
{
namespace
{

constexpr int kDefaultLevel = 1;

/// Writes one row after another; the columns' cursors move with it.
class RowAssembler
{
public:
    RowAssembler(std::vector<DecodedColumn::Cursor>& columns, char* to, const char* roomEnd)
        : m_columns(columns), m_to(to), m_roomEnd(roomEnd)
    {
    }

    void writeRow(std::size_t row)
    {
        for (DecodedColumn::Cursor& column : m_columns) {
            std::int32_t length = column.fixedLength;
            const char* from = column.values;
            if (column.codes != nullptr) {
                const std::size_t code = column.codes[row];
                length = column.lengths[code];
                from += column.offsets[code];
            } else {
                length = column.lengths == nullptr ? length : column.lengths[row];
                column.values += length > 0 ? length : 0;
            }
            const std::uint32_t wire = bigEndian(static_cast<std::uint32_t>(length));
            std::memcpy(m_to, &wire, sizeof(wire));
            m_to += sizeof(wire);
            if (length > 0) {
                copy(from, static_cast<std::size_t>(length));
            }
        }
    }
    [[nodiscard]] const char* end() const { return m_to; }

private:
    void copy(const char* from, std::size_t size)
    {
        // Values have slack behind them, so a short one moves as 16 bytes while there is room.
        if (size <= ByteBuffer::kSlack &&
            static_cast<std::size_t>(m_roomEnd - m_to) >= ByteBuffer::kSlack) {
            std::memcpy(m_to, from, ByteBuffer::kSlack);
        } else {
            std::memcpy(m_to, from, size);
        }
        m_to += size;
    }

    std::vector<DecodedColumn::Cursor>& m_columns;
    char* m_to;
    const char* m_roomEnd;
};

} // namespace

BlockDecoder::BlockDecoder(std::size_t columns)
    : m_compression(kDefaultLevel), m_columns(columns), m_seen(columns),
      m_versionColumns(kVersionFields)
{
}

Status BlockDecoder::decode(std::string_view block, const BlockExpectation& expected,
                            RowBatch& batch, std::vector<RowVersion>* versions)
{
    batch.clear();
    ByteReader reader(block);
    const auto layout = reader.takeBigEndian<std::uint8_t>();
    const std::uint64_t flags = reader.takeVarint();
    if (reader.ok() && (layout != kBlockLayout || (flags & ~kHasVersions) != 0)) {
        return needsNewerVersion("the block's layout is " + std::to_string(layout) +
                                 " with flags " + std::to_string(flags));
    }
    const std::uint64_t rows = reader.takeVarint();
    const std::uint64_t rawBytes = reader.takeVarint();
    const std::uint64_t columns = reader.takeVarint();
    const std::uint64_t lengthBytes = rows * columns * sizeof(std::int32_t); // both are bounded
    if (!reader.ok() || rows == 0 || rows > kMostRowsPerBlock || rawBytes > kLargestBlock ||
        rows != expected.rows || rawBytes != expected.rawBytes || columns != m_columns.size() ||
        lengthBytes > rawBytes) {
        return malformedBytes("the block's head");
    }
    ISO_TRY(decodeFields(reader.take(reader.remaining()), rows, rawBytes - lengthBytes));
    const bool hasVersions = (flags & kHasVersions) != 0;
    if ((m_versionsSeen == kVersionFields) != hasVersions) {
        return malformedBytes("the block's version columns");
    }
    std::vector<RowVersion> decoded;
    if (hasVersions && !decodeVersions(rows, decoded)) {
        return malformedBytes("the block's version columns");
    }
    if (versions != nullptr) {
        *versions = std::move(decoded);
    }
    if (!assemble(rows, rawBytes, batch)) {
        batch.clear();
        return malformedBytes("the block");
    }
    return {};
}

Status BlockDecoder::decodeFields(std::string_view fields, std::uint64_t rows, std::uint64_t budget)
{
    std::fill(m_seen.begin(), m_seen.end(), false);
    m_versionsSeen = 0;
    FieldReader reader(fields);
    while (reader.next()) {
        const std::uint32_t number = reader.field().number;
        if (number >= kFirstColumnField && number - kFirstColumnField < m_columns.size()) {
            const std::size_t column = number - kFirstColumnField;
            if (m_seen[column] ||
                !m_columns[column].decode(reader.bytes(), rows, budget, m_compression)) {
                return malformedBytes("column " + std::to_string(column) + " of the block");
            }
            m_seen[column] = true;
            budget -= m_columns[column].valueBytes();
        } else if (number == kFirstVersionField + m_versionsSeen &&
                   m_versionsSeen < kVersionFields) {
            const std::uint64_t bytes = rows * kVersionWidths[m_versionsSeen];
            DecodedColumn& column = m_versionColumns[m_versionsSeen];
            if (!column.decode(reader.bytes(), rows, bytes, m_compression) ||
                column.valueBytes() != bytes) {
                return malformedBytes("the block's version columns");
            }
            ++m_versionsSeen;
        } else {
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("the block"));
    if (budget != 0 || std::find(m_seen.begin(), m_seen.end(), false) != m_seen.end()) {
        return malformedBytes("the block: its columns are not as long as it says");
    }
    return {};
}

bool BlockDecoder::decodeVersions(std::size_t rows, std::vector<RowVersion>& versions) const
{
    std::vector<DecodedColumn::Cursor> columns;
    for (const DecodedColumn& column : m_versionColumns) {
        columns.push_back(column.cursor());
    }
    // As if they were a row of three fields: the lengths are checked on the way.
    std::string bytes(rows * (kVersionFields * 4 + 13) + ByteBuffer::kSlack, '\0');
    RowAssembler assembler(columns, bytes.data(), bytes.data() + bytes.size());
    versions.reserve(rows);
    const char* from = bytes.data();
    for (std::size_t i = 0; i < rows; ++i) {
        assembler.writeRow(i);
        const auto fields = splitRow({from, static_cast<std::size_t>(assembler.end() - from)}, 3);
        from = assembler.end();
        if (!fields.ok() || fields.value()[0].length != 8 || fields.value()[1].length != 1 ||
            fields.value()[2].length != 4) {
            return false;
        }
        const auto kind = static_cast<std::uint8_t>(fields.value()[1].bytes.front());
        if (kind > static_cast<std::uint8_t>(VersionKind::Truncate)) {
            return false;
        }
        versions.push_back({Lsn(loadBigEndian<std::uint64_t>(fields.value()[0].bytes.data())),
                            static_cast<VersionKind>(kind),
                            loadBigEndian<std::uint32_t>(fields.value()[2].bytes.data())});
    }
    return true;
}

bool BlockDecoder::assemble(std::size_t rows, std::uint64_t rawBytes, RowBatch& batch) const
{
    std::vector<DecodedColumn::Cursor> columns;
    columns.reserve(m_columns.size());
    for (const DecodedColumn& column : m_columns) {
        columns.push_back(column.cursor());
    }
    batch.bytes.resize(rawBytes);
    batch.ends.resize(rows);
    // Every length was counted against rawBytes, so the rows fit exactly.
    RowAssembler assembler(columns, batch.bytes.data(), batch.bytes.data() + rawBytes);
    for (std::size_t i = 0; i < rows; ++i) {
        assembler.writeRow(i);
        batch.ends[i] = static_cast<std::size_t>(assembler.end() - batch.bytes.data());
    }
    return assembler.end() == batch.bytes.data() + rawBytes;
}

} // namespace isotherm::repository
