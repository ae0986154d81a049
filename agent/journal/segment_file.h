// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/segment.h"
#include "shared/base/file.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

namespace isotherm::journal
{

[[nodiscard]] std::filesystem::path segmentPath(const std::filesystem::path& folder,
                                                std::uint64_t number);

/// A segment that is being written. Not thread-safe.
class SegmentWriter
{
public:
    /// Writes the header; it becomes durable with the first sync.
    [[nodiscard]] static Result<std::unique_ptr<SegmentWriter>>
    create(const std::filesystem::path& folder, SegmentHeader header,
           const repository::SecretKey& key);

    /// The frame's offset.
    [[nodiscard]] Result<std::uint64_t> append(FrameKind kind, std::string_view content);
    /// Length of what was appended last.
    [[nodiscard]] std::uint64_t lastLength() const { return m_lastLength; }
    [[nodiscard]] Status sync();
    /// Index and trailer: nothing can be appended afterwards.
    [[nodiscard]] Status close(BatchTable index);

    [[nodiscard]] const SegmentHeader& header() const { return m_header; }
    [[nodiscard]] std::uint64_t size() const { return m_size; }
    [[nodiscard]] std::uint32_t frames() const { return m_frames; }
    [[nodiscard]] const std::string& chain() const { return m_chain.value(); }

private:
    SegmentWriter(FileDescriptor file, SegmentHeader header, SegmentCipher cipher,
                  std::filesystem::path path);
    [[nodiscard]] Status write(std::string_view bytes);

    FileDescriptor m_file;
    SegmentHeader m_header;
    SegmentCipher m_cipher;
    std::filesystem::path m_path;
    Chain m_chain;
    std::uint64_t m_size = 0;
    std::uint64_t m_lastLength = 0;
    std::uint32_t m_frames = 0;
};

/// A segment to read from; the file may be removed meanwhile. Not thread-safe.
class SegmentReader
{
public:
    /// NotFound, DataLoss.
    [[nodiscard]] static Result<std::unique_ptr<SegmentReader>>
    open(const std::filesystem::path& path, const repository::SecretKey& key);

    [[nodiscard]] const SegmentHeader& header() const { return m_header; }
    /// `length` 0: as its header says.
    [[nodiscard]] Result<Frame> read(std::uint64_t offset, std::uint64_t length,
                                     FrameKind expected);
    /// nullopt when the segment was not closed.
    [[nodiscard]] Result<std::optional<BatchTable>> index();
    [[nodiscard]] std::uint64_t bytesRead() const { return m_bytesRead; }
    [[nodiscard]] std::uint64_t size() const { return m_size; }

private:
    SegmentReader(FileDescriptor file, std::uint64_t size) : m_file(std::move(file)), m_size(size)
    {
    }
    [[nodiscard]] Result<std::string> readBytes(std::uint64_t offset, std::uint64_t length);

    FileDescriptor m_file;
    std::uint64_t m_size;
    SegmentHeader m_header;
    std::optional<SegmentCipher> m_cipher;
    std::uint64_t m_bytesRead = 0;
};

/// What a crash left of an unclosed segment: cut after its last whole batch and closed. nullopt
/// when there was no batch: the file is removed.
[[nodiscard]] Result<std::optional<BatchTable>> recoverSegment(const std::filesystem::path& path,
                                                               const repository::SecretKey& key);

} // namespace isotherm::journal
