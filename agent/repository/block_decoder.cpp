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

/// The value of the cursor's column in `row`; rows come one after another.
Field takeValue(DecodedColumn::Cursor& column, std::size_t row)
{
    Field field;
    field.length = column.fixedLength;
    const char* from = column.values;
    if (column.codes != nullptr) {
        field.length = column.lengths[column.codes[row]];
        from += column.offsets[column.codes[row]];
    } else {
        field.length = column.lengths == nullptr ? field.length : column.lengths[row];
        column.values += field.length > 0 ? field.length : 0;
    }
    field.bytes = {from, field.length > 0 ? static_cast<std::size_t>(field.length) : 0};
    return field;
}

bool isKind(std::uint8_t kind)
{
    return kind == static_cast<std::uint8_t>(VersionKind::Row) ||
           kind == static_cast<std::uint8_t>(VersionKind::Tombstone) ||
           kind == static_cast<std::uint8_t>(VersionKind::Moved);
}

} // namespace

BlockDecoder::BlockDecoder(std::size_t columns)
    : m_compression(kDefaultLevel), m_columns(columns), m_seen(columns),
      m_versionColumns(kAllVersionFields)
{
}

Status BlockDecoder::decode(std::string_view block, const BlockExpectation& expected,
                            RowBatch& batch, std::vector<RowVersion>* versions,
                            std::string* previousKeys)
{
    batch.clear();
    ByteReader reader(block);
    const auto layout = reader.takeBigEndian<std::uint8_t>();
    const std::uint64_t flags = reader.takeVarint();
    if (reader.ok() && (layout != kBlockLayout || (flags & ~(kHasVersions | kHasOrigins)) != 0)) {
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
    const bool hasOrigins = (flags & kHasOrigins) != 0;
    const std::size_t fields = hasOrigins ? kAllVersionFields : (hasVersions ? kVersionFields : 0);
    std::vector<RowVersion> decoded;
    std::string keys;
    if (m_versionsSeen != fields || (hasOrigins && !hasVersions) ||
        (hasVersions && !decodeVersions(rows, decoded, keys))) {
        return malformedBytes("the block's version columns");
    }
    if (versions != nullptr) {
        *versions = std::move(decoded);
    }
    if (previousKeys != nullptr) {
        *previousKeys = std::move(keys);
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
                   m_versionsSeen < kAllVersionFields) {
            const bool fixed = m_versionsSeen != kPreviousKeyField;
            const std::uint64_t bytes =
                fixed ? rows * kVersionWidths[m_versionsSeen] : kMostPreviousKeyBytes;
            DecodedColumn& column = m_versionColumns[m_versionsSeen];
            if (!column.decode(reader.bytes(), rows, bytes, m_compression) ||
                (fixed && column.valueBytes() != bytes)) {
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

bool BlockDecoder::decodeVersions(std::size_t rows, std::vector<RowVersion>& versions,
                                  std::string& previousKeys) const
{
    std::vector<DecodedColumn::Cursor> columns;
    for (std::size_t i = 0; i < m_versionsSeen; ++i) {
        columns.push_back(m_versionColumns[i].cursor());
    }
    const bool origins = m_versionsSeen == kAllVersionFields;
    previousKeys.reserve(origins ? m_versionColumns[kPreviousKeyField].valueBytes() : 0);
    versions.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        RowVersion& version = versions[i];
        const Field commit = takeValue(columns[0], i);
        const Field kind = takeValue(columns[1], i);
        const Field transaction = takeValue(columns[2], i);
        if (commit.length != 8 || kind.length != 1 || transaction.length != 4 ||
            !isKind(static_cast<std::uint8_t>(kind.bytes.front()))) {
            return false;
        }
        version.commit = Lsn(loadBigEndian<std::uint64_t>(commit.bytes.data()));
        version.kind = static_cast<VersionKind>(kind.bytes.front());
        version.transaction = loadBigEndian<std::uint32_t>(transaction.bytes.data());
        if (origins) {
            const Field order = takeValue(columns[3], i);
            const Field previous = takeValue(columns[kPreviousKeyField], i);
            if (order.length != 4 || previous.length == 0 || previous.length < kNullField) {
                return false;
            }
            version.order = loadBigEndian<std::uint32_t>(order.bytes.data());
            version.previousBegin = previous.length > 0 ? previousKeys.size() : 0;
            version.previousSize = static_cast<std::uint32_t>(previous.bytes.size());
            previousKeys += previous.bytes;
        }
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
