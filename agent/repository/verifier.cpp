// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/verifier.h"

#include "agent/repository/version.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace isotherm::repository
{
namespace
{

constexpr std::uint64_t kReadAhead = 4ULL << 20U;

Error contentError(std::string message)
{
    return makeError(Code::DataLoss, std::move(message),
                     "restore from another backup of the shard");
}

} // namespace

/// What is kept while one run is read from front to back.
struct Verifier::Content
{
    const RunIndex& index;
    ObjectCipher cipher;
    BlockDecoder decoder;
    RowKeyEncoder keyEncoder;
    Sha256 digest;
    RowChecksum checksum;
    DecodedVersions block; ///< of a base: only its rows
    std::string lastKey;
    std::string key;
    bool everyBlockGood = true;
    // Of a delta.
    std::string transactionFrames; ///< as stored: they lie behind the blocks
    std::vector<Lsn> commits;      ///< by number of the transaction; empty when damaged
    RowVersion lastVersion = {};
    bool anyRow = false;
    std::uint64_t liveKeys = 0;
};

Verifier::Verifier(storage::ObjectStore& store, const RepositoryKeys& keys, VerifyLevel level,
                   const VerifyProgress& progress, std::stop_token stop)
    : m_store{store, m_bytesRead}, m_keys(keys), m_level(level), m_progress(progress),
      m_stop(std::move(stop))
{
}

Result<VerifyReport> Verifier::verify(const Manifest& manifest)
{
    m_total = manifest.storedBytes();
    for (const ManifestTable& table : manifest.tables) {
        RowChecksum sum;
        const std::size_t before = m_report.damages.size();
        for (const RunRef& run : table.runs) {
            ISO_TRY(verifyRun({manifest, table, run}));
            sum.merge(run.checksum);
        }
        // The runs' own sums were compared with their rows: what is left is their total.
        if (m_level >= VerifyLevel::Checksums && table.checksum &&
            before == m_report.damages.size() && !(sum == *table.checksum)) {
            Damage damage;
            damage.object = manifest.id;
            damage.part = ObjectPart::Content;
            damage.shard = manifest.shard;
            damage.table = table.schema.schema + "." + table.schema.name;
            damage.range = manifest.range;
            damage.rangeText = formatRange(manifest.range, table.schema.keyTypes());
            damage.error = contentError("the runs do not add up to the table's checksum");
            m_report.damages.push_back(std::move(damage));
        }
    }
    m_report.bytesRead = ByteCount(m_bytesRead);
    m_report.level = m_report.ok() ? m_level : VerifyLevel::None;
    return m_report;
}

Status Verifier::verifyRun(const Place& place)
{
    if (m_stop.stop_requested()) {
        return makeError(Code::Cancelled, "verification was stopped");
    }
    ++m_report.objects;
    ISO_ASSIGN(const bool present, isPresent(place));
    return present && m_level >= VerifyLevel::Decodes ? verifyContent(place) : Status();
}

Result<bool> Verifier::isPresent(const Place& place)
{
    const auto info = m_store.store.stat(place.run.object);
    if (!info.ok() && info.error().code != Code::NotFound) {
        return info.error();
    }
    if (!info.ok()) {
        damaged(place, ObjectPart::Whole, contentError("the object is missing"));
    } else if (info.value().size != place.run.stored) {
        damaged(place, ObjectPart::Whole,
                contentError("the object has " + std::to_string(info.value().size.get()) +
                             " bytes instead of " + std::to_string(place.run.stored.get())));
    }
    return info.ok() && info.value().size == place.run.stored;
}

Result<std::string> Verifier::read(const Place& place, std::uint64_t offset, std::uint64_t length)
{
    if (m_stop.stop_requested()) {
        return makeError(Code::Cancelled, "verification was stopped");
    }
    auto bytes = m_store.read(place.run.object, offset, length);
    if (bytes.ok() && m_progress) {
        m_progress(std::min(ByteCount(m_bytesRead), m_total), m_total);
    }
    return bytes;
}

Status Verifier::verifyContent(const Place& place)
{
    const std::uint64_t size = place.run.stored.get();
    if (size < kObjectHeaderBytes + kTrailerBytes) {
        damaged(place, ObjectPart::Trailer, contentError("the object is too short to be a run"));
        return {};
    }
    const auto end = read(place, size - kTrailerBytes, kTrailerBytes);
    if (!end.ok() && end.error().code != Code::DataLoss) {
        return end.error();
    }
    const auto trailer =
        end.ok() ? decodeRunTrailer(end.value(), size) : Result<RunTrailer>(end.error());
    if (!trailer.ok()) {
        damaged(place, ObjectPart::Trailer, trailer.error());
        return {};
    }
    const auto tail = read(place, trailer.value().indexOffset, size - trailer.value().indexOffset);
    if (!tail.ok() && tail.error().code != Code::DataLoss) {
        return tail.error();
    }
    const auto index = tail.ok() ? RunFile::openIndex(m_keys, trailer.value(), tail.value())
                                 : Result<RunIndex>(tail.error());
    if (!index.ok()) {
        if (index.error().code != Code::DataLoss) {
            return index.error().within(place.run.object);
        }
        damaged(place, ObjectPart::Index, index.error());
        return {};
    }
    ISO_ASSIGN(const ObjectHeader header,
               decodeObjectHeader(trailer.value().header, ObjectKind::Run));
    ISO_ASSIGN(ObjectCipher cipher, ObjectCipher::make(m_keys, header));
    Content content{index.value(),
                    std::move(cipher),
                    BlockDecoder(index.value().schema.columns.size()),
                    RowKeyEncoder(index.value().schema),
                    {},
                    {},
                    {},
                    {},
                    {},
                    true,
                    {},
                    {}};
    ISO_TRY(verifyHeader(place, trailer.value(), content));
    ISO_TRY(readTransactions(place, index.value(), content));
    ISO_TRY(verifyBlocks(place, trailer.value(), index.value(), content));
    content.digest.add(content.transactionFrames);
    content.digest.add(tail.value());
    if (m_level >= VerifyLevel::Checksums && content.everyBlockGood) {
        verifySums(place, index.value(), content);
    }
    return {};
}

Status Verifier::verifyHeader(const Place& place, const RunTrailer& trailer, Content& content)
{
    const auto bytes = read(place, 0, kObjectHeaderBytes);
    if (!bytes.ok() && bytes.error().code != Code::DataLoss) {
        return bytes.error();
    }
    if (!bytes.ok() || bytes.value() != trailer.header) {
        Damage damage;
        damage.part = ObjectPart::Header;
        damage.error = makeError(Code::DataLoss, "the header is not what the trailer says",
                                 "rows can still be read; back the shard up again in full");
        add(place, std::move(damage), place.run.minKey, place.run.maxKey);
        content.everyBlockGood = false;
    } else {
        content.digest.add(bytes.value());
    }
    return {};
}

Status Verifier::verifyBlocks(const Place& place, const RunTrailer& trailer, const RunIndex& index,
                              Content& content)
{
    for (std::size_t begin = 0; begin < index.blocks.size();) {
        std::size_t end = begin + 1;
        std::uint64_t length = index.blocks[begin].stored;
        while (end < index.blocks.size() && length + index.blocks[end].stored <= kReadAhead) {
            length += index.blocks[end++].stored;
        }
        ISO_CHECK(index.blocks[begin].offset + length <= trailer.indexOffset);
        const auto frames = read(place, index.blocks[begin].offset, length);
        if (!frames.ok() && frames.error().code != Code::DataLoss) {
            return frames.error();
        }
        for (std::size_t i = begin; i < end; ++i) {
            const std::uint64_t at = index.blocks[i].offset - index.blocks[begin].offset;
            frames.ok()
                ? verifyBlock(place, i,
                              std::string_view(frames.value()).substr(at, index.blocks[i].stored),
                              content)
                : damagedBlock(place, static_cast<std::uint32_t>(i), index.blocks[i],
                               frames.error());
        }
        if (frames.ok()) {
            content.digest.add(frames.value());
        } else {
            content.everyBlockGood = false;
        }
        begin = end;
    }
    return {};
}

Status Verifier::readTransactions(const Place& place, const RunIndex& index, Content& content)
{
    bool sound = true;
    for (std::size_t i = 0; i < index.transactions.size(); ++i) {
        const TransactionFrame& frame = index.transactions[i];
        const auto bytes = read(place, frame.offset, frame.stored);
        if (!bytes.ok() && bytes.error().code != Code::DataLoss) {
            return bytes.error();
        }
        content.transactionFrames += bytes.ok() ? bytes.value() : std::string();
        const auto decoded = bytes.ok()
                                 ? decodeTransactionFrame(index, i, bytes.value(), content.cipher)
                                 : Result<std::vector<TransactionRecord>>(bytes.error());
        if (!decoded.ok()) {
            damaged(place, ObjectPart::Transactions, decoded.error());
            content.everyBlockGood = sound = false;
            continue;
        }
        for (const TransactionRecord& transaction : decoded.value()) {
            content.commits.push_back(transaction.commit);
        }
    }
    if (!sound) {
        content.commits.clear();
    }
    return {};
}

void Verifier::verifyBlock(const Place& place, std::size_t number, std::string_view frame,
                           Content& content)
{
    const Status status = content.index.kind == RunKind::Delta
                              ? decodeVersionFrame(content.index, number, frame, content.cipher,
                                                   content.decoder, content.block)
                              : decodeBlockFrame(content.index, number, frame, content.cipher,
                                                 content.decoder, content.block.rows);
    if (!status.ok()) {
        content.everyBlockGood = false;
        damagedBlock(place, static_cast<std::uint32_t>(number), content.index.blocks[number],
                     status.error());
        return;
    }
    m_report.rows += content.block.rows.rowCount();
    if (m_level >= VerifyLevel::Checksums) {
        verifyRows(place, number, content);
    }
}

/// Versions are sorted, and say the same as their transactions. Before lastKey is moved on.
bool Verifier::verifyVersion(Content& content, std::size_t row)
{
    if (content.index.kind != RunKind::Delta) {
        return true;
    }
    const RowVersion& version = content.block.versions[row];
    const bool newKey = !content.anyRow || content.key != content.lastKey;
    const bool sorted = newKey || isNewer(content.lastVersion, version);
    content.liveKeys += newKey && version.kind == VersionKind::Row ? 1 : 0;
    content.anyRow = true;
    content.lastVersion = version;
    return sorted &&
           (content.commits.empty() || (version.transaction < content.commits.size() &&
                                        content.commits[version.transaction] == version.commit));
}

void Verifier::verifyRows(const Place& place, std::size_t number, Content& content)
{
    content.checksum.add(content.block.rows);
    const BlockEntry& block = content.index.blocks[number];
    for (std::size_t i = 0; i < content.block.rows.rowCount(); ++i) {
        content.key.clear();
        const bool hasKey = content.keyEncoder.append(content.block.rows.row(i), content.key).ok();
        if (!hasKey || content.key < content.lastKey || content.key < block.first.encoded() ||
            content.key > block.last.encoded() || !verifyVersion(content, i)) {
            content.everyBlockGood = false;
            damagedBlock(place, static_cast<std::uint32_t>(number), block,
                         contentError("its rows are out of order or outside of its key range"));
            return;
        }
        content.lastKey.swap(content.key);
    }
}

void Verifier::verifySums(const Place& place, const RunIndex& index, Content& content)
{
    const RunRef& run = place.run;
    if (!(content.checksum == index.checksum) || !(content.checksum == run.checksum) ||
        index.rows != run.rows || index.versions != run.versions || index.kind != run.kind ||
        index.first != run.firstLsn || index.last != run.lastLsn ||
        index.truncates.size() != run.truncates ||
        (index.kind == RunKind::Delta && content.liveKeys != index.rows) ||
        index.minKey != run.minKey || index.maxKey != run.maxKey) {
        damaged(place, ObjectPart::Content,
                contentError("its rows do not have the checksum that was recorded"));
    } else if (content.digest.finish() != run.digest) {
        damaged(place, ObjectPart::Content,
                contentError("its bytes do not have the digest that was recorded"));
    }
}

void Verifier::damaged(const Place& place, ObjectPart part, const Error& error)
{
    Damage damage;
    damage.part = part;
    damage.error = error;
    add(place, std::move(damage), place.run.minKey, place.run.maxKey);
}

void Verifier::damagedBlock(const Place& place, std::uint32_t number, const BlockEntry& block,
                            const Error& error)
{
    Damage damage;
    damage.part = ObjectPart::Block;
    damage.block = number;
    damage.error = error;
    add(place, std::move(damage), block.first, block.last);
}

void Verifier::add(const Place& place, Damage damage, const Key& first, const Key& last)
{
    damage.object = place.run.object;
    damage.shard = place.manifest.shard;
    damage.table = place.table.schema.schema + "." + place.table.schema.name;
    damage.range = KeyRange{first, keyAfterPrefix(last)}.intersection(place.manifest.range);
    damage.rangeText = formatRange(damage.range, place.table.schema.keyTypes());
    m_report.damages.push_back(std::move(damage));
}

} // namespace isotherm::repository
