// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/security/certificate_authority.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::security
{

/// One certificate that this agent issued, and what it may do now.
struct ClientRecord
{
    std::string serial;
    std::string name;
    Role role = Role::Viewer;
    WallTime enrolled{};
    std::optional<WallTime> revoked;

    friend bool operator==(const ClientRecord&, const ClientRecord&) = default;
};

/// Who may come in: `clients.json` beside the authority. The file is the truth, whoever writes it
/// (`isotherm-agent enroll`, `revoke`, a running agent): every question looks whether it has
/// changed, so that a revocation counts from the next call on. Thread-safe; writers of several
/// processes are ordered by a lock file.
class ClientRegistry
{
public:
    /// `directory`: state_dir/tls. The file may not exist yet: nobody is enrolled then.
    explicit ClientRegistry(std::filesystem::path directory);

    /// NotFound for a serial that was never enrolled here; DataLoss never: an unreadable file is
    /// FailedPrecondition, and nobody comes in.
    [[nodiscard]] Result<ClientRecord> find(std::string_view serial) const;

    [[nodiscard]] Result<std::vector<ClientRecord>> list() const;

    /// AlreadyExists when a client of this name is enrolled and not revoked.
    [[nodiscard]] Status add(const ClientRecord& record);

    /// Revokes every certificate of `name`. NotFound when there is none that is not yet revoked.
    [[nodiscard]] Status revoke(std::string_view name, WallTime now);

    /// What `name` may do from its next call on. NotFound when it is not enrolled.
    [[nodiscard]] Status setRole(std::string_view name, Role role);

private:
    struct Stamp;
    using Records = std::map<std::string, ClientRecord, std::less<>>;

    /// Brings m_records up to the file; after an error nobody is known.
    [[nodiscard]] Status refresh() const;
    [[nodiscard]] Status store(const Records& records) const;
    template <class Change>
    [[nodiscard]] Status change(Change&& apply);

    std::filesystem::path m_file;
    mutable std::mutex m_mutex;
    mutable std::shared_ptr<const Stamp> m_stamp; ///< of the file that m_records came from
    mutable Records m_records;
};

/// Issues a certificate and writes it into the registry: what `isotherm-agent enroll` does before
/// it saves the profile.
[[nodiscard]] Result<IssuedClient> enrollClient(const CertificateAuthority& authority,
                                                ClientRegistry& registry, std::string_view name,
                                                Role role, WallTime now);

} // namespace isotherm::security
