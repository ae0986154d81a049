// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/batch_writer.h"

#include <algorithm>
#include <utility>

namespace isotherm::journal
{
namespace
{

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;
constexpr std::size_t kGathered = std::size_t{8} << 20U;

} // namespace

void BatchWriter::begin(const TransactionHeader& transaction)
{
    m_transaction = transaction;
    m_sequence = 0;
    ++m_transactions;
}

Result<std::uint64_t>
BatchWriter::relationOffset(const std::shared_ptr<const engine::ChangeRelation>& relation)
{
    if (const auto known = m_relations.find(relation); known != m_relations.end()) {
        return known->second;
    }
    ISO_ASSIGN(const std::uint64_t offset,
               m_segment.append(FrameKind::Relation, encodeRelation(*relation)));
    m_relations.emplace(relation, offset);
    return offset;
}

Status BatchWriter::add(const Change& change)
{
    ISO_CHECK(change.relation != nullptr);
    ISO_ASSIGN(const std::uint64_t offset, relationOffset(change.relation));
    const auto at = m_chunks.try_emplace(change.relation->leaf.objectId).first;
    ChunkBuilder& chunk = at->second;
    const std::size_t before = chunk.bytes();
    chunk.add(m_transaction, {m_sequence++, change.kind, offset, change.row, change.oldRow});
    m_bytes += chunk.bytes() - before;
    if (chunk.bytes() >= kChunkBytes) {
        return flush(at);
    }
    return m_bytes >= kGathered ? flushLargest() : Status();
}

Status BatchWriter::addMarker(const engine::SchemaMarker& marker)
{
    return addNote(encodeMarker({m_transaction, m_sequence++, marker}), m_transaction.commitLsn,
                   m_transaction.commitLsn);
}

Status BatchWriter::addNote(const std::string& content, Lsn lowest, Lsn highest)
{
    ISO_ASSIGN(const std::uint64_t offset, m_segment.append(FrameKind::Note, content));
    m_frames.push_back({FrameKind::Note, 0, offset, m_segment.lastLength(), lowest, highest, 0});
    return {};
}

Status BatchWriter::addState(const State& state)
{
    ISO_ASSIGN(const std::uint64_t offset, m_segment.append(FrameKind::State, encodeState(state)));
    m_frames.push_back({FrameKind::State, 0, offset, m_segment.lastLength(), Lsn(), Lsn(), 0});
    return {};
}

Status BatchWriter::flush(Chunks::iterator chunk)
{
    const std::uint64_t leaf = chunk->first;
    FrameEntry entry;
    entry.leaf = leaf;
    entry.lowest = chunk->second.lowest();
    entry.highest = chunk->second.highest();
    entry.newest = chunk->second.newest();
    m_bytes -= chunk->second.bytes();
    const std::string content = chunk->second.finish(leaf);
    m_chunks.erase(chunk);
    ISO_ASSIGN(entry.offset, m_segment.append(FrameKind::Chunk, content));
    entry.length = m_segment.lastLength();
    m_frames.push_back(entry);
    return {};
}

Status BatchWriter::flushLargest()
{
    const auto largest =
        std::max_element(m_chunks.begin(), m_chunks.end(), [](const auto& a, const auto& b) {
            return a.second.bytes() < b.second.bytes();
        });
    return flush(largest);
}

Status BatchWriter::finish(BatchTable& table)
{
    while (!m_chunks.empty()) {
        ISO_TRY(flush(m_chunks.begin()));
    }
    table.transactions = m_transactions;
    table.frames = std::exchange(m_frames, {});
    m_transactions = 0;
    const auto offset = m_segment.append(FrameKind::Commit, encodeTable(table, FrameKind::Commit));
    return offset.ok() ? Status() : Status(offset.error());
}

} // namespace isotherm::journal
