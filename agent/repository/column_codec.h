// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/byte_buffer.h"
#include "agent/repository/compression.h"
#include "shared/base/byte_io.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// One column of one block (FORMAT.md, section 7).
namespace isotherm::repository
{

/// The values of one column, one after another, and every row's length (RowBatch's: -1 NULL, -2
/// absent). Keeps its room from block to block.
struct ColumnBuffer
{
    std::vector<std::int32_t> lengths;
    ByteBuffer values;

    void clear()
    {
        lengths.clear();
        values.clear();
    }
};

/// How the values of a column are laid out in a block.
enum class ValueLayout : std::uint8_t {
    Concatenated,
    FixedPlanes,
    Integers,
    RaggedPlanes,
    Hex,
    Dictionary,
    Decimals
};

/// Encodes one column, block after block. Every now and then it tries all layouts that fit, keeps
/// the smallest, and stays with it. Not thread-safe.
class ColumnEncoder
{
public:
    /// Appends the column's body.
    void encode(const ColumnBuffer& column, Compression& compression, std::string& to);

    [[nodiscard]] ValueLayout layout() const { return m_layout; }

private:
    struct Shape;
    void tryLayouts(const ColumnBuffer& column, const Shape& shape, Compression& compression,
                    std::string& to);
    [[nodiscard]] bool encodeAs(ValueLayout layout, const ColumnBuffer& column, const Shape& shape,
                                Compression& compression, std::string& to);
    void encodeLengths(const ColumnBuffer& column, const Shape& shape, Compression& compression,
                       std::string& to);
    /// Encodes m_integers, sign-extended values of `width` bytes.
    void encodeIntegers(std::size_t width, Compression& compression, std::string& to);
    void encodeFixedPlanes(const ColumnBuffer& column, const Shape& shape, Compression& compression,
                           std::string& to);
    void encodeRaggedPlanes(const ColumnBuffer& column, const Shape& shape,
                            Compression& compression, std::string& to);
    [[nodiscard]] bool encodeDecimals(const ColumnBuffer& column, Compression& compression,
                                      std::string& to);
    [[nodiscard]] bool encodeDictionary(const ColumnBuffer& column, Compression& compression,
                                        std::string& to);

    ValueLayout m_layout = ValueLayout::Concatenated;
    std::uint32_t m_blocksUntilTrial = 0;
    ByteBuffer m_plane;
    ByteBuffer m_packed;
    std::vector<std::uint64_t> m_integers;
    std::vector<std::uint64_t> m_deltas;
};

/// A decoded column: `fixedLength` for all rows, or `lengths`, or a dictionary.
class DecodedColumn
{
public:
    /// Decodes a body of `rows` rows whose value bytes are at most `budget` in all; false when it
    /// is malformed. Takes hostile bytes.
    [[nodiscard]] bool decode(std::string_view body, std::size_t rows, std::uint64_t budget,
                              Compression& compression);

    /// Of all values in all rows.
    [[nodiscard]] std::uint64_t valueBytes() const { return m_valueBytes; }

    /// Walks the rows: length and first byte of row after row. The bytes have ByteBuffer's slack.
    struct Cursor
    {
        const std::int32_t* lengths = nullptr; ///< null: `fixedLength`
        const std::uint8_t* codes = nullptr;   ///< not null: a dictionary
        const std::uint32_t* offsets = nullptr;
        const char* values = nullptr;
        std::int32_t fixedLength = 0;
    };
    [[nodiscard]] Cursor cursor() const;

private:
    [[nodiscard]] bool decodeLengths(ByteReader& reader, std::size_t rows,
                                     Compression& compression);
    [[nodiscard]] bool decodeTwoLengths(ByteReader& reader, std::size_t rows,
                                        Compression& compression);
    [[nodiscard]] bool decodeLengthPlanes(ByteReader& reader, std::size_t rows,
                                          Compression& compression);
    [[nodiscard]] bool decodeDictionary(ByteReader& reader, std::size_t rows, std::uint64_t budget,
                                        Compression& compression);
    [[nodiscard]] bool decodeValues(ByteReader& reader, Compression& compression);
    [[nodiscard]] bool decodeFixedPlanes(ByteReader& reader, Compression& compression);
    [[nodiscard]] bool decodeDecimals(ByteReader& reader, std::size_t rows, std::uint64_t budget,
                                      Compression& compression);
    /// Decodes `count` integers of `width` bytes into m_integers.
    [[nodiscard]] bool decodeIntegers(ByteReader& reader, std::size_t count, unsigned width,
                                      Compression& compression);
    [[nodiscard]] bool decodeRaggedPlanes(ByteReader& reader, Compression& compression);
    [[nodiscard]] bool decodeHex(ByteReader& reader, Compression& compression);
    /// Sums up lengths; false unless each is valid.
    [[nodiscard]] bool measure(std::size_t rows);

    bool m_fixed = false;
    bool m_dictionary = false;
    std::int32_t m_fixedLength = 0;
    std::int32_t m_presentLength = -1; ///< of all present values; -1: they differ
    std::int32_t m_longest = 0;
    std::size_t m_rows = 0;
    std::size_t m_present = 0;
    std::uint64_t m_valueBytes = 0;
    std::vector<std::int32_t> m_lengths;
    std::vector<std::uint32_t> m_offsets;
    ByteBuffer m_values;
    ByteBuffer m_codes;
    ByteBuffer m_plane;
    std::vector<std::uint64_t> m_integers;
};

} // namespace isotherm::repository
