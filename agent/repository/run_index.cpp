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
    kBlocks
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

std::string encodeBlocks(const std::vector<BlockEntry>& blocks)
{
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
        appendVarint(bytes, 0); // no fields
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
        fields.unknown();
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
    std::uint64_t offset = kObjectHeaderBytes;
    BlockEntry previous;
    for (std::uint64_t i = 0; i < count; ++i) {
        BlockEntry block;
        ISO_TRY(takeBlock(reader, previous, block));
        block.offset = offset;
        offset += block.stored;
        if (offset < block.stored) {
            return malformedBytes("the block table");
        }
        previous = block;
        index.blocks.push_back(std::move(block));
    }
    return reader.atEnd() ? Status() : Status(malformedBytes("the block table"));
}

/// Counts, keys and sizes must agree with the block table.
bool consistent(const RunIndex& index, std::uint64_t blocksEnd)
{
    if (index.blocks.empty() || index.rows != index.versions ||
        index.checksum.rows() != index.rows) {
        return false;
    }
    std::uint64_t rows = 0;
    std::uint64_t raw = 0;
    for (const BlockEntry& block : index.blocks) {
        rows += block.rows;
        raw += block.raw;
    }
    const BlockEntry& last = index.blocks.back();
    return rows == index.versions && raw == index.raw && last.offset + last.stored == blocksEnd &&
           index.minKey == index.blocks.front().first && index.maxKey == last.last;
}

Status takeField(FieldReader& reader, RunIndex& index)
{
    switch (reader.field().number) {
    case kKind:
        if (reader.integer() != static_cast<std::uint64_t>(RunKind::Base)) {
            return needsNewerVersion("the run is not a base run");
        }
        break;
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
        reader.unknown();
    }
    return {};
}

} // namespace

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
    writer.bytes(kBlocks, Need::Critical, encodeBlocks(index.blocks));
    return Compression(kContainerLevel).packContainer(record);
}

Result<RunIndex> decodeRunIndex(std::string_view bytes, std::uint64_t blocksEnd)
{
    ISO_ASSIGN(const std::string record, Compression(kContainerLevel).unpackContainer(bytes));
    RunIndex index;
    FieldReader reader(record);
    while (reader.next()) {
        ISO_TRY(takeField(reader, index));
    }
    ISO_TRY(reader.status("the index"));
    if (!consistent(index, blocksEnd)) {
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
