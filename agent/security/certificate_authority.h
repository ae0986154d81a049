// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::security
{

/// A certificate and its private key (PKCS#8), both PEM, the key in clear: keep it in memory or in
/// a file of mode 0600.
struct CertificatePair
{
    std::string certificatePem;
    std::string privateKeyPem;
};

/// What a server needs to speak mutual TLS.
struct TlsMaterial
{
    std::string caPem;
    CertificatePair server;
};

/// A client certificate as just issued. `serial` is what the registry knows it by.
struct IssuedClient
{
    std::string serial;
    CertificatePair pair;
};

/// The agent's own certificate authority: EC P-256 keys, random 128-bit serials, kept in one folder
/// (`ca.pem`, `ca.key` with mode 0600). Immutable after open; thread-safe.
class CertificateAuthority
{
public:
    /// Makes a new authority in `directory` (created with mode 0700), named after the cluster.
    /// AlreadyExists when there is one: replacing it would cut off every enrolled client.
    [[nodiscard]] static Result<CertificateAuthority>
    create(const std::filesystem::path& directory, std::string_view clusterName, WallTime now);

    /// NotFound with a hint when `directory` holds none; FailedPrecondition when the key file can
    /// be read by others or does not belong to the certificate.
    [[nodiscard]] static Result<CertificateAuthority> open(const std::filesystem::path& directory);

    [[nodiscard]] const std::string& certificatePem() const { return m_pair.certificatePem; }

    /// A server certificate for `names` (DNS names and IP addresses; localhost, 127.0.0.1 and ::1
    /// are always added), valid for 825 days.
    [[nodiscard]] Result<CertificatePair> issueServer(const std::vector<std::string>& names,
                                                      WallTime now) const;

    /// A client certificate: common name `name`, organisational unit the role's name, valid for 825
    /// days. InvalidArgument unless `name` is 1–64 characters of letters, digits and . _ - @.
    [[nodiscard]] Result<IssuedClient> issueClient(std::string_view name, Role role,
                                                   WallTime now) const;

private:
    explicit CertificateAuthority(CertificatePair pair) : m_pair(std::move(pair)) {}

    CertificatePair m_pair;
};

/// The server's TLS material from `directory`; issues `server.pem`/`server.key` when missing, when
/// `names` are not all in it, or when it ends within 30 days. Needs the authority in the same
/// folder.
[[nodiscard]] Result<TlsMaterial> ensureServerMaterial(const std::filesystem::path& directory,
                                                       const std::vector<std::string>& names,
                                                       WallTime now);

/// What a peer's certificate says of it.
struct PeerCertificate
{
    std::string name;   ///< common name; empty when there is none
    std::string serial; ///< lower-case hexadecimal
    std::string issuer; ///< common name of who signed it
};

/// Reads a certificate. InvalidArgument when it is none.
[[nodiscard]] Result<PeerCertificate> readPeerCertificate(std::string_view pem);

/// The same, after checking that `caPem` signed it, that it is a client certificate and that `now`
/// is in its validity. Unauthenticated otherwise, with the reason.
[[nodiscard]] Result<PeerCertificate> verifyPeerCertificate(std::string_view pem,
                                                            std::string_view caPem, WallTime now);

} // namespace isotherm::security
