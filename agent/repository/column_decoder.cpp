// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/byte_planes.h"
#include "agent/repository/column_codec.h"
#include "agent/repository/column_modes.h"
#include "agent/repository/decimal_codec.h"
#include "agent/repository/fields.h"
#include "shared/model/row_batch.h"

#include <algorithm>
#include <array>
#include <limits>

namespace isotherm::repository
{
namespace
{

constexpr std::int64_t kLongestField = std::numeric_limits<std::int32_t>::max();

/// Takes a zigzag length; false unless it is one of a field.
bool takeLength(ByteReader& reader, std::int32_t& length)
{
    const std::int64_t value = unzigzag(reader.takeVarint());
    length = static_cast<std::int32_t>(value);
    return reader.ok() && value >= kAbsentField && value <= kLongestField;
}

} // namespace

bool DecodedColumn::decode(std::string_view body, std::size_t rows, std::uint64_t budget,
                           Compression& compression)
{
    ByteReader reader(body);
    m_rows = rows;
    m_fixed = false;
    m_dictionary = false;
    const auto mode = reader.takeBigEndian<std::uint8_t>();
    if (!reader.ok()) {
        return false;
    }
    if (mode == kDictionary) {
        return decodeDictionary(reader, rows, budget, compression) && reader.atEnd();
    }
    if (mode == kDecimals) {
        return decodeDecimals(reader, rows, budget, compression) && reader.atEnd();
    }
    bool good = false;
    switch (mode) {
    case kConstantLength:
        m_fixed = true;
        good = takeLength(reader, m_fixedLength);
        break;
    case kTwoLengths:
        good = decodeTwoLengths(reader, rows, compression);
        break;
    case kLengthPlanes:
        good = decodeLengthPlanes(reader, rows, compression);
        break;
    default:
        break;
    }
    return good && measure(rows) && m_valueBytes <= budget && decodeValues(reader, compression) &&
           reader.ok() && reader.atEnd();
}

bool DecodedColumn::decodeTwoLengths(ByteReader& reader, std::size_t rows, Compression& compression)
{
    std::array<std::int32_t, 2> both{};
    if (!takeLength(reader, both[0]) || !takeLength(reader, both[1]) ||
        !compression.takeStream(reader, (rows + 7) / 8, m_plane)) {
        return false;
    }
    m_lengths.resize(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        m_lengths[i] = both[static_cast<std::uint8_t>(m_plane.data()[i / 8]) >> i % 8 & 1U];
    }
    return true;
}

bool DecodedColumn::decodeLengthPlanes(ByteReader& reader, std::size_t rows,
                                       Compression& compression)
{
    const auto planes = reader.takeBigEndian<std::uint8_t>();
    if (planes < 1 || planes > 4) {
        return false;
    }
    m_lengths.assign(rows, 0);
    for (unsigned k = 0; k < planes; ++k) {
        if (!compression.takeStream(reader, rows, m_plane)) {
            return false;
        }
        const unsigned shift = 8 * (planes - 1U - k);
        for (std::size_t i = 0; i < rows; ++i) {
            const std::uint32_t byte = static_cast<std::uint8_t>(m_plane.data()[i]);
            m_lengths[i] =
                static_cast<std::int32_t>(static_cast<std::uint32_t>(m_lengths[i]) | byte << shift);
        }
    }
    for (std::int32_t& length : m_lengths) {
        length = static_cast<std::int32_t>(static_cast<std::uint32_t>(length) - 2U);
    }
    return true;
}

bool DecodedColumn::measure(std::size_t rows)
{
    m_present = 0;
    m_valueBytes = 0;
    m_presentLength = -1;
    m_longest = 0;
    if (m_fixed) {
        m_present = m_fixedLength >= 0 ? rows : 0;
        m_presentLength = m_fixedLength;
        m_longest = std::max(m_fixedLength, 0);
        m_valueBytes = static_cast<std::uint64_t>(m_longest) * rows;
        return true;
    }
    std::int32_t shortest = std::numeric_limits<std::int32_t>::max();
    for (const std::int32_t length : m_lengths) {
        if (length >= 0) {
            ++m_present;
            m_valueBytes += static_cast<std::uint64_t>(length);
            shortest = std::min(shortest, length);
            m_longest = std::max(m_longest, length);
        } else if (length < kAbsentField) {
            return false;
        }
    }
    m_presentLength = m_present > 0 && shortest == m_longest ? shortest : -1;
    return true;
}

bool DecodedColumn::decodeDictionary(ByteReader& reader, std::size_t rows, std::uint64_t budget,
                                     Compression& compression)
{
    m_dictionary = true;
    const std::uint64_t count = reader.takeVarint();
    if (!reader.ok() || count < 1 || count > kLargestDictionary) {
        return false;
    }
    m_lengths.resize(count);
    m_offsets.resize(count);
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!takeLength(reader, m_lengths[i])) {
            return false;
        }
        m_offsets[i] = static_cast<std::uint32_t>(bytes);
        bytes += static_cast<std::uint64_t>(std::max(m_lengths[i], 0));
        if (bytes > budget || bytes > std::numeric_limits<std::uint32_t>::max()) {
            return false;
        }
    }
    if (!compression.takeStream(reader, rows, m_codes) ||
        !compression.takeStream(reader, bytes, m_values)) {
        return false;
    }
    m_valueBytes = 0;
    for (const char code : m_codes.view()) {
        const std::size_t entry = static_cast<std::uint8_t>(code);
        if (entry >= count) {
            return false;
        }
        m_valueBytes += static_cast<std::uint64_t>(std::max(m_lengths[entry], 0));
    }
    return m_valueBytes <= budget;
}

bool DecodedColumn::decodeValues(ByteReader& reader, Compression& compression)
{
    switch (reader.takeBigEndian<std::uint8_t>()) {
    case kNoValues:
        m_values.clear();
        m_values.resize(0);
        return reader.ok() && m_valueBytes == 0;
    case kConcatenated:
        return compression.takeStream(reader, m_valueBytes, m_values);
    case kFixedPlanes:
        return decodeFixedPlanes(reader, compression);
    case kIntegers:
        if (m_presentLength < 0 ||
            !decodeIntegers(reader, m_present, static_cast<unsigned>(m_presentLength),
                            compression)) {
            return false;
        }
        m_values.clear();
        m_values.resize(m_valueBytes);
        storeIntegers(m_integers, static_cast<unsigned>(m_presentLength), m_values.data());
        return true;
    case kRaggedPlanes:
        return decodeRaggedPlanes(reader, compression);
    case kHex:
        return decodeHex(reader, compression);
    default:
        return false;
    }
}

bool DecodedColumn::decodeFixedPlanes(ByteReader& reader, Compression& compression)
{
    const auto width = static_cast<std::size_t>(std::max(m_presentLength, 0));
    if (width < 2 || width > kLargestPlaneCount) {
        return false;
    }
    m_values.clear();
    m_values.resize(m_valueBytes);
    for (std::size_t k = 0; k < width; ++k) {
        if (!compression.takeStream(reader, m_present, m_plane)) {
            return false;
        }
        scatterStrided(m_plane.data(), m_present, width, m_values.data() + k);
    }
    return true;
}

bool DecodedColumn::decodeIntegers(ByteReader& reader, std::size_t count, unsigned width,
                                   Compression& compression)
{
    const auto transform = reader.takeBigEndian<std::uint8_t>();
    const auto base = reader.takeBigEndian<std::uint64_t>();
    const auto planes = reader.takeBigEndian<std::uint8_t>();
    if (!reader.ok() || (width != 1 && width != 2 && width != 4 && width != 8) || planes > width ||
        transform > kDelta) {
        return false;
    }
    m_integers.assign(count, 0);
    for (unsigned k = 0; k < planes; ++k) {
        if (!compression.takeStream(reader, count, m_plane)) {
            return false;
        }
        joinPlane(m_plane.data(), 8 * (planes - 1U - k), m_integers);
    }
    std::uint64_t previous = base;
    for (std::uint64_t& value : m_integers) {
        if (transform == kDelta) {
            previous += static_cast<std::uint64_t>(unzigzag(value));
            value = previous;
        } else {
            value += base;
        }
    }
    return true;
}

bool DecodedColumn::decodeDecimals(ByteReader& reader, std::size_t rows, std::uint64_t budget,
                                   Compression& compression)
{
    const auto scale = reader.takeBigEndian<std::uint8_t>();
    if (!reader.ok() || scale > kLargestDecimalScale ||
        !compression.takeStream(reader, (rows + 7) / 8, m_codes)) {
        return false;
    }
    m_lengths.resize(rows);
    std::size_t present = 0;
    for (std::size_t i = 0; i < rows; ++i) {
        const unsigned bit = static_cast<std::uint8_t>(m_codes.data()[i / 8]) >> i % 8 & 1U;
        m_lengths[i] = bit != 0 ? 0 : kNullField;
        present += bit;
    }
    if (!decodeIntegers(reader, present, sizeof(std::uint64_t), compression)) {
        return false;
    }
    m_values.clear();
    auto integer = m_integers.begin();
    for (std::int32_t& length : m_lengths) {
        if (length == kNullField) {
            continue;
        }
        const std::size_t before = m_values.size();
        if (!appendDecimal(*integer++, scale, m_values) || m_values.size() > budget) {
            return false;
        }
        length = static_cast<std::int32_t>(m_values.size() - before);
    }
    m_valueBytes = m_values.size();
    return true;
}

bool DecodedColumn::decodeRaggedPlanes(ByteReader& reader, Compression& compression)
{
    const std::size_t count = reader.takeBigEndian<std::uint8_t>();
    if (!reader.ok() || count > kLargestPlaneCount || static_cast<std::size_t>(m_longest) > count) {
        return false;
    }
    // How many values are longer than k.
    std::array<std::size_t, kLargestPlaneCount + 1> atLeast{};
    if (m_fixed) {
        std::fill_n(atLeast.begin(), m_longest, m_present);
    } else {
        for (const std::int32_t length : m_lengths) {
            atLeast[static_cast<std::size_t>(std::max(length, 0))] += length > 0 ? 1 : 0;
        }
        for (std::size_t k = kLargestPlaneCount; k > 0; --k) { // lengths ≥ k + 1, at place k
            atLeast[k - 1] += atLeast[k];
        }
        std::copy(atLeast.begin() + 1, atLeast.end(), atLeast.begin());
    }
    m_plane.clear();
    m_plane.resize(m_valueBytes);
    std::array<const char*, kLargestPlaneCount> planes{};
    std::size_t used = 0;
    for (std::size_t k = 0; k < count; ++k) {
        if (!compression.takeStream(reader, atLeast[k], m_plane.data() + used)) {
            return false;
        }
        planes[k] = m_plane.data() + used;
        used += atLeast[k];
    }
    m_values.clear();
    m_values.resize(m_valueBytes);
    char* to = m_values.data();
    for (std::size_t i = 0; i < m_rows; ++i) {
        const std::int32_t length = m_fixed ? m_fixedLength : m_lengths[i];
        for (std::int32_t k = 0; k < length; ++k) {
            *to++ = *planes[static_cast<std::size_t>(k)]++;
        }
    }
    return true;
}

bool DecodedColumn::decodeHex(ByteReader& reader, Compression& compression)
{
    if (m_valueBytes % 2 != 0 || !compression.takeStream(reader, m_valueBytes / 2, m_plane)) {
        return false;
    }
    m_values.clear();
    m_values.resize(m_valueBytes);
    unpackHex(m_plane.view(), m_values.data());
    return true;
}

DecodedColumn::Cursor DecodedColumn::cursor() const
{
    Cursor cursor;
    cursor.values = m_values.data();
    if (m_dictionary) {
        cursor.codes = reinterpret_cast<const std::uint8_t*>(m_codes.data());
        cursor.offsets = m_offsets.data();
        cursor.lengths = m_lengths.data();
    } else if (m_fixed) {
        cursor.fixedLength = m_fixedLength;
    } else {
        cursor.lengths = m_lengths.data();
    }
    return cursor;
}

} // namespace isotherm::repository
