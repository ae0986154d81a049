// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/records.h"
#include "shared/base/byte_io.h"
#include "shared/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Contents of the journal's frames (JOURNAL.md, section 4). Decoders are bounded by what they are
/// given; DataLoss when it is malformed.
namespace isotherm::journal
{

enum class FrameKind : std::uint8_t {
    Relation = 1,
    Chunk = 2,
    Note = 3,
    State = 4,
    Commit = 5,
    Index = 6
};

/// A frame that is reached through the frame table.
struct FrameEntry
{
    FrameKind kind = FrameKind::Chunk;
    std::uint64_t leaf = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
    Lsn lowest;
    Lsn highest;
    std::uint64_t newest = 0; ///< chunk: the highest transaction id in it

    friend bool operator==(const FrameEntry&, const FrameEntry&) = default;
};

/// A commit frame, or an index over all commits of a segment.
struct BatchTable
{
    Lsn position;
    WallTime at{};
    std::uint64_t transactions = 0;
    std::vector<FrameEntry> frames;
    std::vector<Moment> moments;
    std::string chain; ///< index only

    friend bool operator==(const BatchTable&, const BatchTable&) = default;
};

struct MarkerNote
{
    TransactionHeader transaction;
    std::uint64_t sequence = 0;
    engine::SchemaMarker marker;
};

/// One of the two.
struct Note
{
    std::optional<MarkerNote> marker;
    std::optional<Gap> gap;
};

[[nodiscard]] std::string encodeRelation(const engine::ChangeRelation& relation);
[[nodiscard]] Result<engine::ChangeRelation> decodeRelation(std::string_view bytes);

[[nodiscard]] std::string encodeMarker(const MarkerNote& note);
[[nodiscard]] std::string encodeGap(const Gap& gap);
[[nodiscard]] Result<Note> decodeNote(std::string_view bytes);

[[nodiscard]] std::string encodeState(const State& state);
[[nodiscard]] Result<State> decodeState(std::string_view bytes);

[[nodiscard]] std::string encodeTable(const BatchTable& table, FrameKind kind);
[[nodiscard]] Result<BatchTable> decodeTable(std::string_view bytes, FrameKind kind);

void appendTransaction(std::string& to, const TransactionHeader& transaction);
[[nodiscard]] TransactionHeader takeTransaction(ByteReader& reader, bool& ok);

} // namespace isotherm::journal
