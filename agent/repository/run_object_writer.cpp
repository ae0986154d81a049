// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/run_object_writer.h"

#include "agent/repository/object_names.h"

#include <utility>

namespace isotherm::repository
{
namespace
{

/// Tiny rows must not make blocks of very many of them.
constexpr std::size_t kMostRowsWritten = std::size_t{1} << 20U;

} // namespace

RunObjectWriter::RunObjectWriter(RunTarget target, const RunOptions& options)
    : m_target(std::move(target)), m_options(options),
      m_builder(options.schema.columns.size(), options.compressionLevel)
{
}

Status RunObjectWriter::add(std::string_view row, std::string_view key)
{
    if (!m_object) {
        ISO_TRY(begin());
    }
    // A row that would blow the block up gets one to itself.
    if (m_builder.rows() > 0 && m_builder.rawBytes() + row.size() > 2 * m_options.blockSize.get()) {
        ISO_TRY(closeBlock());
    }
    if (m_builder.rows() == 0) {
        m_blockFirstKey = key;
    }
    ISO_TRY(m_builder.add(row));
    m_index.checksum.add(row);
    m_lastKey = key;
    if (m_builder.rawBytes() >= m_options.blockSize.get() || m_builder.rows() >= kMostRowsWritten) {
        ISO_TRY(closeBlock());
    }
    if (m_builder.rows() == 0 && m_written >= m_options.objectSize.get()) {
        ISO_TRY(close());
    }
    return {};
}

Status RunObjectWriter::begin()
{
    ISO_ASSIGN(const ObjectHeader header,
               makeObjectHeader(m_target.keys, ObjectKind::Run, m_target.clock.wallNow()));
    ISO_ASSIGN(m_name, runObjectName(header.created, header.objectId));
    ISO_ASSIGN(ObjectCipher cipher, ObjectCipher::make(m_target.keys, header));
    m_cipher.emplace(std::move(cipher));
    m_header = header.encode();
    m_digest = std::make_unique<Sha256>();
    m_index = RunIndex();
    m_index.schema = m_options.schema;
    m_index.visibility = m_options.visibility;
    m_index.lsn = m_options.lsn;
    m_index.asOf = m_options.asOf;
    m_index.cut = m_options.cut;
    m_written = 0;
    ISO_ASSIGN(m_object, m_target.store.create(m_name));
    return write(m_header);
}

Status RunObjectWriter::write(std::string_view bytes)
{
    m_digest->add(bytes);
    m_written += bytes.size();
    return m_object->append(bytes);
}

Status RunObjectWriter::closeBlock()
{
    BlockEntry block;
    block.raw = m_builder.rawBytes();
    block.rows = m_builder.rows();
    block.first = lowerKeyBound(m_blockFirstKey);
    block.last = upperKeyBound(m_lastKey);
    block.offset = m_written;
    m_frame.clear();
    const auto number = static_cast<std::uint32_t>(m_index.blocks.size());
    ISO_TRY(m_cipher->seal({number, FrameKind::Block, false}, {}, m_builder.finish(), m_frame));
    block.stored = m_frame.size();
    block.id = m_frame.substr(m_frame.size() - kTagBytes);
    m_index.rows += block.rows;
    m_index.raw += block.raw;
    m_index.blocks.push_back(std::move(block));
    return write(m_frame);
}

Status RunObjectWriter::writeIndex()
{
    m_index.versions = m_index.rows;
    m_index.minKey = m_index.blocks.front().first;
    m_index.maxKey = m_index.blocks.back().last;
    const std::string plain = encodeRunIndex(m_index);
    const auto number = static_cast<std::uint32_t>(m_index.blocks.size());
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

Status RunObjectWriter::close()
{
    if (!m_object) {
        return {};
    }
    if (m_builder.rows() > 0) {
        ISO_TRY(closeBlock());
    }
    ISO_TRY(writeIndex());
    RunRef run;
    run.object = m_name;
    run.stored = ByteCount(m_written);
    run.raw = ByteCount(m_index.raw);
    run.rows = m_index.rows;
    run.versions = m_index.versions;
    run.minKey = m_index.minKey;
    run.maxKey = m_index.maxKey;
    run.checksum = m_index.checksum;
    run.digest = m_digest->finish();
    m_target.announce(m_name);
    ISO_TRY(m_object->commit());
    m_object.reset();
    m_storedBefore += std::exchange(m_written, 0);
    m_runs.push_back(std::move(run));
    return {};
}

} // namespace isotherm::repository
