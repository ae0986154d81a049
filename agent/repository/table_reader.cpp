// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/fields.h"
#include "agent/repository/merge_source.h"
#include "agent/repository/table_reader_impl.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

bool liesInside(const RunRef& run, const KeyRange& range)
{
    return range.contains(run.minKey) && range.contains(run.maxKey);
}

bool touches(const RunRef& run, const KeyRange& range)
{
    return !range.empty() && !(run.maxKey < range.begin) && (!range.end || run.minKey < *range.end);
}

} // namespace

TableReaderImpl::TableReaderImpl(storage::ObjectStore& store, const RepositoryKeys& keys,
                                 const Manifest& manifest, std::size_t table)
    : m_store{store, m_bytesRead}, m_keys(keys), m_table(manifest.tables[table]),
      m_range(manifest.range), m_files(m_table.runs.size())
{
}

Result<std::shared_ptr<const RunFile>> TableReaderImpl::file(std::size_t run)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_files[run]) {
            return m_files[run];
        }
    }
    // Two threads may both read an index; the first to finish keeps it.
    ISO_ASSIGN(std::shared_ptr<const RunFile> opened,
               RunFile::open(m_store, m_keys, m_table.runs[run]));
    const std::lock_guard lock(m_mutex);
    if (!m_files[run]) {
        m_files[run] = std::move(opened);
    }
    return m_files[run];
}

Result<std::unique_ptr<RowSource>> TableReaderImpl::openRows(const KeyRange& range,
                                                             std::stop_token stop)
{
    const KeyRange wanted = range.intersection(m_range);
    std::vector<MergeInput> inputs;
    for (std::size_t i = 0; i < m_table.runs.size(); ++i) {
        const RunRef& run = m_table.runs[i];
        if (run.kind != RunKind::Base) {
            return needsNewerVersion("run " + run.object + " is not a base run");
        }
        if (touches(run, wanted)) {
            inputs.push_back(
                {run.minKey, [this, i, wanted]() -> Result<std::unique_ptr<RunCursor>> {
                     ISO_ASSIGN(std::shared_ptr<const RunFile> opened, file(i));
                     return RunCursor::open(std::move(opened), m_store, m_table.schema, wanted);
                 }});
        }
    }
    return std::unique_ptr<RowSource>(
        std::make_unique<MergeSource>(std::move(inputs), std::move(stop)));
}

Result<ReadEstimate> TableReaderImpl::estimate(const KeyRange& range)
{
    const KeyRange wanted = range.intersection(m_range);
    ReadEstimate sum;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < m_table.runs.size(); ++i) {
        const RunRef& run = m_table.runs[i];
        if (!touches(run, wanted)) {
            continue;
        }
        ++sum.runs;
        if (liesInside(run, wanted)) {
            bytes += run.stored.get();
            sum.maxRows += run.rows;
            continue;
        }
        ISO_ASSIGN(const std::shared_ptr<const RunFile> opened, file(i));
        const BlockSpan span = opened->blocksFor(wanted);
        bytes += std::min(run.stored.get(), kTailBytes);
        for (std::size_t block = span.begin; block < span.end; ++block) {
            bytes += opened->index().blocks[block].stored;
            sum.maxRows += opened->index().blocks[block].rows;
            ++sum.blocks;
        }
    }
    sum.bytes = ByteCount(bytes);
    return sum;
}

Result<std::vector<KeyRange>> TableReaderImpl::splitRange(const KeyRange& range, std::size_t parts)
{
    struct Piece
    {
        const Key* first;
        std::uint64_t bytes;
    };
    const KeyRange wanted = range.intersection(m_range);
    std::vector<Piece> pieces;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < m_table.runs.size(); ++i) {
        if (!touches(m_table.runs[i], wanted)) {
            continue;
        }
        ISO_ASSIGN(const std::shared_ptr<const RunFile> opened, file(i));
        const BlockSpan span = opened->blocksFor(wanted);
        for (std::size_t block = span.begin; block < span.end; ++block) {
            const BlockEntry& entry = opened->index().blocks[block];
            pieces.push_back({&entry.first, entry.stored});
            total += entry.stored;
        }
    }
    std::sort(pieces.begin(), pieces.end(),
              [](const Piece& a, const Piece& b) { return *a.first < *b.first; });
    std::vector<KeyRange> ranges{range};
    std::uint64_t before = 0;
    for (const Piece& piece : pieces) {
        // A cut where the next part's share begins, if it is a new key inside the last part.
        const std::uint64_t share = total / std::max<std::size_t>(parts, 1) * ranges.size();
        if (ranges.size() < parts && before >= share && before > 0 &&
            ranges.back().begin < *piece.first && wanted.contains(*piece.first)) {
            KeyRange rest = ranges.back();
            ranges.back().end = *piece.first;
            rest.begin = *piece.first;
            ranges.push_back(std::move(rest));
        }
        before += piece.bytes;
    }
    return ranges;
}

} // namespace isotherm::repository
