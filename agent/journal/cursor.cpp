// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/cursor.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace isotherm::journal
{

CursorImpl::CursorImpl(ReadRange range, std::vector<SegmentToRead> segments)
    : m_range(std::move(range)), m_leaves(m_range.leaves.begin(), m_range.leaves.end()),
      m_segments(std::move(segments))
{
}

ByteCount CursorImpl::bytesRead() const
{
    const bool open = m_open && m_segment < m_segments.size();
    return ByteCount(m_bytesRead + (open ? m_segments[m_segment].reader->bytesRead() : 0));
}

bool CursorImpl::inRange(Lsn commit) const
{
    return commit > m_range.first && commit <= m_range.last;
}

bool CursorImpl::concerns(const Note& note) const
{
    const std::vector<std::uint64_t>& ids =
        note.marker ? note.marker->marker.objects : note.gap->leaves;
    return (note.gap && ids.empty()) ||
           std::any_of(ids.begin(), ids.end(),
                       [this](std::uint64_t id) { return m_leaves.contains(id); });
}

Status CursorImpl::loadNote(const FrameEntry& entry)
{
    ISO_ASSIGN(const Frame frame,
               m_segments[m_segment].reader->read(entry.offset, entry.length, FrameKind::Note));
    ISO_ASSIGN(Note note, decodeNote(frame.content));
    if (!concerns(note)) {
        return {};
    }
    PlacedNote placed;
    if (note.marker) {
        placed.lsn = note.marker->transaction.commitLsn;
        placed.sequence = note.marker->sequence;
        if (!inRange(placed.lsn)) {
            return {};
        }
    } else {
        placed.lsn = note.gap->until;
        if (note.gap->until <= m_range.first || note.gap->after >= m_range.last) {
            return {};
        }
    }
    placed.note = std::move(note);
    m_notes.push_back(std::move(placed));
    return {};
}

/// False when there is no further segment.
Result<bool> CursorImpl::openSegment()
{
    if (m_segment >= m_segments.size()) {
        return false;
    }
    m_open = true;
    m_relations.clear();
    m_notes.clear();
    m_noteAt = 0;
    m_lanes.clear();
    SegmentToRead& segment = m_segments[m_segment];
    if (!segment.frames) {
        ISO_ASSIGN(std::optional<BatchTable> index, segment.reader->index());
        if (!index) {
            return makeError(Code::DataLoss, "a journal segment has lost its index");
        }
        segment.frames = std::move(index->frames);
    }
    std::map<std::uint64_t, Lane> lanes;
    for (const FrameEntry& entry : *segment.frames) {
        if (entry.kind == FrameKind::Note) {
            ISO_TRY(loadNote(entry));
        } else if (m_range.changes && entry.kind == FrameKind::Chunk &&
                   m_leaves.contains(entry.leaf) && entry.highest > m_range.first &&
                   entry.lowest <= m_range.last) {
            Lane& lane = lanes[entry.leaf];
            lane.leaf = entry.leaf;
            lane.frames.push_back(entry);
        }
    }
    segment.frames.reset();
    std::stable_sort(m_notes.begin(), m_notes.end(), [](const auto& a, const auto& b) {
        return std::tie(a.lsn, a.sequence) < std::tie(b.lsn, b.sequence);
    });
    for (auto& [leaf, lane] : lanes) {
        m_lanes.push_back(std::move(lane));
    }
    for (Lane& lane : m_lanes) {
        ISO_TRY(advance(lane));
    }
    return true;
}

Status CursorImpl::advance(Lane& lane)
{
    lane.item.reset();
    for (;;) {
        while (!lane.chunk || lane.chunk->atEnd()) {
            if (lane.at >= lane.frames.size()) {
                lane.chunk.reset();
                return {};
            }
            const FrameEntry& entry = lane.frames[lane.at++];
            ISO_ASSIGN(Frame frame, m_segments[m_segment].reader->read(entry.offset, entry.length,
                                                                       FrameKind::Chunk));
            ISO_ASSIGN(Chunk chunk, Chunk::decode(std::move(frame.content), lane.leaf));
            lane.chunk = std::move(chunk);
        }
        ISO_ASSIGN(lane.item, lane.chunk->next());
        if (inRange(lane.chunk->transactions()[lane.item->transaction].commitLsn)) {
            return {};
        }
        lane.item.reset(); // its chunk may be the last one
    }
}

Result<std::shared_ptr<const engine::ChangeRelation>> CursorImpl::relation(std::uint64_t offset)
{
    auto& known = m_relations[offset];
    if (!known) {
        ISO_ASSIGN(const Frame frame,
                   m_segments[m_segment].reader->read(offset, 0, FrameKind::Relation));
        ISO_ASSIGN(engine::ChangeRelation decoded, decodeRelation(frame.content));
        known = std::make_shared<const engine::ChangeRelation>(std::move(decoded));
    }
    return known;
}

Status CursorImpl::showChange(Lane& lane)
{
    const ChunkItem& item = *lane.item;
    m_event.kind = EventKind::Change;
    m_event.transaction = &lane.chunk->transactions()[item.transaction];
    m_event.sequence = item.sequence;
    m_event.change.kind = item.kind;
    m_event.change.row = item.row;
    m_event.change.oldRow = item.oldRow;
    ISO_ASSIGN(m_event.change.relation, relation(lane.chunk->relationOffsets()[item.relation]));
    m_shown = &lane;
    return {};
}

void CursorImpl::showNote(const PlacedNote& placed)
{
    m_event = Event();
    if (placed.note.marker) {
        m_event.kind = EventKind::Marker;
        m_event.transaction = &placed.note.marker->transaction;
        m_event.sequence = placed.sequence;
        m_event.marker = &placed.note.marker->marker;
    } else {
        m_event.kind = EventKind::Gap;
        m_event.gap = &*placed.note.gap;
    }
}

Result<const Event*> CursorImpl::next()
{
    if (m_shown != nullptr) {
        ISO_TRY(advance(*std::exchange(m_shown, nullptr)));
    }
    for (;;) {
        if (!m_open) {
            ISO_ASSIGN(const bool opened, openSegment());
            if (!opened) {
                return static_cast<const Event*>(nullptr);
            }
        }
        const auto placeOf = [](const Lane& lane) {
            return std::pair(lane.chunk->transactions()[lane.item->transaction].commitLsn,
                             lane.item->sequence);
        };
        Lane* least = nullptr;
        for (Lane& lane : m_lanes) {
            if (lane.item && (least == nullptr || placeOf(lane) < placeOf(*least))) {
                least = &lane;
            }
        }
        if (m_noteAt < m_notes.size()) {
            const PlacedNote& placed = m_notes[m_noteAt];
            if (least == nullptr || std::pair(placed.lsn, placed.sequence) < placeOf(*least)) {
                ++m_noteAt;
                showNote(placed);
                return &m_event;
            }
        }
        if (least != nullptr) {
            ISO_TRY(showChange(*least));
            return &m_event;
        }
        m_bytesRead += m_segments[m_segment].reader->bytesRead();
        m_segments[m_segment].reader.reset();
        ++m_segment;
        m_open = false;
    }
}

} // namespace isotherm::journal
