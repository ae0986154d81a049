// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/journal/codec.h"
#include "agent/repository/compression.h"
#include "agent/repository/crypto.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// Segment headers and frames (JOURNAL.md, sections 3 and 4).
namespace isotherm::journal
{

inline constexpr std::size_t kSegmentHeaderBytes = 128;
inline constexpr std::size_t kFrameHeaderBytes = 12;
inline constexpr std::size_t kTrailerBytes = 24;
/// The index that is written when a segment is closed after a crash: no frame that was written
/// before can have had this number.
inline constexpr std::uint32_t kRecoveryIndexNumber = 0xFFFFFFFFU;

struct SegmentHeader
{
    std::uint64_t number = 0;
    WallTime created{};
    std::string salt;
    Lsn start;
    std::uint32_t timeline = 0;
    std::uint32_t epoch = 0;
    std::string systemCheck; ///< 8 bytes
    std::string chain;       ///< of the segment before

    [[nodiscard]] std::string encode() const;
};

/// DataLoss when damaged, Unimplemented when a newer version wrote it.
[[nodiscard]] Result<SegmentHeader> decodeSegmentHeader(std::string_view bytes);

struct FrameHead
{
    std::uint64_t cipherBytes = 0;
    std::uint32_t number = 0;
    FrameKind kind = FrameKind::Chunk;

    [[nodiscard]] std::uint64_t frameBytes() const
    {
        return kFrameHeaderBytes + cipherBytes + repository::kTagBytes;
    }
};

/// DataLoss when it is none.
[[nodiscard]] Result<FrameHead> decodeFrameHead(std::string_view bytes);

struct Frame
{
    FrameHead head;
    std::string content;
};

/// Seals and opens the frames of one segment. Not thread-safe.
class SegmentCipher
{
public:
    [[nodiscard]] static Result<SegmentCipher> make(const repository::SecretKey& key,
                                                    const SegmentHeader& header);

    /// Appends the whole frame to `to`.
    [[nodiscard]] Status seal(FrameKind kind, std::uint32_t number, std::string_view content,
                              std::string& to);
    /// `bytes` is exactly one frame. DataLoss unless it is untouched.
    [[nodiscard]] Result<Frame> open(std::string_view bytes);

private:
    explicit SegmentCipher(repository::Aead aead) : m_aead(std::move(aead)), m_compression(1) {}

    repository::Aead m_aead;
    repository::Compression m_compression;
};

/// The chain value of a segment, frame by frame.
class Chain
{
public:
    explicit Chain(std::string_view header) : m_value(repository::sha256(header)) {}
    /// `frame` is a whole one; its tag counts.
    void add(std::string_view frame);
    [[nodiscard]] const std::string& value() const { return m_value; }

private:
    std::string m_value;
};

} // namespace isotherm::journal
