// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/block_codec.h"
#include "agent/repository/block_fields.h"
#include "agent/repository/fields.h"

#include <utility>

namespace isotherm::repository
{
namespace
{

/// Room that working memory may keep after a block of huge values.
constexpr std::size_t kKeptRoom = std::size_t{4} << 20U;

Error malformedRow(std::string_view why)
{
    return makeError(Code::InvalidArgument, "malformed row: " + std::string(why));
}

} // namespace

BlockBuilder::BlockBuilder(std::size_t columns, int compressionLevel)
    : m_compression(compressionLevel), m_columns(columns), m_encoders(columns),
      m_versionColumns(kAllVersionFields), m_versionEncoders(kAllVersionFields)
{
    ISO_CHECK(columns <= kMostColumns);
}

Status BlockBuilder::add(std::string_view row)
{
    if (row.size() > kLargestRow) {
        return makeError(Code::InvalidArgument, "a row of " + std::to_string(row.size()) +
                                                    " bytes is larger than the limit of 2 GiB");
    }
    const char* from = row.data();
    std::size_t left = row.size();
    for (ColumnBuffer& column : m_columns) {
        if (left < sizeof(std::int32_t)) {
            return malformedRow("it has too few fields");
        }
        const auto length = static_cast<std::int32_t>(loadBigEndian<std::uint32_t>(from));
        from += sizeof(std::int32_t);
        left -= sizeof(std::int32_t);
        column.lengths.push_back(length);
        if (length > 0) {
            const auto size = static_cast<std::size_t>(length);
            if (size > left) {
                return malformedRow("a field is longer than the row");
            }
            column.values.appendShort(from, size, left);
            from += size;
            left -= size;
        } else if (length < kAbsentField) {
            return malformedRow("bad field length");
        }
    }
    if (left != 0) {
        return malformedRow("it has too many fields");
    }
    ++m_rows;
    m_rawBytes += row.size();
    return {};
}

Status BlockBuilder::add(std::string_view row, const RowVersion& version,
                         std::string_view previousKey)
{
    ISO_CHECK(m_versions.size() == m_rows);
    m_versions.push_back(version);
    m_versions.back().previousBegin = m_previousKeys.size();
    m_versions.back().previousSize = static_cast<std::uint32_t>(previousKey.size());
    m_previousKeys += previousKey;
    m_hasOrigins = m_hasOrigins || version.order != 0 || !previousKey.empty();
    return add(row);
}

void BlockBuilder::appendVersions()
{
    for (const RowVersion& version : m_versions) {
        std::string bytes;
        appendBigEndian(bytes, version.commit.get());
        bytes.push_back(static_cast<char>(version.kind));
        appendBigEndian(bytes, version.transaction);
        appendBigEndian(bytes, version.order);
        std::size_t from = 0;
        for (std::size_t i = 0; i < kVersionWidths.size(); ++i) {
            m_versionColumns[i].lengths.push_back(static_cast<std::int32_t>(kVersionWidths[i]));
            m_versionColumns[i].values.append(bytes.data() + from, kVersionWidths[i]);
            from += kVersionWidths[i];
        }
        ColumnBuffer& previous = m_versionColumns[kPreviousKeyField];
        previous.lengths.push_back(version.previousSize == 0
                                       ? kNullField
                                       : static_cast<std::int32_t>(version.previousSize));
        previous.values.append(m_previousKeys.data() + version.previousBegin, version.previousSize);
    }
    FieldWriter writer(m_block);
    for (std::size_t i = 0; i < (m_hasOrigins ? kAllVersionFields : kVersionFields); ++i) {
        m_body.clear();
        m_versionEncoders[i].encode(m_versionColumns[i], m_compression, m_body);
        writer.bytes(static_cast<std::uint32_t>(kFirstVersionField + i), Need::Critical, m_body);
    }
    for (ColumnBuffer& column : m_versionColumns) {
        column.clear();
    }
}

std::string_view BlockBuilder::finish()
{
    ISO_CHECK(m_rows > 0);
    const bool versions = !m_versions.empty();
    m_block.clear();
    m_block.push_back(static_cast<char>(kBlockLayout));
    appendVarint(m_block, (versions ? kHasVersions : 0) | (m_hasOrigins ? kHasOrigins : 0));
    appendVarint(m_block, m_rows);
    appendVarint(m_block, m_rawBytes);
    appendVarint(m_block, m_columns.size());
    if (versions) {
        appendVersions();
    }
    FieldWriter writer(m_block);
    for (std::size_t i = 0; i < m_columns.size(); ++i) {
        m_body.clear();
        m_encoders[i].encode(m_columns[i], m_compression, m_body);
        writer.bytes(static_cast<std::uint32_t>(kFirstColumnField + i), Need::Critical, m_body);
        m_columns[i].clear();
        m_columns[i].values.trim(kKeptRoom);
    }
    m_versions.clear();
    m_previousKeys.clear();
    m_hasOrigins = false;
    m_rows = 0;
    m_rawBytes = 0;
    return m_block;
}

} // namespace isotherm::repository
