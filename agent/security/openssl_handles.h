// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <memory>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <string>
#include <string_view>

/// Owned OpenSSL objects and the one place where its errors become ours. Only for agent/security.
namespace isotherm::security
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
using BigNumber = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using KeyHandle = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using CertificateHandle = std::unique_ptr<X509, FreeWith<X509_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, FreeWith<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, FreeWith<X509_STORE_CTX_free>>;
using ExtensionHandle = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

/// Internal, with OpenSSL's own words; empties its queue of errors.
[[nodiscard]] Error opensslError(std::string_view what);

[[nodiscard]] std::string bioText(BIO* bio);

/// InvalidArgument when `pem` holds none.
[[nodiscard]] Result<CertificateHandle> parseCertificate(std::string_view pem);
[[nodiscard]] Result<KeyHandle> parsePrivateKey(std::string_view pem);

} // namespace isotherm::security
