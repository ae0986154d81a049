// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/version_cursor.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

/// Heap order: the front is the lowest key, then what has to be loaded, then the newest.
bool comesLater(const std::unique_ptr<VersionCursor>& a, const std::unique_ptr<VersionCursor>& b)
{
    const int order = a->lowerBound().compare(b->lowerBound());
    if (order != 0) {
        return order > 0;
    }
    if (!a->loaded() || !b->loaded()) {
        return a->loaded() && !b->loaded();
    }
    return isNewer(b->current().version, a->current().version);
}

} // namespace

VersionCursor::VersionCursor(std::shared_ptr<const RunFile> run, const CountedStore& store,
                             VersionRange range)
    : m_run(std::move(run)), m_store(store), m_range(std::move(range)),
      m_span(m_run->blocksFor(m_range.keys)), m_decoder(m_run->index().schema.columns.size()),
      m_keyEncoder(m_run->index().schema), m_next(m_span.begin)
{
    skipBlocks();
}

Result<std::unique_ptr<VersionCursor>> VersionCursor::open(std::shared_ptr<const RunFile> run,
                                                           const CountedStore& store,
                                                           VersionRange range)
{
    ISO_ASSIGN(ObjectCipher cipher, run->cipher());
    std::unique_ptr<VersionCursor> cursor(
        new VersionCursor(std::move(run), store, std::move(range)));
    cursor->m_cipher.emplace(std::move(cipher));
    return cursor;
}

void VersionCursor::skipBlocks()
{
    const std::vector<BlockEntry>& blocks = m_run->index().blocks;
    while (!loaded() && m_next < m_span.end && m_range.upTo < blocks[m_next].lowestCommit) {
        ++m_next;
    }
}

std::string_view VersionCursor::key(std::size_t row) const
{
    const std::size_t begin = row == 0 ? 0 : m_keyEnds[row - 1];
    return std::string_view(m_keys).substr(begin, m_keyEnds[row] - begin);
}

std::string_view VersionCursor::lowerBound() const
{
    return loaded() ? key(m_row) : m_run->index().blocks[m_next].first.encoded();
}

VersionView VersionCursor::current() const
{
    const RowVersion& version = m_block.versions[m_row];
    return {
        key(m_row), m_block.rows.row(m_row),
        std::string_view(m_block.previousKeys).substr(version.previousBegin, version.previousSize),
        version};
}

Status VersionCursor::readFrames()
{
    const std::vector<BlockEntry>& blocks = m_run->index().blocks;
    std::size_t end = m_next + 1;
    std::uint64_t length = blocks[m_next].stored;
    while (end < m_span.end && length + blocks[end].stored <= m_range.readAhead) {
        length += blocks[end++].stored;
    }
    ISO_ASSIGN(m_frames, m_store.read(m_run->name(), blocks[m_next].offset, length));
    m_framesBegin = m_next;
    m_framesEnd = end;
    return {};
}

Status VersionCursor::load()
{
    ISO_CHECK(!loaded() && m_next < m_span.end);
    if (m_next >= m_framesEnd) {
        ISO_TRY(readFrames());
    }
    const std::vector<BlockEntry>& blocks = m_run->index().blocks;
    const std::uint64_t at = blocks[m_next].offset - blocks[m_framesBegin].offset;
    Status status = decodeVersionFrame(m_run->index(), m_next,
                                       std::string_view(m_frames).substr(at, blocks[m_next].stored),
                                       *m_cipher, m_decoder, m_block);
    if (status.ok()) {
        status = makeKeys();
    }
    if (!status.ok()) {
        return status.error().within("block " + std::to_string(m_next) + " of " + m_run->name());
    }
    trimToRange();
    ++m_next;
    skipBlocks();
    return {};
}

Status VersionCursor::makeKeys()
{
    m_keys.clear();
    m_keyEnds.clear();
    for (std::size_t i = 0; i < m_block.rows.rowCount(); ++i) {
        if (!m_keyEncoder.append(m_block.rows.row(i), m_keys).ok()) {
            return makeError(Code::DataLoss, "a row in it has no key");
        }
        m_keyEnds.push_back(m_keys.size());
    }
    return {};
}

void VersionCursor::trimToRange()
{
    const auto rowsBelow = [this](const Key& bound) {
        std::size_t low = 0;
        std::size_t high = m_keyEnds.size();
        while (low < high) {
            const std::size_t middle = (low + high) / 2;
            key(middle) < bound.encoded() ? low = middle + 1 : high = middle;
        }
        return low;
    };
    m_row = rowsBelow(m_range.keys.begin);
    m_end = m_range.keys.end ? rowsBelow(*m_range.keys.end) : m_keyEnds.size();
    m_end = std::max(m_row, m_end);
}

VersionMerge::VersionMerge(std::vector<std::unique_ptr<VersionCursor>> cursors,
                           std::stop_token stop)
    : m_cursors(std::move(cursors)), m_stop(std::move(stop))
{
    std::erase_if(m_cursors, [](const auto& cursor) { return cursor->atEnd(); });
    std::make_heap(m_cursors.begin(), m_cursors.end(), comesLater);
}

/// The front cursor has moved.
void VersionMerge::settleFront()
{
    if (m_cursors.size() == 1 && !m_cursors.front()->atEnd()) {
        return;
    }
    std::pop_heap(m_cursors.begin(), m_cursors.end(), comesLater);
    if (m_cursors.back()->atEnd()) {
        m_cursors.pop_back();
    } else {
        std::push_heap(m_cursors.begin(), m_cursors.end(), comesLater);
    }
}

Result<bool> VersionMerge::next()
{
    if (m_started) {
        m_cursors.front()->advance();
        settleFront();
    }
    m_started = true;
    while (!m_cursors.empty() && !m_cursors.front()->loaded()) {
        if (m_stop.stop_requested()) {
            return makeError(Code::Cancelled, "reading was stopped");
        }
        ISO_TRY(m_cursors.front()->load());
        settleFront();
    }
    if (m_cursors.empty()) {
        m_started = false;
        return false;
    }
    m_current = m_cursors.front()->current();
    return true;
}

} // namespace isotherm::repository
