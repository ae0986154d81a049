// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/records.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace isotherm::client
{

/// What a person needs to reach one agent, as `isotherm-agent enroll` wrote it. PEM texts; the
/// private key is kept encrypted (PKCS#8) in the file and plain only in memory.
struct Profile
{
    std::string name; ///< the certificate's common name
    Role role = Role::Viewer;
    std::string cluster; ///< for window titles
    std::string address; ///< host:port
    std::string caPem;
    std::string certificatePem;
    std::string privateKeyPem; ///< decrypted
};

/// True if the profile's key is protected by a passphrase. NotFound, or InvalidArgument if it is no
/// profile.
[[nodiscard]] Result<bool> profileNeedsPassphrase(const std::filesystem::path& file);

/// Reads and decrypts. Unauthenticated: the passphrase is wrong. InvalidArgument: the file is no
/// profile.
[[nodiscard]] Result<Profile> loadProfile(const std::filesystem::path& file,
                                          std::string_view passphrase);

/// Writes `profile` with its key encrypted under `passphrase` (empty: in clear, file mode 0600
/// either way).
[[nodiscard]] Status saveProfile(const Profile& profile, const std::filesystem::path& file,
                                 std::string_view passphrase);

/// $ISOTHERM_PROFILE, else $XDG_CONFIG_HOME/isotherm/profile.json, else
/// ~/.config/isotherm/profile.json.
[[nodiscard]] std::filesystem::path defaultProfilePath();

} // namespace isotherm::client
