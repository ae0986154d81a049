// SPDX-License-Identifier: Apache-2.0
#include "shared/client/private_key.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

namespace isotherm::client
{
namespace
{

template <auto Free>
struct FreeWith
{
    template <class T>
    void operator()(T* object) const
    {
        Free(object);
    }
};

using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free_all>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using PlainKey = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>>;
using SealedKey = std::unique_ptr<X509_SIG, FreeWith<X509_SIG_free>>;
using Algorithm = std::unique_ptr<X509_ALGOR, FreeWith<X509_ALGOR_free>>;

// 16 MiB and about 50 ms per guess: the most that OpenSSL's default memory bound lets through.
constexpr std::uint64_t kScryptN = 16'384;
constexpr std::uint64_t kScryptR = 8;
constexpr std::uint64_t kScryptP = 1;

int givePassphrase(char* buffer, int size, int /*writing*/, void* passphrase)
{
    const auto* text = static_cast<const std::string_view*>(passphrase);
    const std::size_t length = std::min(text->size(), static_cast<std::size_t>(size));
    std::memcpy(buffer, text->data(), length);
    return static_cast<int>(length);
}

KeyHandle readKey(std::string_view pem, std::string_view passphrase)
{
    const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    KeyHandle key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, givePassphrase, &passphrase)
                      : nullptr);
    ERR_clear_error();
    return key;
}

std::string takeText(BIO* bio)
{
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

Result<std::string> writeClear(EVP_PKEY* key)
{
    const BioHandle bio(BIO_new(BIO_s_secmem()));
    if (!bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
        ERR_clear_error();
        return makeError(Code::Internal, "cannot write the private key");
    }
    return takeText(bio.get());
}

Error noKey()
{
    return makeError(Code::InvalidArgument, "the private key cannot be read",
                     "the file is damaged; ask for a new profile: isotherm-agent enroll");
}

} // namespace

bool isEncryptedKey(std::string_view pem)
{
    return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos;
}

Result<std::string> encryptPrivateKey(std::string_view pem, std::string_view passphrase)
{
    const KeyHandle key = readKey(pem, "");
    if (!key) {
        return noKey();
    }
    if (passphrase.empty()) {
        return writeClear(key.get());
    }
    const PlainKey plain(EVP_PKEY2PKCS8(key.get()));
    Algorithm algorithm(PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, kScryptN,
                                              kScryptR, kScryptP));
    SealedKey sealed(plain && algorithm
                         ? PKCS8_set0_pbe(passphrase.data(), static_cast<int>(passphrase.size()),
                                          plain.get(), algorithm.get())
                         : nullptr);
    if (sealed) {
        (void)algorithm.release(); // owned by `sealed` now
    }
    const BioHandle bio(BIO_new(BIO_s_mem()));
    if (!sealed || !bio || PEM_write_bio_PKCS8(bio.get(), sealed.get()) != 1) {
        ERR_clear_error();
        return makeError(Code::Internal, "cannot encrypt the private key");
    }
    return takeText(bio.get());
}

Result<std::string> decryptPrivateKey(std::string_view pem, std::string_view passphrase)
{
    const KeyHandle key = readKey(pem, passphrase);
    if (key) {
        return writeClear(key.get());
    }
    if (!isEncryptedKey(pem)) {
        return noKey();
    }
    return passphrase.empty()
               ? makeError(Code::Unauthenticated, "the profile's key is protected by a passphrase",
                           "give it: --passphrase-file FILE")
               : makeError(Code::Unauthenticated, "the passphrase is wrong",
                           "it was set when the profile was made; if it is lost, enroll again");
}

} // namespace isotherm::client
