// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/crypto.h"

#include <algorithm>
#include <cstring>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

namespace isotherm::repository
{
namespace
{

/// EVP takes lengths as int.
constexpr std::size_t kPiece = std::size_t{1} << 30U;

Error libraryFailed(std::string_view what)
{
    return makeError(Code::Internal, "the cryptographic library failed at " + std::string(what),
                     "check the installation of OpenSSL 3");
}

unsigned char* bytesOf(char* text)
{
    return reinterpret_cast<unsigned char*>(text);
}
const unsigned char* bytesOf(const char* text)
{
    return reinterpret_cast<const unsigned char*>(text);
}

struct CipherDeleter
{
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
struct DigestDeleter
{
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
struct KdfDeleter
{
    void operator()(EVP_KDF* kdf) const { EVP_KDF_free(kdf); }
};
struct KdfContextDeleter
{
    void operator()(EVP_KDF_CTX* context) const { EVP_KDF_CTX_free(context); }
};

} // namespace

SecretKey::SecretKey(std::string_view bytes)
{
    ISO_CHECK(bytes.size() == kKeyBytes);
    std::copy(bytes.begin(), bytes.end(), m_bytes.begin());
}

SecretKey::~SecretKey()
{
    OPENSSL_cleanse(m_bytes.data(), m_bytes.size());
}

Result<std::string> randomBytes(std::size_t count)
{
    std::string bytes(count, '\0');
    if (RAND_bytes(bytesOf(bytes.data()), static_cast<int>(count)) != 1) {
        return libraryFailed("random bytes");
    }
    return bytes;
}

std::string sha256(std::string_view bytes)
{
    Sha256 digest;
    digest.add(bytes);
    return digest.finish();
}

std::string shortCheck(std::string_view bytes)
{
    return sha256(bytes).substr(0, 8);
}

bool ScryptParameters::valid() const
{
    return logN >= 10 && logN <= 20 && blockSize >= 1 && blockSize <= 32 && parallel >= 1 &&
           parallel <= 16 && (std::uint64_t{128} * blockSize << logN) <= (std::uint64_t{1} << 30U);
}

Result<SecretKey> scryptKey(std::string_view passphrase, const ScryptParameters& parameters)
{
    if (!parameters.valid()) {
        return makeError(Code::InvalidArgument, "the key derivation's parameters are out of range");
    }
    SecretKey key;
    const std::uint64_t memory = (std::uint64_t{128} * parameters.blockSize << parameters.logN);
    if (EVP_PBE_scrypt(passphrase.data(), passphrase.size(), bytesOf(parameters.salt.data()),
                       parameters.salt.size(), std::uint64_t{1} << parameters.logN,
                       parameters.blockSize, parameters.parallel, memory + (64ULL << 20U),
                       bytesOf(key.data()), kKeyBytes) != 1) {
        return libraryFailed("scrypt");
    }
    return key;
}

Result<SecretKey> hkdfKey(const SecretKey& key, std::string_view salt, std::string_view info)
{
    const std::unique_ptr<EVP_KDF, KdfDeleter> kdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const std::unique_ptr<EVP_KDF_CTX, KdfContextDeleter> context(kdf ? EVP_KDF_CTX_new(kdf.get())
                                                                      : nullptr);
    if (!context) {
        return libraryFailed("HKDF");
    }
    std::string digest = "SHA256";
    std::string secret(key.bytes());
    std::string saltBytes(salt);
    std::string infoBytes(info);
    const std::array<OSSL_PARAM, 5> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, secret.data(), secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, saltBytes.data(), saltBytes.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, infoBytes.data(), infoBytes.size()),
        OSSL_PARAM_construct_end()};
    SecretKey derived;
    const int good =
        EVP_KDF_derive(context.get(), bytesOf(derived.data()), kKeyBytes, parameters.data());
    OPENSSL_cleanse(secret.data(), secret.size());
    if (good != 1) {
        return libraryFailed("HKDF");
    }
    return derived;
}

struct Sha256::State
{
    std::unique_ptr<EVP_MD_CTX, DigestDeleter> context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : m_state(std::make_unique<State>())
{
    ISO_CHECK(m_state->context &&
              EVP_DigestInit_ex(m_state->context.get(), EVP_sha256(), nullptr) == 1);
}

Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes)
{
    ISO_CHECK(EVP_DigestUpdate(m_state->context.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish()
{
    std::string digest(kDigestBytes, '\0');
    ISO_CHECK(EVP_DigestFinal_ex(m_state->context.get(), bytesOf(digest.data()), nullptr) == 1);
    return digest;
}

struct Aead::State
{
    SecretKey key;
    std::unique_ptr<EVP_CIPHER_CTX, CipherDeleter> context{EVP_CIPHER_CTX_new()};

    /// Feeds `input` in pieces; `output` null means associated data.
    template <class Update>
    bool feed(const Update& update, std::string_view input, char* output)
    {
        while (!input.empty()) {
            const std::size_t piece = std::min(input.size(), kPiece);
            int written = 0;
            if (update(context.get(), output == nullptr ? nullptr : bytesOf(output), &written,
                       bytesOf(input.data()), static_cast<int>(piece)) != 1) {
                return false;
            }
            input.remove_prefix(piece);
            output = output == nullptr ? nullptr : output + piece;
        }
        return true;
    }
};

Aead::Aead(const SecretKey& key) : m_state(std::make_unique<State>())
{
    m_state->key = key;
    ISO_CHECK(m_state->context != nullptr);
}

Aead::~Aead() = default;
Aead::Aead(Aead&&) noexcept = default;
Aead& Aead::operator=(Aead&&) noexcept = default;

Status Aead::seal(std::string_view nonce, std::string_view associated, std::string_view plain,
                  std::string& to)
{
    ISO_CHECK(nonce.size() == kNonceBytes);
    const std::size_t at = to.size();
    to.resize(at + plain.size() + kTagBytes);
    EVP_CIPHER_CTX* context = m_state->context.get();
    int ignored = 0;
    const bool good =
        EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nullptr,
                           bytesOf(m_state->key.bytes().data()), bytesOf(nonce.data())) == 1 &&
        m_state->feed(EVP_EncryptUpdate, associated, nullptr) &&
        m_state->feed(EVP_EncryptUpdate, plain, to.data() + at) &&
        EVP_EncryptFinal_ex(context, bytesOf(to.data() + at + plain.size()), &ignored) == 1 &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes,
                            to.data() + at + plain.size()) == 1;
    if (!good) {
        to.resize(at);
        return libraryFailed("encryption");
    }
    return {};
}

Result<std::string> Aead::open(std::string_view nonce, std::string_view associated,
                               std::string_view sealed)
{
    ISO_CHECK(nonce.size() == kNonceBytes);
    if (sealed.size() < kTagBytes) {
        return makeError(Code::DataLoss, "too short to be authenticated");
    }
    const std::string_view cipher = sealed.substr(0, sealed.size() - kTagBytes);
    std::string tag(sealed.substr(cipher.size()));
    std::string plain(cipher.size(), '\0');
    EVP_CIPHER_CTX* context = m_state->context.get();
    if (EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nullptr,
                           bytesOf(m_state->key.bytes().data()), bytesOf(nonce.data())) != 1 ||
        !m_state->feed(EVP_DecryptUpdate, associated, nullptr) ||
        !m_state->feed(EVP_DecryptUpdate, cipher, plain.data()) ||
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) != 1) {
        return libraryFailed("decryption");
    }
    std::array<char, kTagBytes> rest{};
    int ignored = 0;
    if (EVP_DecryptFinal_ex(context, bytesOf(rest.data()), &ignored) != 1) {
        return makeError(Code::DataLoss,
                         "authentication failed: the bytes are not what was written");
    }
    return plain;
}

} // namespace isotherm::repository
