// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/row_fields.h"

namespace isotherm::repository
{
namespace
{

constexpr std::size_t kLengthBytes = sizeof(std::int32_t);

/// The field at the front of `row`, with its length.
std::string_view frontField(std::string_view row, std::int32_t& length)
{
    length = static_cast<std::int32_t>(loadBigEndian<std::uint32_t>(row.data()));
    return row.substr(0, kLengthBytes + (length > 0 ? static_cast<std::size_t>(length) : 0));
}

} // namespace

bool hasAbsentField(std::string_view row, std::size_t columns)
{
    std::int32_t length = 0;
    for (std::size_t i = 0; i < columns; ++i) {
        row.remove_prefix(frontField(row, length).size());
        if (length == kAbsentField) {
            return true;
        }
    }
    return false;
}

bool fillAbsentFields(std::string& row, std::string_view older, std::size_t columns)
{
    std::string filled;
    filled.reserve(row.size() + older.size());
    std::string_view rest = row;
    bool absent = false;
    for (std::size_t i = 0; i < columns; ++i) {
        std::int32_t length = 0;
        std::int32_t olderLength = 0;
        const std::string_view field = frontField(rest, length);
        const std::string_view below = frontField(older, olderLength);
        filled += length == kAbsentField ? below : field;
        absent = absent || (length == kAbsentField && olderLength == kAbsentField);
        rest.remove_prefix(field.size());
        older.remove_prefix(below.size());
    }
    row = std::move(filled);
    return absent;
}

bool isRow(std::string_view row, std::size_t columns)
{
    ByteReader reader(row);
    for (std::size_t i = 0; i < columns; ++i) {
        const auto length = static_cast<std::int32_t>(reader.takeBigEndian<std::uint32_t>());
        if (length > 0) {
            (void)reader.take(static_cast<std::uint64_t>(length));
        } else if (length < kAbsentField) {
            return false;
        }
    }
    return reader.ok() && reader.atEnd();
}

} // namespace isotherm::repository
