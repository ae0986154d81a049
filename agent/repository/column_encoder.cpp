// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/byte_planes.h"
#include "agent/repository/column_codec.h"
#include "agent/repository/column_modes.h"
#include "agent/repository/decimal_codec.h"
#include "agent/repository/fields.h"
#include "shared/base/check.h"
#include "shared/model/row_batch.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <xxhash.h>

namespace isotherm::repository
{
namespace
{

using Hint = Compression::Hint;

constexpr std::uint32_t kBlocksBetweenTrials = 64;
/// Larger columns (few huge values) are not worth trying several layouts on.
constexpr std::size_t kLargestTrial = std::size_t{16} << 20U;

constexpr std::array kAllLayouts{
    ValueLayout::Integers,     ValueLayout::Decimals,    ValueLayout::Dictionary,  ValueLayout::Hex,
    ValueLayout::Concatenated, ValueLayout::FixedPlanes, ValueLayout::RaggedPlanes};

/// Layouts of many small streams must be clearly smaller to be worth their time.
double handicap(ValueLayout layout)
{
    return layout == ValueLayout::FixedPlanes || layout == ValueLayout::RaggedPlanes ? 1.04 : 1.0;
}

unsigned bytesFor(std::uint64_t largest)
{
    return (static_cast<unsigned>(std::bit_width(largest)) + 7) / 8;
}

std::uint64_t averageBits(const std::vector<std::uint64_t>& values)
{
    const std::size_t step = std::max<std::size_t>(1, values.size() / 1024);
    std::uint64_t bits = 0;
    std::uint64_t samples = 0;
    for (std::size_t i = 0; i < values.size(); i += step) {
        bits += static_cast<std::uint64_t>(std::bit_width(values[i]));
        ++samples;
    }
    return samples == 0 ? 0 : bits * 16 / samples; // in sixteenths of a bit
}

/// Finds equal values; at most 256 different ones.
class ValueTable
{
public:
    /// The code of the value, or -1 when there is no room for another one.
    int codeOf(std::int32_t length, std::string_view bytes)
    {
        std::size_t slot =
            XXH3_64bits_withSeed(bytes.data(), bytes.size(), static_cast<std::uint64_t>(length)) %
            kSlots;
        for (; m_slots[slot] != 0; slot = (slot + 1) % kSlots) {
            const Entry& entry = m_entries[m_slots[slot] - 1U];
            if (entry.length == length && entry.bytes == bytes) {
                return m_slots[slot] - 1;
            }
        }
        if (m_entries.size() == kLargestDictionary) {
            return -1;
        }
        m_entries.push_back({length, bytes});
        m_slots[slot] = static_cast<std::uint16_t>(m_entries.size());
        return static_cast<int>(m_entries.size()) - 1;
    }

    struct Entry
    {
        std::int32_t length;
        std::string_view bytes;
    };
    [[nodiscard]] const std::vector<Entry>& entries() const { return m_entries; }

private:
    static constexpr std::size_t kSlots = 1024;
    std::array<std::uint16_t, kSlots> m_slots{};
    std::vector<Entry> m_entries;
};

std::int32_t presentBytes(std::int32_t length)
{
    return std::max(length, 0);
}

} // namespace

/// What the lengths of a column look like.
struct ColumnEncoder::Shape
{
    std::int32_t first = 0;
    std::int32_t second = 0; ///< the other length, when there are exactly two
    bool constant = true;    ///< one length
    bool two = false;        ///< exactly two
    std::int32_t shortest = 0;
    std::int32_t longest = 0; ///< of present values; -1: none is present
    std::size_t present = 0;

    explicit Shape(const std::vector<std::int32_t>& lengths)
        : first(lengths.front()), second(lengths.front()),
          shortest(std::numeric_limits<std::int32_t>::max()), longest(-1)
    {
        bool more = false;
        for (const std::int32_t length : lengths) {
            if (length != first) {
                more = more || (second != first && length != second);
                second = second == first ? length : second;
            }
            if (length >= 0) {
                ++present;
                shortest = std::min(shortest, length);
                longest = std::max(longest, length);
            }
        }
        constant = second == first;
        two = !constant && !more;
    }

    [[nodiscard]] bool oneWidth() const { return present > 0 && shortest == longest; }
};

void ColumnEncoder::encode(const ColumnBuffer& column, Compression& compression, std::string& to)
{
    ISO_CHECK(!column.lengths.empty());
    const Shape shape(column.lengths);
    if (column.values.size() == 0) {
        encodeLengths(column, shape, compression, to);
        to.push_back(kNoValues);
        return;
    }
    if (m_blocksUntilTrial == 0) {
        m_blocksUntilTrial = kBlocksBetweenTrials;
        tryLayouts(column, shape, compression, to);
        return;
    }
    --m_blocksUntilTrial;
    const std::size_t start = to.size();
    if (!encodeAs(m_layout, column, shape, compression, to)) {
        to.resize(start);
        tryLayouts(column, shape, compression, to);
    }
}

void ColumnEncoder::tryLayouts(const ColumnBuffer& column, const Shape& shape,
                               Compression& compression, std::string& to)
{
    if (column.values.size() > kLargestTrial) {
        m_layout = ValueLayout::Concatenated;
        ISO_CHECK(encodeAs(m_layout, column, shape, compression, to));
        return;
    }
    std::string best;
    double bestCost = std::numeric_limits<double>::max();
    for (const ValueLayout layout : kAllLayouts) {
        std::string tried;
        if (!encodeAs(layout, column, shape, compression, tried)) {
            continue;
        }
        const double cost = static_cast<double>(tried.size()) * handicap(layout);
        if (cost < bestCost) {
            bestCost = cost;
            best = std::move(tried);
            m_layout = layout;
        }
    }
    to += best;
}

bool ColumnEncoder::encodeAs(ValueLayout layout, const ColumnBuffer& column, const Shape& shape,
                             Compression& compression, std::string& to)
{
    const auto width = static_cast<std::size_t>(std::max(shape.longest, 0));
    switch (layout) {
    case ValueLayout::Concatenated:
        encodeLengths(column, shape, compression, to);
        to.push_back(kConcatenated);
        compression.appendStream(to, column.values.view(), Hint::Text);
        return true;
    case ValueLayout::Dictionary:
        return encodeDictionary(column, compression, to);
    case ValueLayout::Integers:
        if (!shape.oneWidth() || width > 8 || !std::has_single_bit(width)) {
            return false;
        }
        encodeLengths(column, shape, compression, to);
        to.push_back(kIntegers);
        m_integers.resize(shape.present);
        loadIntegers(column.values.data(), width, m_integers);
        encodeIntegers(width, compression, to);
        return true;
    case ValueLayout::Decimals:
        return encodeDecimals(column, compression, to);
    case ValueLayout::FixedPlanes:
        if (!shape.oneWidth() || width < 2 || width > kLargestPlaneCount) {
            return false;
        }
        encodeLengths(column, shape, compression, to);
        encodeFixedPlanes(column, shape, compression, to);
        return true;
    case ValueLayout::RaggedPlanes:
        if (shape.oneWidth() || width > kLargestPlaneCount) {
            return false;
        }
        encodeLengths(column, shape, compression, to);
        encodeRaggedPlanes(column, shape, compression, to);
        return true;
    case ValueLayout::Hex:
        m_packed.clear();
        m_packed.resize(column.values.size() / 2);
        if (column.values.size() % 2 != 0 || !packHex(column.values.view(), m_packed.data())) {
            return false;
        }
        encodeLengths(column, shape, compression, to);
        to.push_back(kHex);
        compression.appendStream(to, m_packed.view(), Hint::Plane);
        return true;
    }
    return false;
}

void ColumnEncoder::encodeLengths(const ColumnBuffer& column, const Shape& shape,
                                  Compression& compression, std::string& to)
{
    const std::vector<std::int32_t>& lengths = column.lengths;
    if (shape.constant) {
        to.push_back(kConstantLength);
        appendVarint(to, zigzag(shape.first));
        return;
    }
    if (shape.two) {
        to.push_back(kTwoLengths);
        appendVarint(to, zigzag(shape.first));
        appendVarint(to, zigzag(shape.second));
        std::string bits((lengths.size() + 7) / 8, '\0');
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            const unsigned bit = lengths[i] == shape.second ? 1 : 0;
            bits[i / 8] = static_cast<char>(static_cast<std::uint8_t>(bits[i / 8]) | bit << i % 8);
        }
        compression.appendStream(to, bits, Hint::Plane);
        return;
    }
    const unsigned planes = bytesFor(static_cast<std::uint64_t>(shape.longest) + 2);
    to.push_back(kLengthPlanes);
    to.push_back(static_cast<char>(planes));
    m_plane.clear();
    m_plane.resize(lengths.size());
    for (unsigned k = 0; k < planes; ++k) {
        const unsigned shift = 8 * (planes - 1 - k);
        for (std::size_t i = 0; i < lengths.size(); ++i) {
            m_plane.data()[i] =
                static_cast<char>((static_cast<std::uint32_t>(lengths[i]) + 2U) >> shift);
        }
        compression.appendStream(to, m_plane.view(), Hint::Plane);
    }
}

void ColumnEncoder::encodeIntegers(std::size_t width, Compression& compression, std::string& to)
{
    const unsigned unused = 64 - 8 * static_cast<unsigned>(width);
    m_deltas.resize(m_integers.size());
    auto lowest = std::numeric_limits<std::int64_t>::max();
    auto highest = std::numeric_limits<std::int64_t>::min();
    const std::uint64_t first = m_integers.front();
    std::uint64_t previous = first;
    std::uint64_t allDeltas = 0;
    for (std::size_t i = 0; i < m_integers.size(); ++i) {
        const auto value = static_cast<std::int64_t>(m_integers[i]);
        lowest = std::min(lowest, value);
        highest = std::max(highest, value);
        // Differences wrap at the column's width, so that they fit in it.
        const auto difference =
            static_cast<std::int64_t>((m_integers[i] - previous) << unused) >> unused;
        m_deltas[i] = zigzag(difference);
        allDeltas |= m_deltas[i];
        previous = m_integers[i];
    }
    for (std::uint64_t& value : m_integers) {
        value -= static_cast<std::uint64_t>(lowest);
    }
    const bool delta = averageBits(m_deltas) + 8 < averageBits(m_integers);
    const std::uint64_t range =
        static_cast<std::uint64_t>(highest) - static_cast<std::uint64_t>(lowest);
    const unsigned planes = bytesFor(delta ? allDeltas : range);
    to.push_back(delta ? kDelta : kOffset);
    appendBigEndian(to, delta ? first : static_cast<std::uint64_t>(lowest));
    to.push_back(static_cast<char>(planes));
    m_plane.clear();
    m_plane.resize(m_integers.size());
    for (unsigned k = 0; k < planes; ++k) {
        splitPlane(delta ? m_deltas : m_integers, 8 * (planes - 1 - k), m_plane.data());
        compression.appendStream(to, m_plane.view(), Hint::Plane);
    }
}

bool ColumnEncoder::encodeDecimals(const ColumnBuffer& column, Compression& compression,
                                   std::string& to)
{
    unsigned scale = 0;
    if (!decimalsToIntegers(column, scale, m_integers)) {
        return false;
    }
    to.push_back(kDecimals);
    to.push_back(static_cast<char>(scale));
    std::string present((column.lengths.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < column.lengths.size(); ++i) {
        const unsigned bit = column.lengths[i] >= 0 ? 1 : 0;
        present[i / 8] =
            static_cast<char>(static_cast<std::uint8_t>(present[i / 8]) | bit << i % 8);
    }
    compression.appendStream(to, present, Hint::Plane);
    encodeIntegers(sizeof(std::uint64_t), compression, to);
    return true;
}

void ColumnEncoder::encodeFixedPlanes(const ColumnBuffer& column, const Shape& shape,
                                      Compression& compression, std::string& to)
{
    to.push_back(kFixedPlanes);
    const auto width = static_cast<std::size_t>(shape.longest);
    m_plane.clear();
    m_plane.resize(shape.present);
    for (std::size_t k = 0; k < width; ++k) {
        gatherStrided(column.values.data() + k, width, shape.present, m_plane.data());
        compression.appendStream(to, m_plane.view(), Hint::Plane);
    }
}

void ColumnEncoder::encodeRaggedPlanes(const ColumnBuffer& column, const Shape& shape,
                                       Compression& compression, std::string& to)
{
    const auto count = static_cast<std::size_t>(shape.longest);
    to.push_back(kRaggedPlanes);
    to.push_back(static_cast<char>(count));
    // Plane k starts at k * present: room for all, filled from the front.
    m_plane.clear();
    m_plane.resize(count * shape.present);
    std::array<char*, kLargestPlaneCount> ends{};
    for (std::size_t k = 0; k < count; ++k) {
        ends[k] = m_plane.data() + k * shape.present;
    }
    const char* from = column.values.data();
    for (const std::int32_t length : column.lengths) {
        for (std::int32_t k = 0; k < length; ++k) {
            *ends[static_cast<std::size_t>(k)]++ = *from++;
        }
    }
    for (std::size_t k = 0; k < count; ++k) {
        const char* start = m_plane.data() + k * shape.present;
        compression.appendStream(to, {start, static_cast<std::size_t>(ends[k] - start)},
                                 Hint::Plane);
    }
}

bool ColumnEncoder::encodeDictionary(const ColumnBuffer& column, Compression& compression,
                                     std::string& to)
{
    ValueTable table;
    m_plane.clear();
    m_plane.resize(column.lengths.size());
    const char* from = column.values.data();
    for (std::size_t i = 0; i < column.lengths.size(); ++i) {
        const auto size = static_cast<std::size_t>(presentBytes(column.lengths[i]));
        const int code = table.codeOf(column.lengths[i], {from, size});
        if (code < 0) {
            return false;
        }
        m_plane.data()[i] = static_cast<char>(code);
        from += size;
    }
    to.push_back(kDictionary);
    appendVarint(to, table.entries().size());
    std::string bytes;
    for (const ValueTable::Entry& entry : table.entries()) {
        appendVarint(to, zigzag(entry.length));
        bytes += entry.bytes;
    }
    compression.appendStream(to, m_plane.view(), Hint::Plane);
    compression.appendStream(to, bytes, Hint::Text);
    return true;
}

} // namespace isotherm::repository
