// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/chunk.h"
#include "agent/journal/journal.h"
#include "agent/journal/segment_file.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace isotherm::journal
{

/// One segment to look into: opened already, so that it may be dropped meanwhile.
struct SegmentToRead
{
    std::unique_ptr<SegmentReader> reader;
    std::optional<std::vector<FrameEntry>> frames; ///< of the newest segment; else in its index
};

/// Journal::read: segment by segment, in each a merge over the leaves.
class CursorImpl final : public Cursor
{
public:
    CursorImpl(ReadRange range, std::vector<SegmentToRead> segments);

    [[nodiscard]] Result<const Event*> next() override;
    [[nodiscard]] ByteCount bytesRead() const override;

private:
    /// What comes next of one leaf.
    struct Lane
    {
        std::uint64_t leaf = 0;
        std::vector<FrameEntry> frames;
        std::size_t at = 0;
        std::optional<Chunk> chunk;
        std::optional<ChunkItem> item; ///< into `chunk`
    };
    /// Notes of the segment, in order.
    struct PlacedNote
    {
        Lsn lsn;
        std::uint64_t sequence = 0;
        Note note;
    };

    [[nodiscard]] Result<bool> openSegment();
    [[nodiscard]] Status loadNote(const FrameEntry& entry);
    [[nodiscard]] bool concerns(const Note& note) const;
    [[nodiscard]] bool inRange(Lsn commit) const;
    /// Moves to the lane's next change in the range; its item is empty at the end.
    [[nodiscard]] Status advance(Lane& lane);
    [[nodiscard]] Result<std::shared_ptr<const engine::ChangeRelation>>
    relation(std::uint64_t offset);
    [[nodiscard]] Status showChange(Lane& lane);
    void showNote(const PlacedNote& placed);

    const ReadRange m_range;
    std::set<std::uint64_t> m_leaves;
    std::vector<SegmentToRead> m_segments;
    std::size_t m_segment = 0;
    bool m_open = false;
    std::vector<Lane> m_lanes;
    Lane* m_shown = nullptr; ///< its item was given out last
    std::vector<PlacedNote> m_notes;
    std::size_t m_noteAt = 0;
    std::map<std::uint64_t, std::shared_ptr<const engine::ChangeRelation>> m_relations;
    std::uint64_t m_bytesRead = 0; ///< of segments that are done
    Event m_event;
};

} // namespace isotherm::journal
