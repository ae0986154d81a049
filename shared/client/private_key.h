// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <string>
#include <string_view>

/// Private keys at rest: PKCS#8 under AES-256 and scrypt. The profile's only use of OpenSSL.
namespace isotherm::client
{

[[nodiscard]] bool isEncryptedKey(std::string_view pem);

/// InvalidArgument when `pem` is no key. An empty passphrase gives the key in clear.
[[nodiscard]] Result<std::string> encryptPrivateKey(std::string_view pem,
                                                    std::string_view passphrase);

/// Unauthenticated when the passphrase is wrong or missing; InvalidArgument when `pem` is no key.
[[nodiscard]] Result<std::string> decryptPrivateKey(std::string_view pem,
                                                    std::string_view passphrase);

} // namespace isotherm::client
