// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_file.h"
#include "agent/recovery/edit_format.h"
#include "agent/repository/compression.h"
#include "shared/base/byte_io.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace isotherm::recovery
{
namespace
{

Error damaged(const std::string& what)
{
    return makeError(Code::DataLoss, "an edit file is damaged: " + what,
                     "take the comparison again; what it was made from is untouched");
}

Result<std::string> readAt(int file, std::uint64_t offset, std::uint64_t length)
{
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = ::pread(file, bytes.data() + done, bytes.size() - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return errnoError(errno, "cannot read an edit file");
        }
        if (got == 0) {
            return damaged("it is cut off");
        }
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

} // namespace

Result<std::unique_ptr<EditFileReader>> EditFileReader::open(const std::filesystem::path& path,
                                                             const repository::SecretKey& key)
{
    FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (file.get() < 0) {
        return errnoError(errno, "cannot read " + path.string());
    }
    struct stat info = {};
    if (::fstat(file.get(), &info) != 0) {
        return errnoError(errno, "cannot read " + path.string());
    }
    const auto size = static_cast<std::uint64_t>(info.st_size);
    if (size < format::kHeaderBytes + format::kTrailerBytes) {
        return damaged("it is too short");
    }
    ISO_ASSIGN(std::string header, readAt(file.get(), 0, format::kHeaderBytes));
    ISO_TRY(format::checkHeader(header));
    ISO_ASSIGN(repository::Aead aead, format::cipherFor(key, header));
    std::unique_ptr<EditFileReader> reader(
        new EditFileReader(std::move(file), std::move(header), std::move(aead)));
    ISO_TRY(reader->loadIndex(size));
    return reader;
}

EditFileReader::EditFileReader(FileDescriptor file, std::string header, repository::Aead aead)
    : m_file(std::move(file)), m_header(std::move(header)), m_aead(std::move(aead))
{
}

Status EditFileReader::loadIndex(std::uint64_t fileSize)
{
    ISO_ASSIGN(const std::string bytes,
               readAt(m_file.get(), fileSize - format::kTrailerBytes, format::kTrailerBytes));
    const auto trailer = format::readTrailer(bytes);
    if (!trailer || trailer->length > fileSize || trailer->offset > fileSize - trailer->length) {
        return damaged("its end is missing");
    }
    ISO_ASSIGN(const std::string plain,
               readFrame(trailer->offset, trailer->length, format::kIndexFrame, /*index=*/true));
    return decodeIndex(plain);
}

Status EditFileReader::decodeIndex(std::string_view plain)
{
    ByteReader from(plain);
    auto sections = format::takeSections(from);
    if (!sections) {
        return damaged("its sections cannot be read");
    }
    m_sections = std::move(*sections);
    const std::uint64_t frames = from.takeVarint();
    for (std::uint64_t i = 0; i < frames && from.ok(); ++i) {
        EditFileWriter::Frame frame;
        frame.offset = from.takeVarint();
        frame.length = from.takeVarint();
        frame.first = from.takeVarint();
        frame.last = from.takeVarint();
        frame.kinds = from.takeBigEndian<std::uint8_t>();
        frame.lowestSection = static_cast<std::uint32_t>(from.takeVarint());
        frame.highestSection = static_cast<std::uint32_t>(from.takeVarint());
        m_frames.push_back(frame);
    }
    m_records = from.takeVarint();
    return from.ok() && from.atEnd() ? Status() : Status(damaged("its index cannot be read"));
}

Result<std::string> EditFileReader::readFrame(std::uint64_t offset, std::uint64_t length,
                                              std::uint64_t number, bool index)
{
    if (length < 4 + repository::kTagBytes || length > format::kMostFrameBytes) {
        return damaged("a frame has an impossible length");
    }
    ISO_ASSIGN(const std::string bytes, readAt(m_file.get(), offset, length));
    if (ByteReader(bytes).takeBigEndian<std::uint32_t>() != length - 4) {
        return damaged("a frame's length is another one than the index says");
    }
    ISO_ASSIGN(const std::string packed,
               m_aead.open(format::nonceOf(number), format::associated(m_header, number, index),
                           std::string_view(bytes).substr(4)));
    return repository::Compression(1).unpackContainer(packed);
}

void EditFileReader::seek(std::uint64_t after)
{
    m_after = after;
    m_nextFrame = 0;
    m_frame.clear();
    m_at = 0;
}

bool EditFileReader::wanted(const EditFileWriter::Frame& frame) const
{
    if (frame.last <= m_after || (m_kinds != 0 && (frame.kinds & m_kinds) == 0)) {
        return false;
    }
    return !m_section || (frame.lowestSection <= *m_section && *m_section <= frame.highestSection);
}

Result<bool> EditFileReader::loadFrame()
{
    while (m_nextFrame < m_frames.size() && !wanted(m_frames[m_nextFrame])) {
        ++m_nextFrame;
    }
    if (m_nextFrame == m_frames.size()) {
        return false;
    }
    const EditFileWriter::Frame& frame = m_frames[m_nextFrame];
    ISO_ASSIGN(m_frame, readFrame(frame.offset, frame.length, m_nextFrame, /*index=*/false));
    ++m_nextFrame;
    m_at = 0;
    return true;
}

Result<std::optional<EditRecord>> EditFileReader::next()
{
    for (;;) {
        if (m_at == m_frame.size()) {
            ISO_ASSIGN(const bool more, loadFrame());
            if (!more) {
                return std::optional<EditRecord>();
            }
        }
        ByteReader from(std::string_view(m_frame).substr(m_at));
        auto record = format::takeRecord(from);
        if (!record || record->section >= m_sections.size()) {
            return damaged("a record cannot be read");
        }
        m_at = m_frame.size() - from.remaining();
        if (record->number > m_after) {
            return record;
        }
    }
}

} // namespace isotherm::recovery
