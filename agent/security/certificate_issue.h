// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/security/certificate_authority.h"

#include <chrono>
#include <string>
#include <vector>

/// Making and judging single certificates; used by CertificateAuthority only.
namespace isotherm::security
{

enum class CertificatePurpose { Authority, Server, Client };

struct CertificateRequest
{
    std::string commonName;
    std::string organisationalUnit;
    CertificatePurpose purpose = CertificatePurpose::Client;
    std::vector<std::string> alternativeNames; ///< DNS names and IP addresses
    std::chrono::seconds lifetime = std::chrono::days(825);
};

struct IssuedCertificate
{
    std::string serial;
    CertificatePair pair;
};

/// A fresh EC P-256 key and a certificate for it, signed by `issuer` (nullptr: by itself).
/// InvalidArgument for a name that cannot stand in a certificate.
[[nodiscard]] Result<IssuedCertificate>
issueCertificate(const CertificateRequest& request, const CertificatePair* issuer, WallTime now);

/// `names` and localhost, 127.0.0.1, ::1, each once.
[[nodiscard]] std::vector<std::string> withLoopbackNames(std::vector<std::string> names);

/// True when `pair` belongs together, `caPem` signed it, it serves all `names`, and it is good for
/// another 30 days.
[[nodiscard]] bool servesNames(const CertificatePair& pair, std::string_view caPem,
                               const std::vector<std::string>& names, WallTime now);

} // namespace isotherm::security
