// SPDX-License-Identifier: Apache-2.0
#include "agent/security/crypto.h"

#include "agent/security/openssl_handles.h"
#include "shared/base/byte_io.h"
#include "shared/base/check.h"

#include <array>

namespace isotherm::security
{

std::string sha256Hex(std::string_view bytes)
{
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    // Fails only without memory or without its default provider: there is nothing to go on with.
    ISO_CHECK(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(),
                         nullptr) == 1 &&
              length == digest.size());
    return toHex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Error opensslError(std::string_view what)
{
    const unsigned long number = ERR_get_error();
    std::array<char, 256> text{};
    ERR_error_string_n(number, text.data(), text.size());
    ERR_clear_error();
    return makeError(Code::Internal,
                     std::string(what) + ": " + (number == 0 ? "unknown error" : text.data()));
}

std::string bioText(BIO* bio)
{
    char* data = nullptr;
    const long length = BIO_get_mem_data(bio, &data);
    return length > 0 ? std::string(data, static_cast<std::size_t>(length)) : std::string();
}

Result<CertificateHandle> parseCertificate(std::string_view pem)
{
    const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    CertificateHandle certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)
                                      : nullptr);
    if (!certificate) {
        Error error = opensslError("cannot read the certificate");
        error.code = Code::InvalidArgument;
        return error;
    }
    return certificate;
}

Result<KeyHandle> parsePrivateKey(std::string_view pem)
{
    const BioHandle bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    // An empty passphrase keeps OpenSSL from asking on the terminal.
    std::string none;
    KeyHandle key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, none.data())
                      : nullptr);
    if (!key) {
        Error error = opensslError("cannot read the private key");
        error.code = Code::InvalidArgument;
        return error;
    }
    return key;
}

} // namespace isotherm::security
