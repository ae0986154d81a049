// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/crypto.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

/// Object headers and frames (FORMAT.md, section 5).
namespace isotherm::repository
{

inline constexpr std::size_t kObjectHeaderBytes = 96;
inline constexpr std::size_t kFrameHeaderBytes = 16;
/// What a frame is longer than its plaintext.
inline constexpr std::size_t kFrameOverhead = kFrameHeaderBytes + kTagBytes;
inline constexpr std::size_t kIdBytes = 16;

enum class ObjectKind : char { Run = 'R', Manifest = 'M', GarbageMark = 'G' };

enum class FrameKind : std::uint8_t {
    Block = 1,
    Transactions = 2,
    Index = 3,
    Manifest = 4,
    GarbageMark = 5
};

/// What all objects of one repository share.
struct RepositoryKeys
{
    std::string repositoryId; ///< kIdBytes bytes
    SecretKey dataKey;
};

struct ObjectHeader
{
    ObjectKind kind = ObjectKind::Run;
    std::string repositoryId;
    std::string objectId;
    std::string salt;
    WallTime created{};
    std::uint16_t minorVersion = 0;

    [[nodiscard]] std::string encode() const;
};

/// DataLoss when damaged, Unimplemented when a newer version wrote it.
[[nodiscard]] Result<ObjectHeader> decodeObjectHeader(std::string_view bytes, ObjectKind kind);

/// A header with fresh id and salt.
[[nodiscard]] Result<ObjectHeader> makeObjectHeader(const RepositoryKeys& keys, ObjectKind kind,
                                                    WallTime created);

struct FrameHeader
{
    std::uint64_t cipherBytes = 0;
    std::uint32_t number = 0;
    FrameKind kind = FrameKind::Block;
    bool last = false;

    [[nodiscard]] std::string encode() const;
    [[nodiscard]] std::uint64_t frameBytes() const { return cipherBytes + kFrameOverhead; }

    friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// Which frame is wanted; compared with what is found.
struct FrameWanted
{
    std::uint32_t number = 0;
    FrameKind kind = FrameKind::Block;
    bool last = false;
};

/// Seals and opens the frames of one object. Not thread-safe.
class ObjectCipher
{
public:
    /// DataLoss when the header belongs to another repository.
    [[nodiscard]] static Result<ObjectCipher> make(const RepositoryKeys& keys,
                                                   const ObjectHeader& header);

    /// Appends the whole frame to `to`.
    [[nodiscard]] Status seal(const FrameWanted& frame, std::string_view context,
                              std::string_view plain, std::string& to);

    /// `frame` is exactly one frame. DataLoss unless it is the wanted one, untouched.
    [[nodiscard]] Result<std::string> open(const FrameWanted& wanted, std::string_view context,
                                           std::string_view frame);

private:
    ObjectCipher(Aead aead, std::string objectId)
        : m_aead(std::move(aead)), m_objectId(std::move(objectId))
    {
    }

    Aead m_aead;
    std::string m_objectId;
};

/// A small object of one frame, whose context is its name: manifests and garbage marks.
[[nodiscard]] Result<std::string> sealSmallObject(const RepositoryKeys& keys, ObjectKind kind,
                                                  std::string_view name, std::string_view plain,
                                                  WallTime created);
[[nodiscard]] Result<std::string> openSmallObject(const RepositoryKeys& keys, ObjectKind kind,
                                                  std::string_view name, std::string_view bytes);

} // namespace isotherm::repository
