// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/delta_object_writer.h"

#include "agent/repository/object_names.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

constexpr std::size_t kMostVersionsPerBlock = std::size_t{1} << 18U;
constexpr std::uint64_t kPreviousKeysPerBlock = 8ULL << 20U;

} // namespace

DeltaObjectWriter::DeltaObjectWriter(RunTarget target, DeltaObjectOptions options,
                                     const std::vector<TransactionRecord>* transactions)
    : m_target(std::move(target)), m_options(std::move(options)), m_transactions(transactions),
      m_builder(m_options.schema.columns.size(), m_options.compressionLevel)
{
}

Status DeltaObjectWriter::add(const VersionView& version)
{
    if (!m_object) {
        ISO_TRY(begin());
    }
    if (m_builder.rows() > 0 &&
        m_builder.rawBytes() + version.row.size() > 2 * m_options.blockSize.get()) {
        ISO_TRY(closeBlock());
    }
    const Lsn commit = version.version.commit;
    if (m_builder.rows() == 0) {
        m_firstKey = version.key;
        m_block.lowestCommit = m_block.highestCommit = commit;
    }
    ISO_TRY(m_builder.add(version.row, version.version, version.previousKey));
    m_index.checksum.add(version.row);
    m_block.lowestCommit = std::min(m_block.lowestCommit, commit);
    m_block.highestCommit = std::max(m_block.highestCommit, commit);
    m_index.lsn = std::max(m_index.lsn, commit);
    if (!m_keySeen || m_lastKey != version.key) {
        m_keySeen = true;
        m_lastKey = version.key;
        m_index.rows += version.version.kind == VersionKind::Row ? 1 : 0;
    }
    if (m_builder.rawBytes() >= m_options.blockSize.get() ||
        m_builder.rows() >= kMostVersionsPerBlock ||
        m_builder.previousKeyBytes() >= kPreviousKeysPerBlock) {
        ISO_TRY(closeBlock());
    }
    if (m_builder.rows() == 0 && m_written >= m_options.objectSize.get()) {
        ISO_TRY(close());
    }
    return {};
}

Status DeltaObjectWriter::begin()
{
    ISO_ASSIGN(const ObjectHeader header,
               makeObjectHeader(m_target.keys, ObjectKind::Run, m_target.clock.wallNow()));
    ISO_ASSIGN(m_name, runObjectName(header.created, header.objectId));
    ISO_ASSIGN(ObjectCipher cipher, ObjectCipher::make(m_target.keys, header));
    m_cipher.emplace(std::move(cipher));
    m_header = header.encode();
    m_digest = std::make_unique<Sha256>();
    m_index = RunIndex();
    m_index.kind = RunKind::Delta;
    m_index.schema = m_options.schema;
    m_index.asOf = m_options.asOf;
    m_index.first = m_options.first;
    m_index.last = m_options.last;
    m_keySeen = false;
    m_written = 0;
    ISO_ASSIGN(m_object, m_target.store.create(m_name));
    return write(m_header);
}

Status DeltaObjectWriter::write(std::string_view bytes)
{
    m_digest->add(bytes);
    m_written += bytes.size();
    return m_object->append(bytes);
}

Status DeltaObjectWriter::closeBlock()
{
    BlockEntry block = m_block;
    block.raw = m_builder.rawBytes();
    block.rows = m_builder.rows();
    block.first = lowerKeyBound(m_firstKey);
    block.last = upperKeyBound(m_lastKey);
    block.offset = m_written;
    m_frame.clear();
    const auto number = static_cast<std::uint32_t>(m_index.blocks.size());
    ISO_TRY(m_cipher->seal({number, FrameKind::Block, false}, {}, m_builder.finish(), m_frame));
    block.stored = m_frame.size();
    block.id = m_frame.substr(m_frame.size() - kTagBytes);
    m_index.versions += block.rows;
    m_index.raw += block.raw;
    m_index.blocks.push_back(std::move(block));
    return write(m_frame);
}

Status DeltaObjectWriter::writeTransactions()
{
    if (m_transactions == nullptr || m_transactions->empty()) {
        return {};
    }
    const auto [lowest, highest] =
        std::minmax_element(m_transactions->begin(), m_transactions->end(),
                            [](const auto& a, const auto& b) { return a.id < b.id; });
    m_index.lowestTransaction = lowest->id;
    m_index.highestTransaction = highest->id;
    for (std::size_t begin = 0; begin < m_transactions->size();) {
        const std::size_t end = std::min(begin + kTransactionsPerFrame, m_transactions->size());
        const auto from = m_transactions->begin();
        const EncodedTransactions encoded = encodeTransactions(
            {from + static_cast<std::ptrdiff_t>(begin), from + static_cast<std::ptrdiff_t>(end)},
            m_options.compressionLevel);
        m_frame.clear();
        const auto number =
            static_cast<std::uint32_t>(m_index.blocks.size() + m_index.transactions.size());
        ISO_TRY(
            m_cipher->seal({number, FrameKind::Transactions, false}, {}, encoded.plain, m_frame));
        m_index.transactions.push_back(
            {m_written, m_frame.size(), end - begin, encoded.raw, (*m_transactions)[begin].commit});
        ISO_TRY(write(m_frame));
        begin = end;
    }
    return {};
}

Status DeltaObjectWriter::writeIndex()
{
    if (!m_index.blocks.empty()) {
        m_index.minKey = m_index.blocks.front().first;
        m_index.maxKey = m_index.blocks.back().last;
    }
    const std::string plain = encodeRunIndex(m_index);
    const auto number =
        static_cast<std::uint32_t>(m_index.blocks.size() + m_index.transactions.size());
    RunTrailer trailer;
    trailer.header = m_header;
    trailer.indexOffset = m_written;
    trailer.indexBytes = plain.size() + kFrameOverhead;
    trailer.objectBytes = m_written + trailer.indexBytes + kTrailerBytes;
    trailer.frames = number + 1;
    std::string end;
    ISO_TRY(m_cipher->seal({number, FrameKind::Index, true}, trailer.context(), plain, end));
    end += trailer.encode();
    return write(end);
}

RunRef DeltaObjectWriter::reference()
{
    RunRef run;
    run.object = m_name;
    run.kind = RunKind::Delta;
    run.stored = ByteCount(m_written);
    run.raw = ByteCount(m_index.raw);
    run.rows = m_index.rows;
    run.versions = m_index.versions;
    run.minKey = m_index.minKey;
    run.maxKey = m_index.maxKey;
    run.checksum = m_index.checksum;
    run.digest = m_digest->finish();
    run.firstLsn = m_index.first;
    run.lastLsn = m_index.last;
    run.lowestTransaction = m_index.lowestTransaction;
    run.truncates = static_cast<std::uint32_t>(m_index.truncates.size());
    return run;
}

Status DeltaObjectWriter::close()
{
    const bool transactionsOnly =
        m_runs.empty() && m_transactions != nullptr && !m_transactions->empty();
    if (!m_object && m_truncates.empty() && !transactionsOnly) {
        return {};
    }
    if (!m_object) {
        ISO_TRY(begin());
    }
    if (m_builder.rows() > 0) {
        ISO_TRY(closeBlock());
    }
    for (const TruncateEntry& truncate : m_truncates) {
        m_index.lsn = std::max(m_index.lsn, truncate.commit);
    }
    if (transactionsOnly) {
        m_index.lsn = std::max(m_index.lsn, m_transactions->back().commit);
    }
    m_index.truncates = std::exchange(m_truncates, {});
    ISO_TRY(writeTransactions());
    ISO_TRY(writeIndex());
    RunRef run = reference();
    m_target.announce(m_name);
    ISO_TRY(m_object->commit());
    m_object.reset();
    m_runs.push_back(std::move(run));
    return {};
}

} // namespace isotherm::repository
