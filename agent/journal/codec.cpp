// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/codec.h"

#include "agent/repository/crypto.h"
#include "agent/repository/fields.h"
#include "agent/repository/schema_codec.h"

namespace isotherm::journal
{
namespace
{

constexpr std::uint8_t kMarkerNote = 1;
constexpr std::uint8_t kGapNote = 2;

Error damaged(const std::string& what)
{
    return makeError(Code::DataLoss, what + " of the journal is malformed");
}

void appendSigned(std::string& to, std::int64_t value)
{
    appendVarint(to, repository::zigzag(value));
}
std::int64_t takeSigned(ByteReader& reader)
{
    return repository::unzigzag(reader.takeVarint());
}
void appendByte(std::string& to, std::uint8_t value)
{
    to.push_back(static_cast<char>(value));
}
std::string takeText(ByteReader& reader)
{
    return std::string(reader.takeSized());
}

/// A count of things that take at least one byte each.
std::uint64_t takeCount(ByteReader& reader, bool& ok)
{
    const std::uint64_t count = reader.takeVarint();
    ok = ok && reader.ok() && count <= reader.remaining();
    return ok ? count : 0;
}

void appendIds(std::string& to, const std::vector<std::uint64_t>& ids)
{
    appendVarint(to, ids.size());
    for (const std::uint64_t id : ids) {
        appendVarint(to, id);
    }
}

std::vector<std::uint64_t> takeIds(ByteReader& reader, bool& ok)
{
    std::vector<std::uint64_t> ids(takeCount(reader, ok));
    for (std::uint64_t& id : ids) {
        id = reader.takeVarint();
    }
    return ids;
}

void appendEarlier(std::string& to, const std::vector<EarlierBeginning>& earlier)
{
    appendVarint(to, earlier.size());
    for (const EarlierBeginning& beginning : earlier) {
        appendVarint(to, beginning.fence);
        appendVarint(to, beginning.mustShow);
        appendVarint(to, beginning.until.get());
    }
}

std::vector<EarlierBeginning> takeEarlier(ByteReader& reader, bool& ok)
{
    std::vector<EarlierBeginning> earlier(takeCount(reader, ok));
    for (EarlierBeginning& beginning : earlier) {
        beginning.fence = reader.takeVarint();
        beginning.mustShow = reader.takeVarint();
        beginning.until = Lsn(reader.takeVarint());
    }
    return earlier;
}

void appendDefinition(std::string& to, const engine::TableDefinition& definition)
{
    appendVarint(to, definition.tableId);
    appendSized(to, repository::encodeSchema(definition.schema));
    for (const std::optional<std::string>& missing : definition.missing) {
        appendByte(to, missing ? 1 : 0);
        if (missing) {
            appendSized(to, *missing);
        }
    }
    appendSized(to, definition.unknown);
}

Result<engine::TableDefinition> takeDefinition(ByteReader& reader)
{
    engine::TableDefinition definition;
    definition.tableId = reader.takeVarint();
    ISO_ASSIGN(definition.schema, repository::decodeSchema(reader.takeSized()));
    for (std::size_t i = 0; i < definition.schema.columns.size(); ++i) {
        const bool present = reader.takeBigEndian<std::uint8_t>() != 0;
        definition.missing.push_back(present ? std::optional(takeText(reader)) : std::nullopt);
    }
    definition.unknown = takeText(reader);
    return definition;
}

bool whole(const ByteReader& reader, bool ok)
{
    return ok && reader.ok() && reader.atEnd();
}

} // namespace

std::string encodeRelation(const engine::ChangeRelation& relation)
{
    std::string to;
    appendVarint(to, relation.leaf.objectId);
    appendSized(to, relation.leaf.schema);
    appendSized(to, relation.leaf.name);
    appendVarint(to, relation.tableId);
    appendByte(to, relation.fullOldRows ? 1 : 0);
    appendVarint(to, relation.columns.size());
    for (const engine::ChangeColumn& column : relation.columns) {
        appendSized(to, column.name);
        appendSized(to, column.typeName);
        appendByte(to, static_cast<std::uint8_t>(column.encoding));
        appendByte(to, column.key ? 1 : 0);
    }
    return to;
}

Result<engine::ChangeRelation> decodeRelation(std::string_view bytes)
{
    ByteReader reader(bytes);
    bool ok = true;
    engine::ChangeRelation relation;
    relation.leaf.objectId = reader.takeVarint();
    relation.leaf.schema = takeText(reader);
    relation.leaf.name = takeText(reader);
    relation.tableId = reader.takeVarint();
    relation.fullOldRows = reader.takeBigEndian<std::uint8_t>() != 0;
    relation.columns.resize(takeCount(reader, ok));
    for (engine::ChangeColumn& column : relation.columns) {
        column.name = takeText(reader);
        column.typeName = takeText(reader);
        const auto encoding = reader.takeBigEndian<std::uint8_t>();
        ok = ok && (encoding == 1 || encoding == 2);
        column.encoding = static_cast<ValueEncoding>(encoding);
        column.key = reader.takeBigEndian<std::uint8_t>() != 0;
    }
    return whole(reader, ok) ? Result<engine::ChangeRelation>(std::move(relation))
                             : Result<engine::ChangeRelation>(damaged("a relation"));
}

void appendTransaction(std::string& to, const TransactionHeader& transaction)
{
    appendVarint(to, transaction.id);
    appendVarint(to, transaction.commitLsn.get());
    appendVarint(to, transaction.endLsn.get());
    appendSigned(to, toUnixMicros(transaction.time));
    appendByte(to, transaction.otherOrigin ? 1 : 0);
    appendIds(to, transaction.leaves);
}

TransactionHeader takeTransaction(ByteReader& reader, bool& ok)
{
    TransactionHeader transaction;
    transaction.id = reader.takeVarint();
    transaction.commitLsn = Lsn(reader.takeVarint());
    transaction.endLsn = Lsn(reader.takeVarint());
    transaction.time = fromUnixMicros(takeSigned(reader));
    transaction.otherOrigin = reader.takeBigEndian<std::uint8_t>() != 0;
    transaction.leaves = takeIds(reader, ok);
    return transaction;
}

std::string encodeMarker(const MarkerNote& note)
{
    std::string to;
    appendByte(to, kMarkerNote);
    appendTransaction(to, note.transaction);
    appendVarint(to, note.sequence);
    appendByte(to, static_cast<std::uint8_t>(note.marker.kind));
    appendIds(to, note.marker.objects);
    appendSized(to, note.marker.what);
    appendSized(to, note.marker.statement);
    appendSigned(to, note.marker.reason);
    if (note.marker.definition) {
        appendDefinition(to, *note.marker.definition);
    }
    return to;
}

std::string encodeGap(const Gap& gap)
{
    std::string to;
    appendByte(to, kGapNote);
    appendVarint(to, gap.after.get());
    appendVarint(to, gap.until.get());
    appendSigned(to, toUnixMicros(gap.at));
    appendIds(to, gap.leaves);
    appendSized(to, gap.reason);
    return to;
}

Result<Note> decodeNote(std::string_view bytes)
{
    ByteReader reader(bytes);
    bool ok = true;
    Note note;
    const auto what = reader.takeBigEndian<std::uint8_t>();
    if (what == kMarkerNote) {
        MarkerNote& marker = note.marker.emplace();
        marker.transaction = takeTransaction(reader, ok);
        marker.sequence = reader.takeVarint();
        const auto kind = reader.takeBigEndian<std::uint8_t>();
        ok = ok && kind >= 1 && kind <= 3;
        marker.marker.kind = static_cast<engine::MarkerKind>(kind);
        marker.marker.objects = takeIds(reader, ok);
        marker.marker.what = takeText(reader);
        marker.marker.statement = takeText(reader);
        marker.marker.reason = static_cast<int>(takeSigned(reader));
        if (ok && reader.ok() && !reader.atEnd()) {
            ISO_ASSIGN(marker.marker.definition, takeDefinition(reader));
        }
    } else if (what == kGapNote) {
        Gap& gap = note.gap.emplace();
        gap.after = Lsn(reader.takeVarint());
        gap.until = Lsn(reader.takeVarint());
        gap.at = fromUnixMicros(takeSigned(reader));
        gap.leaves = takeIds(reader, ok);
        gap.reason = takeText(reader);
    } else {
        ok = false;
    }
    return whole(reader, ok) ? Result<Note>(std::move(note)) : Result<Note>(damaged("a note"));
}

std::string encodeState(const State& state)
{
    std::string to;
    appendVarint(to, state.epoch.number);
    appendVarint(to, state.epoch.timeline);
    appendVarint(to, state.epoch.start.get());
    appendVarint(to, state.epoch.fence);
    appendSized(to, state.epoch.systemId);
    appendSized(to, state.epoch.identity);
    appendVarint(to, state.tables.size());
    for (const auto& [id, table] : state.tables) {
        appendVarint(to, id);
        appendSized(to, table.name);
        appendByte(to, table.captured ? 1 : 0);
        appendVarint(to, table.fence);
        appendVarint(to, table.since.get());
        appendSized(to, table.reason);
    }
    appendVarint(to, state.leaves.size());
    for (const auto& [id, leaf] : state.leaves) {
        appendVarint(to, id);
        appendVarint(to, leaf.table);
        appendVarint(to, leaf.fence);
        appendVarint(to, leaf.since.get());
        appendSized(to, leaf.reason);
    }
    appendVarint(to, state.newestBefore);
    appendVarint(to, state.ended.size());
    for (const auto& [id, leaf] : state.ended) {
        appendVarint(to, id);
        appendVarint(to, leaf.table);
        appendVarint(to, leaf.fence);
        appendVarint(to, leaf.at.get());
        appendSized(to, leaf.reason);
    }
    for (const auto& [id, table] : state.tables) {
        appendSized(to, table.shape);
        appendVarint(to, table.shapeAt.get());
    }
    for (const auto& [id, leaf] : state.leaves) {
        appendVarint(to, leaf.mustShow);
    }
    for (const auto& [id, leaf] : state.ended) {
        appendVarint(to, leaf.mustShow);
    }
    for (const auto& [id, leaf] : state.leaves) {
        appendEarlier(to, leaf.earlier);
    }
    for (const auto& [id, leaf] : state.ended) {
        appendEarlier(to, leaf.earlier);
    }
    return to;
}

Result<State> decodeState(std::string_view bytes)
{
    ByteReader reader(bytes);
    bool ok = true;
    State state;
    state.epoch.number = static_cast<std::uint32_t>(reader.takeVarint());
    state.epoch.timeline = static_cast<std::uint32_t>(reader.takeVarint());
    state.epoch.start = Lsn(reader.takeVarint());
    state.epoch.fence = reader.takeVarint();
    state.epoch.systemId = takeText(reader);
    state.epoch.identity = takeText(reader);
    for (std::uint64_t left = takeCount(reader, ok); left > 0 && reader.ok(); --left) {
        TableState& table = state.tables[reader.takeVarint()];
        table.name = takeText(reader);
        table.captured = reader.takeBigEndian<std::uint8_t>() != 0;
        table.fence = reader.takeVarint();
        table.since = Lsn(reader.takeVarint());
        table.reason = takeText(reader);
    }
    for (std::uint64_t left = takeCount(reader, ok); left > 0 && reader.ok(); --left) {
        LeafState& leaf = state.leaves[reader.takeVarint()];
        leaf.table = reader.takeVarint();
        leaf.fence = reader.takeVarint();
        leaf.since = Lsn(reader.takeVarint());
        leaf.reason = takeText(reader);
    }
    if (ok && reader.ok() && !reader.atEnd()) { // since 1.1
        state.newestBefore = reader.takeVarint();
        for (std::uint64_t left = takeCount(reader, ok); left > 0 && reader.ok(); --left) {
            EndedLeaf& leaf = state.ended[reader.takeVarint()];
            leaf.table = reader.takeVarint();
            leaf.fence = reader.takeVarint();
            leaf.at = Lsn(reader.takeVarint());
            leaf.reason = takeText(reader);
        }
        for (auto& [id, table] : state.tables) {
            table.shape = takeText(reader);
            table.shapeAt = Lsn(reader.takeVarint());
        }
    }
    if (ok && reader.ok() && !reader.atEnd()) { // since 1.2
        for (auto& [id, leaf] : state.leaves) {
            leaf.mustShow = reader.takeVarint();
        }
        for (auto& [id, leaf] : state.ended) {
            leaf.mustShow = reader.takeVarint();
        }
    }
    if (ok && reader.ok() && !reader.atEnd()) { // since 1.3
        for (auto& [id, leaf] : state.leaves) {
            leaf.earlier = takeEarlier(reader, ok);
        }
        for (auto& [id, leaf] : state.ended) {
            leaf.earlier = takeEarlier(reader, ok);
        }
    }
    return whole(reader, ok) ? Result<State>(std::move(state))
                             : Result<State>(damaged("the state"));
}

std::string encodeTable(const BatchTable& table, FrameKind kind)
{
    std::string to;
    appendVarint(to, table.position.get());
    appendSigned(to, toUnixMicros(table.at));
    appendVarint(to, table.transactions);
    appendVarint(to, table.frames.size());
    for (const FrameEntry& frame : table.frames) {
        appendByte(to, static_cast<std::uint8_t>(frame.kind));
        appendVarint(to, frame.leaf);
        appendVarint(to, frame.offset);
        appendVarint(to, frame.length);
        appendVarint(to, frame.lowest.get());
        appendVarint(to, frame.highest.get());
        appendVarint(to, frame.newest);
    }
    appendVarint(to, table.moments.size());
    for (const Moment& moment : table.moments) {
        appendSigned(to, toUnixMicros(moment.time));
        appendVarint(to, moment.lsn.get());
    }
    if (kind == FrameKind::Index) {
        to += table.chain;
    }
    return to;
}

Result<BatchTable> decodeTable(std::string_view bytes, FrameKind kind)
{
    ByteReader reader(bytes);
    bool ok = true;
    BatchTable table;
    table.position = Lsn(reader.takeVarint());
    table.at = fromUnixMicros(takeSigned(reader));
    table.transactions = reader.takeVarint();
    table.frames.resize(takeCount(reader, ok));
    for (FrameEntry& frame : table.frames) {
        frame.kind = static_cast<FrameKind>(reader.takeBigEndian<std::uint8_t>());
        frame.leaf = reader.takeVarint();
        frame.offset = reader.takeVarint();
        frame.length = reader.takeVarint();
        frame.lowest = Lsn(reader.takeVarint());
        frame.highest = Lsn(reader.takeVarint());
        frame.newest = reader.takeVarint();
        ok = ok && (frame.kind == FrameKind::Chunk || frame.kind == FrameKind::Note ||
                    frame.kind == FrameKind::State);
    }
    table.moments.resize(takeCount(reader, ok));
    for (Moment& moment : table.moments) {
        moment.time = fromUnixMicros(takeSigned(reader));
        moment.lsn = Lsn(reader.takeVarint());
    }
    if (kind == FrameKind::Index) {
        table.chain = reader.take(repository::kDigestBytes);
    }
    return whole(reader, ok) ? Result<BatchTable>(std::move(table))
                             : Result<BatchTable>(damaged("a frame table"));
}

} // namespace isotherm::journal
