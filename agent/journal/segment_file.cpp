// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/segment_file.h"

#include "shared/base/byte_io.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace isotherm::journal
{
namespace
{

constexpr std::string_view kTrailerMagic("ISOJEND\n", 8);

std::string trailerOf(std::uint64_t indexOffset, std::uint64_t length)
{
    std::string trailer;
    appendBigEndian(trailer, indexOffset);
    appendBigEndian(trailer, length);
    trailer += kTrailerMagic;
    return trailer;
}

Status writeAll(int file, std::string_view bytes, const std::filesystem::path& path)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return errnoError(errno, "cannot write the journal to " + path.string());
        }
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Status syncFile(int file, const std::filesystem::path& path)
{
    return ::fdatasync(file) == 0 ? Status()
                                  : Status(errnoError(errno, "cannot sync " + path.string()));
}

Error damagedFile(const std::filesystem::path& path)
{
    return makeError(Code::DataLoss, "journal segment " + path.filename().string() + " is damaged",
                     "take full backups of the shards; the journal goes on behind it");
}

/// Takes the batches off an unclosed segment, one by one, as long as every frame is whole.
class Recovery
{
public:
    Recovery(std::string_view bytes, SegmentCipher cipher)
        : m_bytes(bytes), m_cipher(std::move(cipher)),
          m_chain(bytes.substr(0, kSegmentHeaderBytes)), m_goodChain(m_chain)
    {
    }

    void run()
    {
        std::uint64_t at = kSegmentHeaderBytes;
        std::uint32_t number = 0;
        while (at + kFrameHeaderBytes <= m_bytes.size()) {
            const auto head = decodeFrameHead(m_bytes.substr(at, kFrameHeaderBytes));
            if (!head.ok() || head->number != number || head->frameBytes() > m_bytes.size() - at) {
                return;
            }
            const std::string_view whole = m_bytes.substr(at, head->frameBytes());
            const auto frame = m_cipher.open(whole);
            if (!frame.ok() || !take(*frame, whole)) {
                return;
            }
            at += head->frameBytes();
            ++number;
            if (frame->head.kind == FrameKind::Commit) {
                m_end = at;
                m_goodChain = m_chain;
            }
        }
    }

    [[nodiscard]] std::uint64_t end() const { return m_end; }
    [[nodiscard]] BatchTable table() const
    {
        BatchTable table = m_table;
        table.chain = m_goodChain.value();
        return table;
    }
    [[nodiscard]] SegmentCipher& cipher() { return m_cipher; }

private:
    bool take(const Frame& frame, std::string_view whole)
    {
        if (frame.head.kind == FrameKind::Index) {
            return false; // of a close that was cut short: made again
        }
        m_chain.add(whole);
        if (frame.head.kind != FrameKind::Commit) {
            return true;
        }
        auto batch = decodeTable(frame.content, FrameKind::Commit);
        if (!batch.ok()) {
            return false;
        }
        m_table.position = batch->position;
        m_table.at = batch->at;
        m_table.transactions += batch->transactions;
        m_table.frames.insert(m_table.frames.end(), batch->frames.begin(), batch->frames.end());
        m_table.moments.insert(m_table.moments.end(), batch->moments.begin(), batch->moments.end());
        return true;
    }

    std::string_view m_bytes;
    SegmentCipher m_cipher;
    Chain m_chain;
    Chain m_goodChain;
    std::uint64_t m_end = 0;
    BatchTable m_table;
};

Status finishRecovery(const std::filesystem::path& path, Recovery& recovery)
{
    const FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return errnoError(errno, "cannot open " + path.string());
    }
    if (::ftruncate(file.get(), static_cast<off_t>(recovery.end())) != 0 ||
        ::lseek(file.get(), 0, SEEK_END) < 0) {
        return errnoError(errno, "cannot cut " + path.string());
    }
    std::string tail;
    ISO_TRY(recovery.cipher().seal(FrameKind::Index, kRecoveryIndexNumber,
                                   encodeTable(recovery.table(), FrameKind::Index), tail));
    tail += trailerOf(recovery.end(), recovery.end() + tail.size() + kTrailerBytes);
    ISO_TRY(writeAll(file.get(), tail, path));
    return syncFile(file.get(), path);
}

} // namespace

std::filesystem::path segmentPath(const std::filesystem::path& folder, std::uint64_t number)
{
    char name[40];
    std::snprintf(name, sizeof(name), "segment-%016llx", static_cast<unsigned long long>(number));
    return folder / name;
}

SegmentWriter::SegmentWriter(FileDescriptor file, SegmentHeader header, SegmentCipher cipher,
                             std::filesystem::path path)
    : m_file(std::move(file)), m_header(std::move(header)), m_cipher(std::move(cipher)),
      m_path(std::move(path)), m_chain(m_header.encode())
{
}

Result<std::unique_ptr<SegmentWriter>> SegmentWriter::create(const std::filesystem::path& folder,
                                                             SegmentHeader header,
                                                             const repository::SecretKey& key)
{
    ISO_ASSIGN(header.salt, repository::randomBytes(32));
    ISO_ASSIGN(SegmentCipher cipher, SegmentCipher::make(key, header));
    std::filesystem::path path = segmentPath(folder, header.number);
    // What is there under this name never held a batch.
    FileDescriptor file(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, static_cast<mode_t>(0600)));
    if (file.get() < 0) {
        return errnoError(errno, "cannot create " + path.string());
    }
    ISO_TRY(syncDirectory(folder));
    std::unique_ptr<SegmentWriter> writer(
        new SegmentWriter(std::move(file), std::move(header), std::move(cipher), std::move(path)));
    ISO_TRY(writer->write(writer->m_header.encode()));
    return writer;
}

Status SegmentWriter::write(std::string_view bytes)
{
    ISO_TRY(writeAll(m_file.get(), bytes, m_path));
    m_size += bytes.size();
    return {};
}

Result<std::uint64_t> SegmentWriter::append(FrameKind kind, std::string_view content)
{
    const std::uint64_t offset = m_size;
    std::string frame;
    ISO_TRY(m_cipher.seal(kind, m_frames, content, frame));
    ++m_frames; // also when the write fails: its number was used
    ISO_TRY(write(frame));
    m_chain.add(frame);
    m_lastLength = frame.size();
    return offset;
}

Status SegmentWriter::sync()
{
    return syncFile(m_file.get(), m_path);
}

Status SegmentWriter::close(BatchTable index)
{
    const Chain upToHere = m_chain; // the index is not part of what it vouches for
    index.chain = m_chain.value();
    ISO_ASSIGN(const std::uint64_t offset,
               append(FrameKind::Index, encodeTable(index, FrameKind::Index)));
    m_chain = upToHere;
    ISO_TRY(write(trailerOf(offset, m_size + kTrailerBytes)));
    return sync();
}

Result<std::unique_ptr<SegmentReader>> SegmentReader::open(const std::filesystem::path& path,
                                                           const repository::SecretKey& key)
{
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat info = {};
    if (file.get() < 0 || ::fstat(file.get(), &info) != 0) {
        return errnoError(errno, "cannot open " + path.string());
    }
    std::unique_ptr<SegmentReader> reader(
        new SegmentReader(std::move(file), static_cast<std::uint64_t>(info.st_size)));
    auto bytes = reader->readBytes(0, kSegmentHeaderBytes);
    if (!bytes.ok()) {
        return bytes.error().code == Code::DataLoss ? damagedFile(path) : bytes.error();
    }
    ISO_ASSIGN(reader->m_header, decodeSegmentHeader(*bytes));
    ISO_ASSIGN(reader->m_cipher, SegmentCipher::make(key, reader->m_header));
    return reader;
}

Result<std::string> SegmentReader::readBytes(std::uint64_t offset, std::uint64_t length)
{
    struct stat info = {};
    if (offset + length > m_size && ::fstat(m_file.get(), &info) == 0) {
        m_size = static_cast<std::uint64_t>(info.st_size); // it grew since
    }
    if (offset > m_size || length > m_size - offset) {
        return makeError(Code::DataLoss, "a journal segment is shorter than it says");
    }
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < length) {
        const ssize_t got = ::pread(m_file.get(), bytes.data() + done, length - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errnoError(errno, "cannot read the journal");
        }
        if (got == 0) {
            return makeError(Code::DataLoss, "a journal segment is shorter than it says");
        }
        done += static_cast<std::size_t>(got);
    }
    m_bytesRead += length;
    return bytes;
}

Result<Frame> SegmentReader::read(std::uint64_t offset, std::uint64_t length, FrameKind expected)
{
    if (length == 0) {
        ISO_ASSIGN(const std::string head, readBytes(offset, kFrameHeaderBytes));
        ISO_ASSIGN(const FrameHead decoded, decodeFrameHead(head));
        length = decoded.frameBytes();
    }
    ISO_ASSIGN(const std::string bytes, readBytes(offset, length));
    ISO_ASSIGN(Frame frame, m_cipher->open(bytes));
    if (frame.head.kind != expected) {
        return makeError(Code::DataLoss, "a frame of the journal is not what its index says");
    }
    return frame;
}

Result<std::optional<BatchTable>> SegmentReader::index()
{
    std::optional<BatchTable> none;
    if (m_size < kSegmentHeaderBytes + kTrailerBytes) {
        return none;
    }
    ISO_ASSIGN(const std::string trailer, readBytes(m_size - kTrailerBytes, kTrailerBytes));
    const auto offset = loadBigEndian<std::uint64_t>(trailer.data());
    if (trailer.substr(16) != kTrailerMagic ||
        loadBigEndian<std::uint64_t>(trailer.data() + 8) != m_size ||
        offset > m_size - kTrailerBytes) {
        return none;
    }
    ISO_ASSIGN(const Frame frame, read(offset, m_size - kTrailerBytes - offset, FrameKind::Index));
    ISO_ASSIGN(BatchTable table, decodeTable(frame.content, FrameKind::Index));
    return std::optional<BatchTable>(std::move(table));
}

Result<std::optional<BatchTable>> recoverSegment(const std::filesystem::path& path,
                                                 const repository::SecretKey& key)
{
    constexpr std::size_t kLargest = std::size_t{8} << 30U;
    ISO_ASSIGN(const std::string bytes, readFile(path, kLargest));
    std::optional<BatchTable> table;
    const auto header = decodeSegmentHeader(bytes);
    if (header.ok()) {
        ISO_ASSIGN(SegmentCipher cipher, SegmentCipher::make(key, *header));
        Recovery recovery(bytes, std::move(cipher));
        recovery.run();
        if (recovery.end() > 0) {
            ISO_TRY(finishRecovery(path, recovery));
            table = recovery.table();
        }
    }
    if (!table) {
        if (::unlink(path.c_str()) != 0) {
            return errnoError(errno, "cannot remove " + path.string());
        }
        ISO_TRY(syncDirectory(path.parent_path()));
    }
    return table;
}

} // namespace isotherm::journal
