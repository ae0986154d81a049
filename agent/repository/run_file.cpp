// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/run_file.h"

#include "agent/repository/fields.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{

Result<std::string> CountedStore::read(const std::string& name, std::uint64_t offset,
                                       std::uint64_t length) const
{
    auto bytes = store.read(name, offset, length);
    if (bytes.ok() && bytes.value().size() != length) {
        return makeError(Code::DataLoss,
                         name + " gave " + std::to_string(bytes.value().size()) +
                             " bytes instead of " + std::to_string(length),
                         "verify the repository; the store may be cutting answers short");
    }
    if (!bytes.ok() &&
        (bytes.error().code == Code::NotFound || bytes.error().code == Code::OutOfRange)) {
        // A manifest names it, so this is not an ordinary "not found".
        return makeError(Code::DataLoss,
                         "run " + name + " is missing or cut off: " + bytes.error().message,
                         "verify the repository, and restore from another backup of the shard");
    }
    bytesRead += bytes.ok() ? length : 0;
    return bytes;
}

Result<RunIndex> RunFile::openIndex(const RepositoryKeys& keys, const RunTrailer& trailer,
                                    std::string_view tail)
{
    const std::uint64_t fromEnd = trailer.objectBytes - trailer.indexOffset;
    ISO_CHECK(tail.size() >= fromEnd);
    ISO_ASSIGN(const ObjectHeader header, decodeObjectHeader(trailer.header, ObjectKind::Run));
    ISO_ASSIGN(ObjectCipher cipher, ObjectCipher::make(keys, header));
    ISO_ASSIGN(const std::string plain,
               cipher.open({trailer.frames - 1, FrameKind::Index, true}, trailer.context(),
                           tail.substr(tail.size() - fromEnd, trailer.indexBytes)));
    ISO_ASSIGN(RunIndex index, decodeRunIndex(plain, trailer.indexOffset));
    if (index.blocks.size() + index.transactions.size() + 1 != trailer.frames) {
        return malformedBytes("the index");
    }
    return index;
}

Result<std::shared_ptr<const RunFile>> RunFile::open(const CountedStore& store,
                                                     const RepositoryKeys& keys, const RunRef& run)
{
    const std::uint64_t size = run.stored.get();
    if (size < kObjectHeaderBytes + kTrailerBytes) {
        return malformedBytes("the size of run " + run.object);
    }
    const std::uint64_t tailBytes = std::min(size, kTailBytes);
    ISO_ASSIGN(std::string tail, store.read(run.object, size - tailBytes, tailBytes));
    const auto trailer =
        decodeRunTrailer(std::string_view(tail).substr(tail.size() - kTrailerBytes), size);
    if (!trailer.ok()) {
        return trailer.error().within("trailer of " + run.object);
    }
    const std::uint64_t fromEnd = size - trailer.value().indexOffset;
    if (fromEnd > tail.size()) {
        ISO_ASSIGN(const std::string more,
                   store.read(run.object, trailer.value().indexOffset, fromEnd - tail.size()));
        tail.insert(0, more);
    }
    auto index = openIndex(keys, trailer.value(), tail);
    if (!index.ok()) {
        return index.error().within("index of " + run.object);
    }
    ISO_ASSIGN(ObjectHeader header, decodeObjectHeader(trailer.value().header, ObjectKind::Run));
    return std::shared_ptr<const RunFile>(
        new RunFile(keys, run.object, std::move(header), std::move(index).value()));
}

BlockSpan RunFile::blocksFor(const KeyRange& range) const
{
    const std::vector<BlockEntry>& blocks = m_index.blocks;
    const auto begin =
        std::partition_point(blocks.begin(), blocks.end(),
                             [&](const BlockEntry& block) { return block.last < range.begin; });
    const auto end = std::partition_point(begin, blocks.end(), [&](const BlockEntry& block) {
        return !range.end || block.first < *range.end;
    });
    return {static_cast<std::size_t>(begin - blocks.begin()),
            static_cast<std::size_t>(end - blocks.begin())};
}

Result<ObjectCipher> RunFile::cipher() const
{
    return ObjectCipher::make(m_keys, m_header);
}

Result<std::vector<TransactionRecord>> RunFile::transactions(const CountedStore& store,
                                                             std::size_t frame) const
{
    const TransactionFrame& entry = m_index.transactions[frame];
    ISO_ASSIGN(const std::string bytes, store.read(m_name, entry.offset, entry.stored));
    ISO_ASSIGN(ObjectCipher own, cipher());
    auto decoded = decodeTransactionFrame(m_index, frame, bytes, own);
    return decoded.ok() ? std::move(decoded)
                        : Result<std::vector<TransactionRecord>>(
                              decoded.error().within("transactions of " + m_name));
}

namespace
{

Result<std::string> openBlock(const RunIndex& index, std::size_t number, std::string_view frame,
                              ObjectCipher& cipher)
{
    const BlockEntry& block = index.blocks[number];
    if (frame.size() != block.stored || frame.substr(frame.size() - kTagBytes) != block.id) {
        return makeError(Code::DataLoss, "it is not the block that the index names");
    }
    return cipher.open({static_cast<std::uint32_t>(number), FrameKind::Block, false}, {}, frame);
}

} // namespace

Status decodeBlockFrame(const RunIndex& index, std::size_t number, std::string_view frame,
                        ObjectCipher& cipher, BlockDecoder& decoder, RowBatch& batch)
{
    const BlockEntry& block = index.blocks[number];
    ISO_ASSIGN(const std::string plain, openBlock(index, number, frame, cipher));
    return decoder.decode(plain, {block.rows, block.raw}, batch);
}

Status decodeVersionFrame(const RunIndex& index, std::size_t number, std::string_view frame,
                          ObjectCipher& cipher, BlockDecoder& decoder, DecodedVersions& to)
{
    const BlockEntry& block = index.blocks[number];
    ISO_ASSIGN(const std::string plain, openBlock(index, number, frame, cipher));
    ISO_TRY(
        decoder.decode(plain, {block.rows, block.raw}, to.rows, &to.versions, &to.previousKeys));
    const std::uint64_t count = index.transactionCount();
    const bool sound =
        to.versions.size() == block.rows &&
        std::all_of(to.versions.begin(), to.versions.end(), [&](const RowVersion& version) {
            return version.commit >= block.lowestCommit && version.commit <= block.highestCommit &&
                   (index.transactions.empty() || version.transaction < count);
        });
    return sound ? Status() : Status(malformedBytes("the block: its versions"));
}

Result<std::vector<TransactionRecord>> decodeTransactionFrame(const RunIndex& index,
                                                              std::size_t number,
                                                              std::string_view frame,
                                                              ObjectCipher& cipher)
{
    const auto at = static_cast<std::uint32_t>(index.blocks.size() + number);
    ISO_ASSIGN(const std::string plain,
               cipher.open({at, FrameKind::Transactions, false}, {}, frame));
    return decodeTransactions(plain, index.transactions[number]);
}

} // namespace isotherm::repository
