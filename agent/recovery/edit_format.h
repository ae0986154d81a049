// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/recovery/edit_file.h"
#include "agent/repository/crypto.h"
#include "shared/base/byte_io.h"
#include "shared/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The bytes of EDITFILE.md; for edit_file and edit_reader only.
namespace isotherm::recovery::format
{

inline constexpr std::size_t kSaltBytes = 16;
inline constexpr std::size_t kHeaderBytes = 48;
inline constexpr std::size_t kTrailerBytes = 24;
/// Frames are far smaller; a damaged length must not make us take memory.
inline constexpr std::uint64_t kMostFrameBytes = 1ULL << 30U;
/// The number that the index frame has.
inline constexpr std::uint64_t kIndexFrame = ~0ULL;

[[nodiscard]] std::string makeHeader(std::string_view salt, JobId job);
/// DataLoss, Unimplemented.
[[nodiscard]] Status checkHeader(std::string_view header);
[[nodiscard]] Result<repository::Aead> cipherFor(const repository::SecretKey& key,
                                                 std::string_view header);
[[nodiscard]] std::string nonceOf(std::uint64_t frame);
[[nodiscard]] std::string associated(std::string_view header, std::uint64_t frame, bool index);

struct Trailer
{
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};
[[nodiscard]] std::string makeTrailer(std::uint64_t offset, std::uint64_t length);
[[nodiscard]] std::optional<Trailer> readTrailer(std::string_view bytes);

void appendRecord(std::string& to, const EditRecord& record);
/// nullopt when malformed.
[[nodiscard]] std::optional<EditRecord> takeRecord(ByteReader& from);
void appendSections(std::string& to, const std::vector<EditSection>& sections);
[[nodiscard]] std::optional<std::vector<EditSection>> takeSections(ByteReader& from);

} // namespace isotherm::recovery::format
