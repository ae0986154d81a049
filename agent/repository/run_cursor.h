// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/byte_buffer.h"
#include "agent/repository/run_file.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// Walks the rows of one run that lie in a range, in key order, block by block. Reads neighbouring
/// blocks in one go. Not thread-safe.
class RunCursor
{
public:
    /// `schema` is of the run's rows; `run` and `store` must outlive the cursor.
    [[nodiscard]] static Result<std::unique_ptr<RunCursor>> open(std::shared_ptr<const RunFile> run,
                                                                 const CountedStore& store,
                                                                 const TableSchema& schema,
                                                                 const KeyRange& range);

    [[nodiscard]] bool atEnd() const { return m_row == m_rows && m_next == m_span.end; }

    /// Not above the next row's key. Precondition: !atEnd().
    [[nodiscard]] std::string_view lowerBound() const;
    /// Not below any key of the rest of the current block, or of the next one when none is loaded.
    [[nodiscard]] std::string_view blockUpperBound() const;

    /// True while rows of a decoded block are left.
    [[nodiscard]] bool loaded() const { return m_row < m_rows; }
    /// Decodes the next block; it may turn out to have no row in the range. Reads up to `readAhead`
    /// bytes of blocks at once, and at least one block.
    [[nodiscard]] Status load(std::uint64_t readAhead);

    /// Keys cost time, and a block that is taken whole needs none. DataLoss if a row has no key.
    [[nodiscard]] bool keysReady() const { return m_keyEnds.size() == m_batch.rowCount(); }
    [[nodiscard]] Status makeKeys();

    /// The next row and its key. Preconditions: loaded(), for key() keysReady().
    [[nodiscard]] std::string_view row() const { return m_batch.row(m_row); }
    [[nodiscard]] std::string_view key() const;
    void advance() { ++m_row; }

    /// Moves the rest of the block to the end of `batch`.
    void takeBlock(RowBatch& batch);

private:
    RunCursor(std::shared_ptr<const RunFile> run, const CountedStore& store,
              const TableSchema& schema, KeyRange range);
    [[nodiscard]] Status readFrames(std::uint64_t readAhead);
    [[nodiscard]] Status trimToRange();

    std::shared_ptr<const RunFile> m_run;
    CountedStore m_store;
    KeyRange m_range;
    BlockSpan m_span;
    std::optional<ObjectCipher> m_cipher;
    BlockDecoder m_decoder;
    RowKeyEncoder m_keyEncoder;
    std::size_t m_next = 0;        ///< block to load next
    std::string m_frames;          ///< frames read ahead
    std::size_t m_framesBegin = 0; ///< the first block in m_frames
    std::size_t m_framesEnd = 0;
    RowBatch m_batch;
    std::size_t m_row = 0;
    std::size_t m_rows = 0; ///< end of the rows in the range
    std::string m_keys;
    std::vector<std::size_t> m_keyEnds;
};

} // namespace isotherm::repository
