// SPDX-License-Identifier: Apache-2.0
#include "shared/model/row_batch.h"

#include <algorithm>

namespace isotherm
{

Result<std::vector<Field>> splitRow(std::string_view row, std::size_t columns)
{
    std::vector<Field> fields(columns);
    ByteReader reader(row);
    for (Field& field : fields) {
        field.length = static_cast<std::int32_t>(reader.takeBigEndian<std::uint32_t>());
        if (field.length >= 0) {
            field.bytes = reader.take(static_cast<std::uint64_t>(field.length));
        } else if (field.length < kAbsentField) {
            return makeError(Code::InvalidArgument, "malformed row: bad field length");
        }
    }
    if (!reader.ok() || !reader.atEnd()) {
        return makeError(Code::InvalidArgument, "malformed row: its fields do not fit its columns");
    }
    return fields;
}

RowKeyEncoder::RowKeyEncoder(const TableSchema& schema)
{
    std::uint32_t last = 0;
    for (const KeyColumn& column : schema.key) {
        ISO_CHECK(column.column < schema.columns.size());
        // A text-encoded column has no binary form to order by: it only keeps identity.
        const bool binary = schema.columns[column.column].encoding == ValueEncoding::Binary;
        m_parts.push_back({column.column, binary ? column.type : KeyType::Opaque});
        last = std::max(last, column.column + 1);
    }
    m_columns = last;
    m_fields.resize(last);
    m_lengths.resize(last);
}

Status RowKeyEncoder::append(std::string_view row, std::string& to)
{
    ByteReader reader(row);
    for (std::size_t i = 0; i < m_columns;
         ++i) { // key columns usually come first: the rest is not looked at
        m_lengths[i] = static_cast<std::int32_t>(reader.takeBigEndian<std::uint32_t>());
        m_fields[i] = m_lengths[i] > 0 ? reader.take(static_cast<std::uint64_t>(m_lengths[i]))
                                       : std::string_view();
    }
    if (!reader.ok()) {
        return makeError(Code::InvalidArgument, "malformed row: too short for its key");
    }
    for (const Part& part : m_parts) {
        if (m_lengths[part.column] == kNullField) {
            appendKeyNull(to);
        } else if (m_lengths[part.column] == kAbsentField) {
            return makeError(Code::InvalidArgument, "malformed row: a key column is absent");
        } else {
            ISO_TRY(appendKeyFromBinary(to, part.type, m_fields[part.column]));
        }
    }
    return {};
}

} // namespace isotherm
