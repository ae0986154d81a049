// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/byte_buffer.h"
#include "shared/base/byte_io.h"
#include "shared/base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// The repository's use of zstd: streams and containers of FORMAT.md.
namespace isotherm::repository
{

/// Largest plaintext of a container.
inline constexpr std::uint64_t kContainerLimit = 256ULL << 20U;

/// Reusable compressor and decompressor. Not thread-safe: one per thread.
class Compression
{
public:
    explicit Compression(int level);
    ~Compression();
    Compression(Compression&&) noexcept;
    Compression& operator=(Compression&&) noexcept;

    /// What an encoder knows about the bytes of a stream: planes are first judged by their entropy.
    enum class Hint { Text, Plane };

    /// Appends a stream: one repeated byte, zstd, or stored, whatever is smallest.
    void appendStream(std::string& to, std::string_view raw, Hint hint);

    /// Takes a stream of exactly `rawLength` bytes, for which the caller has room at `to`. False
    /// when it is malformed.
    [[nodiscard]] bool takeStream(ByteReader& from, std::uint64_t rawLength, char* to);
    /// The same into a buffer (replaced), which grows only if the stored bytes can fill it.
    [[nodiscard]] bool takeStream(ByteReader& from, std::uint64_t rawLength, ByteBuffer& to);

    [[nodiscard]] std::string packContainer(std::string_view raw);
    /// DataLoss when malformed or over the limit.
    [[nodiscard]] Result<std::string> unpackContainer(std::string_view packed);

private:
    [[nodiscard]] bool inflate(std::string_view stored, std::uint64_t rawLength, char* to);

    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace isotherm::repository
