// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/run_index.h"

#include "agent/repository/block_codec.h"
#include "agent/repository/compression.h"
#include "agent/repository/fields.h"
#include "agent/repository/schema_codec.h"

#include <algorithm>

namespace isotherm::repository
{
namespace
{

constexpr int kContainerLevel = 3;
constexpr std::string_view kEndMagic = "ISOTEND\n";

enum Field : std::uint32_t {
    kKind = 1,
    kSchema,
    kVisibility,
    kLsn,
    kAsOf,
    kRows,
    kVersions,
    kRaw,
    kChecksum,
    kMinKey,
    kMaxKey,
    kBlocks,
    kInterval,
    kTransactions,
    kTruncate,
    kTransactionIds,
    kCut,
    kOnlyTransactions
};
constexpr std::uint32_t kBlockCommits = 1;
enum TruncateField : std::uint32_t {
    kTruncateCommit = 1,
    kTruncateTransaction,
    kTruncateBegin,
    kTruncateEnd
};

void appendKey(std::string& to, const Key& previous, const Key& key)
{
    const std::string& a = previous.encoded();
    const std::string& b = key.encoded();
    const auto shared = static_cast<std::size_t>(
        std::mismatch(b.begin(),
                      b.begin() + static_cast<std::ptrdiff_t>(std::min(a.size(), b.size())),
                      a.begin())
            .first -
        b.begin());
    appendVarint(to, shared);
    appendSized(to, std::string_view(b).substr(shared));
}

/// False when malformed.
bool takeKey(ByteReader& reader, const Key& previous, Key& key)
{
    const std::uint64_t shared = reader.takeVarint();
    const std::string_view rest = reader.takeSized();
    if (!reader.ok() || shared > previous.encoded().size() ||
        shared + rest.size() > kLongestKeyBound + 1) {
        return false;
    }
    std::string encoded = previous.encoded().substr(0, shared);
    encoded += rest;
    key = Key(std::move(encoded));
    return true;
}

std::string encodePair(std::uint64_t first, std::uint64_t second)
{
    std::string bytes;
    appendVarint(bytes, first);
    appendVarint(bytes, second);
    return bytes;
}

/// False when it is not two varints.
bool takePair(std::string_view bytes, std::uint64_t& first, std::uint64_t& second)
{
    ByteReader reader(bytes);
    first = reader.takeVarint();
    second = reader.takeVarint();
    return reader.ok() && reader.atEnd();
}

std::string encodeBlocks(const RunIndex& index)
{
    const std::vector<BlockEntry>& blocks = index.blocks;
    std::string bytes;
    appendVarint(bytes, blocks.size());
    Key previous;
    for (const BlockEntry& block : blocks) {
        ISO_CHECK(block.id.size() == kTagBytes);
        appendVarint(bytes, block.stored);
        appendVarint(bytes, block.raw);
        appendVarint(bytes, block.rows);
        appendVarint(bytes, 0); // the only schema
        bytes += block.id;
        appendKey(bytes, previous, block.first);
        appendKey(bytes, block.first, block.last);
        std::string fields;
        if (index.kind == RunKind::Delta) {
            FieldWriter(fields).bytes(
                kBlockCommits, Need::Critical,
                encodePair(block.lowestCommit.get(), block.highestCommit.get()));
        }
        appendSized(bytes, fields);
        previous = block.last;
    }
    return bytes;
}

Status takeBlock(ByteReader& reader, const BlockEntry& previous, BlockEntry& block)
{
    block.stored = reader.takeVarint();
    block.raw = reader.takeVarint();
    block.rows = reader.takeVarint();
    const std::uint64_t schema = reader.takeVarint();
    block.id = reader.take(kTagBytes);
    if (!reader.ok() || schema != 0 || block.stored <= kFrameOverhead ||
        block.raw > kLargestBlock || block.rows == 0 || block.rows > kMostRowsPerBlock ||
        !takeKey(reader, previous.last, block.first) || !takeKey(reader, block.first, block.last) ||
        block.last < block.first || block.first < previous.first || block.last < previous.last) {
        return malformedBytes("the block table");
    }
    FieldReader fields(reader.takeSized());
    while (fields.next()) {
        std::uint64_t lowest = 0;
        std::uint64_t highest = 0;
        if (fields.field().number != kBlockCommits) {
            fields.unknown();
        } else if (!takePair(fields.bytes(), lowest, highest)) {
            fields.malformed();
        }
        block.lowestCommit = Lsn(lowest);
        block.highestCommit = Lsn(highest);
    }
    ISO_TRY(fields.status("the block table"));
    return reader.ok() ? Status() : Status(malformedBytes("the block table"));
}

Status decodeBlocks(std::string_view bytes, RunIndex& index)
{
    ByteReader reader(bytes);
    const std::uint64_t count = reader.takeVarint();
    // Every entry takes bytes, so a wild count cannot make us reserve much.
    if (!reader.ok() || count > reader.remaining() / kTagBytes) {
        return malformedBytes("the block table");
    }
    index.blocks.reserve(count);
    BlockEntry previous;
    for (std::uint64_t i = 0; i < count; ++i) {
        BlockEntry block;
        ISO_TRY(takeBlock(reader, previous, block));
        previous = block;
        index.blocks.push_back(std::move(block));
    }
    return reader.atEnd() ? Status() : Status(malformedBytes("the block table"));
}

/// Frames lie back to back; false unless they end at `end`.
template <class Frames>
bool layOut(Frames& frames, std::uint64_t& offset, std::uint64_t end)
{
    for (auto& frame : frames) {
        frame.offset = offset;
        if (frame.stored > end - offset) {
            return false;
        }
        offset += frame.stored;
    }
    return true;
}

/// What a delta must keep to, and a base must not have.
bool deltaConsistent(const RunIndex& index)
{
    if (index.kind == RunKind::Base) {
        return index.transactions.empty() && index.truncates.empty() && index.last == Lsn() &&
               index.first == Lsn();
    }
    const std::uint64_t count = index.transactionCount();
    const auto inside = [&](Lsn commit) { return index.first < commit && commit <= index.last; };
    return index.first < index.last && !index.cut &&
           std::all_of(index.blocks.begin(), index.blocks.end(),
                       [&](const BlockEntry& block) {
                           return inside(block.lowestCommit) && inside(block.highestCommit) &&
                                  block.lowestCommit <= block.highestCommit;
                       }) &&
           std::all_of(index.truncates.begin(), index.truncates.end(),
                       [&](const TruncateEntry& truncate) {
                           return inside(truncate.commit) && truncate.transaction < count;
                       }) &&
           std::is_sorted(index.transactions.begin(), index.transactions.end(),
                          [](const TransactionFrame& a, const TransactionFrame& b) {
                              return a.firstCommit < b.firstCommit;
                          });
}

/// Counts, keys and sizes must agree with the block table.
bool consistent(RunIndex& index, std::uint64_t framesEnd)
{
    std::uint64_t offset = kObjectHeaderBytes;
    if (!deltaConsistent(index) || framesEnd < offset || !layOut(index.blocks, offset, framesEnd) ||
        !layOut(index.transactions, offset, framesEnd) || offset != framesEnd ||
        index.checksum.rows() != index.versions || index.rows > index.versions) {
        return false;
    }
    if (index.blocks.empty()) {
        return (!index.truncates.empty() || !index.transactions.empty()) && index.versions == 0 &&
               index.raw == 0 && index.minKey.empty() && index.maxKey.empty();
    }
    if (index.kind == RunKind::Base && index.rows != index.versions) {
        return false;
    }
    std::uint64_t rows = 0;
    std::uint64_t raw = 0;
    for (const BlockEntry& block : index.blocks) {
        rows += block.rows;
        raw += block.raw;
    }
    const BlockEntry& last = index.blocks.back();
    return rows == index.versions && raw == index.raw &&
           index.minKey == index.blocks.front().first && index.maxKey == last.last;
}

Status takeKind(FieldReader& reader, RunIndex& index)
{
    const std::uint64_t kind = reader.integer();
    if (kind != static_cast<std::uint64_t>(RunKind::Base) &&
        kind != static_cast<std::uint64_t>(RunKind::Delta)) {
        return needsNewerVersion("the run is of kind " + std::to_string(kind));
    }
    index.kind = static_cast<RunKind>(kind);
    return {};
}

std::string encodeTransactionFrames(const std::vector<TransactionFrame>& frames)
{
    std::string bytes;
    appendVarint(bytes, frames.size());
    for (const TransactionFrame& frame : frames) {
        appendVarint(bytes, frame.stored);
        appendVarint(bytes, frame.rows);
        appendVarint(bytes, frame.raw);
        appendVarint(bytes, frame.firstCommit.get());
    }
    return bytes;
}

Status decodeTransactionFrames(std::string_view bytes, std::vector<TransactionFrame>& frames)
{
    ByteReader reader(bytes);
    const std::uint64_t count = reader.takeVarint();
    if (!reader.ok() || count > reader.remaining()) {
        return malformedBytes("the list of transaction frames");
    }
    frames.clear();
    for (std::uint64_t i = 0; i < count; ++i) {
        TransactionFrame frame;
        frame.stored = reader.takeVarint();
        frame.rows = reader.takeVarint();
        frame.raw = reader.takeVarint();
        frame.firstCommit = Lsn(reader.takeVarint());
        if (!reader.ok() || frame.stored <= kFrameOverhead || frame.rows == 0 ||
            frame.rows > kMostRowsPerBlock || frame.raw > kLargestBlock) {
            return malformedBytes("the list of transaction frames");
        }
        frames.push_back(frame);
    }
    return reader.atEnd() ? Status() : Status(malformedBytes("the list of transaction frames"));
}

std::string encodeTruncate(const TruncateEntry& truncate)
{
    std::string record;
    FieldWriter writer(record);
    writer.integer(kTruncateCommit, Need::Critical, truncate.commit.get());
    writer.integer(kTruncateTransaction, Need::Critical, truncate.transaction);
    writer.bytes(kTruncateBegin, Need::Critical, truncate.range.begin.encoded());
    if (truncate.range.end) {
        writer.bytes(kTruncateEnd, Need::Critical, truncate.range.end->encoded());
    }
    return record;
}

Result<TruncateEntry> decodeTruncate(std::string_view record)
{
    TruncateEntry truncate;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kTruncateCommit:
            truncate.commit = Lsn(reader.integer());
            break;
        case kTruncateTransaction: {
            const std::uint64_t number = reader.integer();
            if (number > UINT32_MAX) {
                reader.malformed();
            }
            truncate.transaction = static_cast<std::uint32_t>(number);
            break;
        }
        case kTruncateBegin:
            truncate.range.begin = Key(reader.text());
            break;
        case kTruncateEnd:
            truncate.range.end = Key(reader.text());
            break;
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a truncate in the index"));
    return truncate;
}

Status takeDeltaField(FieldReader& reader, RunIndex& index)
{
    std::uint64_t first = 0;
    std::uint64_t second = 0;
    switch (reader.field().number) {
    case kInterval:
        if (!takePair(reader.bytes(), first, second)) {
            reader.malformed();
        }
        index.first = Lsn(first);
        index.last = Lsn(second);
        break;
    case kTransactions:
        return decodeTransactionFrames(reader.bytes(), index.transactions);
    case kTruncate: {
        ISO_ASSIGN(TruncateEntry truncate, decodeTruncate(reader.bytes()));
        index.truncates.push_back(std::move(truncate));
        break;
    }
    case kTransactionIds:
        if (!takePair(reader.bytes(), index.lowestTransaction, index.highestTransaction)) {
            reader.malformed();
        }
        break;
    case kOnlyTransactions:
        (void)reader.integer(); // older readers refuse what they would take for damage
        break;
    case kCut:
        index.cut = Lsn(reader.integer());
        break;
    default:
        reader.unknown();
    }
    return {};
}

Status takeField(FieldReader& reader, RunIndex& index)
{
    switch (reader.field().number) {
    case kKind:
        return takeKind(reader, index);
    case kSchema: {
        ISO_ASSIGN(index.schema, decodeSchema(reader.bytes()));
        break;
    }
    case kVisibility:
        index.visibility = reader.text();
        break;
    case kLsn:
        index.lsn = Lsn(reader.integer());
        break;
    case kAsOf:
        index.asOf = fromUnixMicros(reader.signedInteger());
        break;
    case kRows:
        index.rows = reader.integer();
        break;
    case kVersions:
        index.versions = reader.integer();
        break;
    case kRaw:
        index.raw = reader.integer();
        break;
    case kChecksum: {
        const auto checksum = decodeChecksum(reader.bytes());
        if (!checksum) {
            reader.malformed();
        }
        index.checksum = checksum.value_or(RowChecksum());
        break;
    }
    case kMinKey:
        index.minKey = Key(reader.text());
        break;
    case kMaxKey:
        index.maxKey = Key(reader.text());
        break;
    case kBlocks:
        index.blocks.clear();
        return decodeBlocks(reader.bytes(), index);
    default:
        return takeDeltaField(reader, index);
    }
    return {};
}

void encodeDelta(const RunIndex& index, FieldWriter& writer)
{
    writer.bytes(kInterval, Need::Critical, encodePair(index.first.get(), index.last.get()));
    writer.bytes(kTransactions, Need::Critical, encodeTransactionFrames(index.transactions));
    for (const TruncateEntry& truncate : index.truncates) {
        writer.bytes(kTruncate, Need::Critical, encodeTruncate(truncate));
    }
    writer.bytes(kTransactionIds, Need::Critical,
                 encodePair(index.lowestTransaction, index.highestTransaction));
    if (index.blocks.empty() && index.truncates.empty()) {
        writer.integer(kOnlyTransactions, Need::Critical, 1);
    }
}

} // namespace

std::uint64_t RunIndex::transactionCount() const
{
    std::uint64_t count = 0;
    for (const TransactionFrame& frame : transactions) {
        count += frame.rows; // each is bounded, and their number too
    }
    return count;
}

Key lowerKeyBound(std::string_view key)
{
    return Key(std::string(key.substr(0, kLongestKeyBound)));
}

Key upperKeyBound(std::string_view key)
{
    if (key.size() <= kLongestKeyBound) {
        return Key(std::string(key));
    }
    // A key starts with a marker below 0xFF, so there is always a key after its prefix.
    const auto after = keyAfterPrefix(lowerKeyBound(key));
    ISO_CHECK(after.has_value());
    return *after;
}

std::string encodeRunIndex(const RunIndex& index)
{
    std::string record;
    FieldWriter writer(record);
    writer.integer(kKind, Need::Critical, static_cast<std::uint64_t>(index.kind));
    writer.bytes(kSchema, Need::Critical, encodeSchema(index.schema));
    writer.bytes(kVisibility, Need::Optional, index.visibility);
    writer.integer(kLsn, Need::Optional, index.lsn.get());
    writer.signedInteger(kAsOf, Need::Optional, toUnixMicros(index.asOf));
    writer.integer(kRows, Need::Critical, index.rows);
    writer.integer(kVersions, Need::Critical, index.versions);
    writer.integer(kRaw, Need::Optional, index.raw);
    writer.bytes(kChecksum, Need::Critical, encodeChecksum(index.checksum));
    writer.bytes(kMinKey, Need::Critical, index.minKey.encoded());
    writer.bytes(kMaxKey, Need::Critical, index.maxKey.encoded());
    writer.bytes(kBlocks, Need::Critical, encodeBlocks(index));
    if (index.kind == RunKind::Delta) {
        encodeDelta(index, writer);
    } else if (index.cut) {
        writer.integer(kCut, Need::Optional, index.cut->get());
    }
    return Compression(kContainerLevel).packContainer(record);
}

Result<RunIndex> decodeRunIndex(std::string_view bytes, std::uint64_t framesEnd)
{
    ISO_ASSIGN(const std::string record, Compression(kContainerLevel).unpackContainer(bytes));
    RunIndex index;
    FieldReader reader(record);
    while (reader.next()) {
        ISO_TRY(takeField(reader, index));
    }
    ISO_TRY(reader.status("the index"));
    if (!consistent(index, framesEnd)) {
        return malformedBytes("the index");
    }
    return index;
}

std::string RunTrailer::context() const
{
    ISO_CHECK(header.size() == kObjectHeaderBytes);
    std::string bytes = header;
    appendBigEndian(bytes, indexOffset);
    appendBigEndian(bytes, indexBytes);
    appendBigEndian(bytes, objectBytes);
    appendBigEndian(bytes, frames);
    appendBigEndian(bytes, std::uint32_t{0});
    bytes += kEndMagic;
    return bytes;
}

std::string RunTrailer::encode() const
{
    std::string bytes = context();
    bytes += shortCheck(bytes);
    return bytes;
}

Result<RunTrailer> decodeRunTrailer(std::string_view bytes, std::uint64_t objectBytes)
{
    const Error damaged =
        makeError(Code::DataLoss, "the trailer is damaged, or the object cut off");
    if (bytes.size() != kTrailerBytes) {
        return damaged;
    }
    ByteReader reader(bytes);
    RunTrailer trailer;
    trailer.header = reader.take(kObjectHeaderBytes);
    trailer.indexOffset = reader.takeBigEndian<std::uint64_t>();
    trailer.indexBytes = reader.takeBigEndian<std::uint64_t>();
    trailer.objectBytes = reader.takeBigEndian<std::uint64_t>();
    trailer.frames = reader.takeBigEndian<std::uint32_t>();
    if (trailer.encode() != bytes || trailer.objectBytes != objectBytes ||
        objectBytes < kObjectHeaderBytes + kTrailerBytes || trailer.indexBytes < kFrameOverhead ||
        trailer.indexBytes > kContainerLimit + kFrameOverhead ||
        trailer.indexOffset < kObjectHeaderBytes ||
        trailer.indexOffset > objectBytes - kTrailerBytes ||
        trailer.indexBytes != objectBytes - kTrailerBytes - trailer.indexOffset ||
        trailer.frames == 0) {
        return damaged;
    }
    return trailer;
}

} // namespace isotherm::repository
