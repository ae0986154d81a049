// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/column_codec.h"
#include "agent/repository/compression.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The plaintext of blocks (FORMAT.md, section 7): rows, column by column.
namespace isotherm::repository
{

inline constexpr std::uint64_t kLargestRow = (std::uint64_t{1} << 31U) - 1;
inline constexpr std::uint64_t kLargestBlock = (std::uint64_t{1} << 31U) + (16U << 20U);
inline constexpr std::uint64_t kMostRowsPerBlock = std::uint64_t{1} << 26U;
inline constexpr std::size_t kMostColumns = 1664;

/// Moved: the tombstone of a row that lives on under another key. (2 is not used.)
enum class VersionKind : std::uint8_t { Row = 0, Tombstone = 1, Moved = 3 };

/// What a delta run knows of a row beside its fields.
struct RowVersion
{
    Lsn commit;
    VersionKind kind = VersionKind::Row;
    std::uint32_t transaction = 0; ///< position in the run's transaction table
    std::uint32_t order = 0;       ///< of the transaction's changes; 0: nobody asks for it
    /// Where the previous key is in what came with the versions; size 0: there is none.
    std::uint32_t previousSize = 0;
    std::size_t previousBegin = 0;

    friend bool operator==(const RowVersion&, const RowVersion&) = default;
};

/// Collects rows column by column and encodes them as one block. Reused for block after block;
/// nothing is allocated per row. Not thread-safe.
class BlockBuilder
{
public:
    /// Precondition: columns ≤ kMostColumns.
    BlockBuilder(std::size_t columns, int compressionLevel);

    /// InvalidArgument if `row` is not `columns` fields; the builder is then of no more use.
    [[nodiscard]] Status add(std::string_view row);
    /// A block holds either versions for all its rows or for none.
    [[nodiscard]] Status add(std::string_view row, const RowVersion& version,
                             std::string_view previousKey = {});

    [[nodiscard]] std::size_t rows() const { return m_rows; }
    [[nodiscard]] std::uint64_t rawBytes() const { return m_rawBytes; }
    /// Keep them far below kMostPreviousKeyBytes.
    [[nodiscard]] std::uint64_t previousKeyBytes() const { return m_previousKeys.size(); }

    /// The block's plaintext; valid until the next call. Precondition: rows() > 0. Starts over.
    [[nodiscard]] std::string_view finish();

    [[nodiscard]] Compression& compression() { return m_compression; }

private:
    void appendVersions();

    Compression m_compression;
    std::vector<ColumnBuffer> m_columns;
    std::vector<ColumnEncoder> m_encoders;
    std::vector<RowVersion> m_versions;
    std::string m_previousKeys;
    bool m_hasOrigins = false;
    std::vector<ColumnBuffer> m_versionColumns;
    std::vector<ColumnEncoder> m_versionEncoders;
    std::string m_body;
    std::string m_block;
    std::size_t m_rows = 0;
    std::uint64_t m_rawBytes = 0;
};

/// What the index says of a block: bounds the memory that hostile bytes can claim.
struct BlockExpectation
{
    std::uint64_t rows = 0;
    std::uint64_t rawBytes = 0;
};

/// Decodes blocks of tables with a given number of columns; keeps its working memory. Not
/// thread-safe.
class BlockDecoder
{
public:
    explicit BlockDecoder(std::size_t columns);

    /// Replaces `batch` by the block's rows. `versions` and `previousKeys` are replaced too: empty
    /// when the block has none. DataLoss when the bytes are malformed or not what was expected,
    /// Unimplemented when a newer version wrote them.
    [[nodiscard]] Status decode(std::string_view block, const BlockExpectation& expected,
                                RowBatch& batch, std::vector<RowVersion>* versions = nullptr,
                                std::string* previousKeys = nullptr);

private:
    [[nodiscard]] Status decodeFields(std::string_view fields, std::uint64_t rows,
                                      std::uint64_t budget);
    [[nodiscard]] bool decodeVersions(std::size_t rows, std::vector<RowVersion>& versions,
                                      std::string& previousKeys) const;
    [[nodiscard]] bool assemble(std::size_t rows, std::uint64_t rawBytes, RowBatch& batch) const;

    Compression m_compression;
    std::vector<DecodedColumn> m_columns;
    std::vector<bool> m_seen;
    std::vector<DecodedColumn> m_versionColumns;
    unsigned m_versionsSeen = 0;
};

} // namespace isotherm::repository
