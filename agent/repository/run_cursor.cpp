// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/run_cursor.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{

RunCursor::RunCursor(std::shared_ptr<const RunFile> run, const CountedStore& store,
                     const TableSchema& schema, KeyRange range)
    : m_run(std::move(run)), m_store(store), m_range(std::move(range)),
      m_span(m_run->blocksFor(m_range)), m_decoder(schema.columns.size()), m_keyEncoder(schema),
      m_next(m_span.begin)
{
}

Result<std::unique_ptr<RunCursor>> RunCursor::open(std::shared_ptr<const RunFile> run,
                                                   const CountedStore& store,
                                                   const TableSchema& schema, const KeyRange& range)
{
    if (run->index().schema.columns.size() != schema.columns.size()) {
        return makeError(Code::DataLoss,
                         "run " + run->name() + " has other columns than its manifest says");
    }
    ISO_ASSIGN(ObjectCipher cipher, run->cipher());
    std::unique_ptr<RunCursor> cursor(new RunCursor(std::move(run), store, schema, range));
    cursor->m_cipher.emplace(std::move(cipher));
    return cursor;
}

std::string_view RunCursor::lowerBound() const
{
    if (loaded() && keysReady()) {
        return key();
    }
    // Before its keys are made, no row of a block was taken one by one.
    return m_run->index().blocks[loaded() ? m_next - 1 : m_next].first.encoded();
}

std::string_view RunCursor::blockUpperBound() const
{
    return m_run->index().blocks[loaded() ? m_next - 1 : m_next].last.encoded();
}

std::string_view RunCursor::key() const
{
    const std::size_t begin = m_row == 0 ? 0 : m_keyEnds[m_row - 1];
    return std::string_view(m_keys).substr(begin, m_keyEnds[m_row] - begin);
}

Status RunCursor::readFrames(std::uint64_t readAhead)
{
    const std::vector<BlockEntry>& blocks = m_run->index().blocks;
    std::size_t end = m_next + 1;
    std::uint64_t length = blocks[m_next].stored;
    while (end < m_span.end && length + blocks[end].stored <= readAhead) {
        length += blocks[end].stored;
        ++end;
    }
    auto frames = m_store.read(m_run->name(), blocks[m_next].offset, length);
    if (!frames.ok()) {
        return frames.error();
    }
    m_frames = std::move(frames).value();
    m_framesBegin = m_next;
    m_framesEnd = end;
    return {};
}

Status RunCursor::load(std::uint64_t readAhead)
{
    ISO_CHECK(!loaded() && m_next < m_span.end);
    if (m_next >= m_framesEnd) {
        ISO_TRY(readFrames(readAhead));
    }
    const std::vector<BlockEntry>& blocks = m_run->index().blocks;
    const std::uint64_t at = blocks[m_next].offset - blocks[m_framesBegin].offset;
    const auto frame = std::string_view(m_frames).substr(at, blocks[m_next].stored);
    Status status = decodeBlockFrame(m_run->index(), m_next, frame, *m_cipher, m_decoder, m_batch);
    m_keys.clear();
    m_keyEnds.clear();
    if (status.ok()) {
        m_row = 0;
        m_rows = m_batch.rowCount();
        status = trimToRange();
    }
    if (!status.ok()) {
        m_rows = m_row = 0;
        return status.error().within("block " + std::to_string(m_next) + " of " + m_run->name());
    }
    ++m_next;
    return {};
}

Status RunCursor::makeKeys()
{
    m_keys.clear();
    m_keyEnds.clear();
    for (std::size_t i = 0; i < m_batch.rowCount(); ++i) {
        if (!m_keyEncoder.append(m_batch.row(i), m_keys).ok()) {
            return makeError(Code::DataLoss, "a row in it has no key");
        }
        m_keyEnds.push_back(m_keys.size());
    }
    return {};
}

Status RunCursor::trimToRange()
{
    const BlockEntry& block = m_run->index().blocks[m_next];
    const bool cutsEnd = m_range.end && !(block.last < *m_range.end);
    const bool cutsBegin = block.first < m_range.begin;
    if (!cutsEnd && !cutsBegin) {
        return {};
    }
    ISO_TRY(makeKeys());
    const auto rowsBelow = [this](const Key& bound) {
        std::size_t low = 0;
        std::size_t high = m_batch.rowCount();
        while (low < high) {
            m_row = (low + high) / 2;
            key() < bound.encoded() ? low = m_row + 1 : high = m_row;
        }
        return low;
    };
    m_rows = cutsEnd ? rowsBelow(*m_range.end) : m_rows;
    m_row = cutsBegin ? rowsBelow(m_range.begin) : 0;
    m_row = std::min(m_row, m_rows);
    return {};
}

void RunCursor::takeBlock(RowBatch& batch)
{
    if (batch.rowCount() == 0 && m_row == 0 && m_rows == m_batch.rowCount()) {
        std::swap(batch, m_batch);
    } else {
        for (; m_row < m_rows; ++m_row) {
            batch.append(m_batch.row(m_row));
        }
    }
    m_row = m_rows = 0;
    m_batch.clear();
    m_keyEnds.clear();
}

} // namespace isotherm::repository
