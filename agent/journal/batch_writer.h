// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/chunk.h"
#include "agent/journal/journal.h"
#include "agent/journal/segment_file.h"

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace isotherm::journal
{

/// Writes batches into one segment: gathers changes by leaf, in bounded memory. After an error it
/// is of no further use.
class BatchWriter
{
public:
    /// `segment` must outlive it.
    explicit BatchWriter(SegmentWriter& segment) : m_segment(segment) {}

    void begin(const TransactionHeader& transaction);
    [[nodiscard]] Status add(const Change& change);
    [[nodiscard]] Status addMarker(const engine::SchemaMarker& marker);
    [[nodiscard]] Status addNote(const std::string& content, Lsn lowest, Lsn highest);
    [[nodiscard]] Status addState(const State& state);

    /// Ends the batch; fills in what `table` does not say yet.
    [[nodiscard]] Status finish(BatchTable& table);

private:
    using Chunks = std::map<std::uint64_t, ChunkBuilder>; ///< by leaf; none is empty

    /// Writes the chunk and drops it, memory and all: a leaf may not be met again.
    [[nodiscard]] Status flush(Chunks::iterator chunk);
    [[nodiscard]] Status flushLargest();
    [[nodiscard]] Result<std::uint64_t>
    relationOffset(const std::shared_ptr<const engine::ChangeRelation>& relation);

    SegmentWriter& m_segment;
    TransactionHeader m_transaction;
    std::uint64_t m_sequence = 0;
    std::uint64_t m_transactions = 0;
    Chunks m_chunks;
    std::size_t m_bytes = 0;
    std::vector<FrameEntry> m_frames;
    /// Kept alive, so that an address says which it is.
    std::unordered_map<std::shared_ptr<const engine::ChangeRelation>, std::uint64_t> m_relations;
};

} // namespace isotherm::journal
