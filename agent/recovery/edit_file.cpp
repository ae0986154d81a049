// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_file.h"

#include "agent/recovery/edit_format.h"
#include "agent/repository/compression.h"
#include "shared/base/byte_io.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace isotherm::recovery
{
namespace
{

constexpr std::size_t kFrameBytes = std::size_t{256} << 10U;

std::filesystem::path partOf(const std::filesystem::path& path)
{
    return path.string() + ".part";
}

} // namespace

Result<std::unique_ptr<EditFileWriter>> EditFileWriter::create(const std::filesystem::path& path,
                                                               JobId job,
                                                               const repository::SecretKey& key)
{
    std::error_code failed;
    std::filesystem::create_directories(path.parent_path(), failed);
    if (failed) {
        return errnoError(failed.value(), "cannot make " + path.parent_path().string());
    }
    FileDescriptor file(
        ::open(partOf(path).c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (file.get() < 0) {
        return errnoError(errno, "cannot write " + partOf(path).string());
    }
    ISO_ASSIGN(const std::string salt, repository::randomBytes(format::kSaltBytes));
    std::string header = format::makeHeader(salt, job);
    ISO_ASSIGN(repository::Aead aead, format::cipherFor(key, header));
    std::unique_ptr<EditFileWriter> writer(
        new EditFileWriter(path, std::move(file), std::move(header), std::move(aead)));
    ISO_TRY(writer->write(writer->m_header));
    return writer;
}

EditFileWriter::EditFileWriter(std::filesystem::path path, FileDescriptor file, std::string header,
                               repository::Aead aead)
    : m_path(std::move(path)), m_file(std::move(file)), m_header(std::move(header)),
      m_aead(std::move(aead))
{
}

EditFileWriter::~EditFileWriter()
{
    if (!m_finished) {
        std::error_code ignored;
        std::filesystem::remove(partOf(m_path), ignored);
    }
}

std::uint32_t EditFileWriter::addSection(EditSection section)
{
    m_sections.push_back(std::move(section));
    return static_cast<std::uint32_t>(m_sections.size() - 1);
}

Status EditFileWriter::add(const EditRecord& record)
{
    ISO_CHECK(record.section < m_sections.size());
    ISO_CHECK(record.number > m_frame.last || m_records == 0);
    if (m_pending.empty()) {
        m_frame = {.first = record.number, .lowestSection = record.section};
    }
    const auto kind = static_cast<std::uint8_t>(record.kind ? static_cast<int>(*record.kind) : 0);
    m_frame.last = record.number;
    m_frame.kinds |= static_cast<std::uint8_t>(1U << kind);
    m_frame.lowestSection = std::min(m_frame.lowestSection, record.section);
    m_frame.highestSection = std::max(m_frame.highestSection, record.section);
    format::appendRecord(m_pending, record);
    ++m_records;
    return m_pending.size() >= kFrameBytes ? flush() : Status();
}

Status EditFileWriter::flush()
{
    if (m_pending.empty()) {
        return {};
    }
    m_frame.offset = m_offset;
    ISO_ASSIGN(m_frame.length, appendFrame(m_pending, false));
    m_frames.push_back(m_frame);
    m_pending.clear();
    return {};
}

Result<std::uint64_t> EditFileWriter::appendFrame(std::string_view plain, bool index)
{
    const std::uint64_t number = index ? format::kIndexFrame : m_frames.size();
    std::string sealed;
    ISO_TRY(m_aead.seal(format::nonceOf(number), format::associated(m_header, number, index),
                        repository::Compression(1).packContainer(plain), sealed));
    std::string frame;
    appendBigEndian(frame, static_cast<std::uint32_t>(sealed.size()));
    frame += sealed;
    ISO_TRY(write(frame));
    return frame.size();
}

Status EditFileWriter::write(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return errnoError(errno, "cannot write " + partOf(m_path).string());
        }
        m_offset += static_cast<std::uint64_t>(written);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

Status EditFileWriter::finish()
{
    ISO_TRY(flush());
    std::string index;
    format::appendSections(index, m_sections);
    appendVarint(index, m_frames.size());
    for (const Frame& frame : m_frames) {
        appendVarint(index, frame.offset);
        appendVarint(index, frame.length);
        appendVarint(index, frame.first);
        appendVarint(index, frame.last);
        index.push_back(static_cast<char>(frame.kinds));
        appendVarint(index, frame.lowestSection);
        appendVarint(index, frame.highestSection);
    }
    appendVarint(index, m_records);
    const std::uint64_t offset = m_offset;
    ISO_ASSIGN(const std::uint64_t length, appendFrame(index, true));
    ISO_TRY(write(format::makeTrailer(offset, length)));
    if (::fsync(m_file.get()) != 0) {
        return errnoError(errno, "cannot sync " + partOf(m_path).string());
    }
    if (::rename(partOf(m_path).c_str(), m_path.c_str()) != 0) {
        return errnoError(errno, "cannot name " + m_path.string());
    }
    m_finished = true;
    return syncDirectory(m_path.parent_path());
}

} // namespace isotherm::recovery
