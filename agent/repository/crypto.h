// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

/// The repository's use of OpenSSL. Everything here fails with Internal when the library does.
namespace isotherm::repository
{

inline constexpr std::size_t kKeyBytes = 32;
inline constexpr std::size_t kTagBytes = 16;
inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kDigestBytes = 32;

/// A 256-bit key, wiped when destroyed.
class SecretKey
{
public:
    SecretKey() = default;
    /// Precondition: `bytes` has kKeyBytes bytes.
    explicit SecretKey(std::string_view bytes);
    ~SecretKey();
    SecretKey(const SecretKey&) = default;
    SecretKey& operator=(const SecretKey&) = default;

    [[nodiscard]] std::string_view bytes() const { return {m_bytes.data(), m_bytes.size()}; }
    [[nodiscard]] char* data() { return m_bytes.data(); }

private:
    std::array<char, kKeyBytes> m_bytes{};
};

/// Cryptographically random bytes.
[[nodiscard]] Result<std::string> randomBytes(std::size_t count);

[[nodiscard]] std::string sha256(std::string_view bytes);

/// The first 8 bytes of SHA-256: FORMAT.md's "check".
[[nodiscard]] std::string shortCheck(std::string_view bytes);

struct ScryptParameters
{
    std::uint32_t logN = 0;
    std::uint32_t blockSize = 0;
    std::uint32_t parallel = 0;
    std::string salt;

    /// Within FORMAT.md's limits, which bound memory to 1 GiB.
    [[nodiscard]] bool valid() const;
};

/// InvalidArgument unless the parameters are valid.
[[nodiscard]] Result<SecretKey> scryptKey(std::string_view passphrase,
                                          const ScryptParameters& parameters);

[[nodiscard]] Result<SecretKey> hkdfKey(const SecretKey& key, std::string_view salt,
                                        std::string_view info);

/// SHA-256 of bytes that come in pieces.
class Sha256
{
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;
    void add(std::string_view bytes);
    /// Call once.
    [[nodiscard]] std::string finish();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// AES-256-GCM under one key; nonces are the caller's. Not thread-safe, reusable.
class Aead
{
public:
    explicit Aead(const SecretKey& key);
    ~Aead();
    Aead(Aead&&) noexcept;
    Aead& operator=(Aead&&) noexcept;

    /// Encrypts `plain` and appends ciphertext and tag to `to`.
    [[nodiscard]] Status seal(std::string_view nonce, std::string_view associated,
                              std::string_view plain, std::string& to);

    /// `sealed` is ciphertext and tag. DataLoss when they were not sealed so under this key.
    [[nodiscard]] Result<std::string> open(std::string_view nonce, std::string_view associated,
                                           std::string_view sealed);

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace isotherm::repository
