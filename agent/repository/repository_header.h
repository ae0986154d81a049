// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/crypto.h"
#include "agent/repository/sealed_object.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

/// The repository header: the data key, wrapped by the passphrase (FORMAT.md, section 4).
namespace isotherm::repository
{

struct RepositoryHeader
{
    std::string repositoryId;
    WallTime created{};
    std::uint32_t generation = 1;
    ScryptParameters scrypt;
};

/// The header's bytes, with a fresh nonce. `header.scrypt.salt` must be fresh too.
[[nodiscard]] Result<std::string>
wrapDataKey(const RepositoryHeader& header, const SecretKey& dataKey, std::string_view passphrase);

/// Checks and reads what is not secret. DataLoss, Unimplemented.
[[nodiscard]] Result<RepositoryHeader> decodeRepositoryHeader(std::string_view bytes);

/// Unauthenticated when the passphrase is wrong; DataLoss, Unimplemented as above.
[[nodiscard]] Result<RepositoryKeys> unwrapDataKey(std::string_view bytes,
                                                   std::string_view passphrase);

} // namespace isotherm::repository
