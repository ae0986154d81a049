// SPDX-License-Identifier: Apache-2.0
#include "agent/security/certificate_authority.h"

#include "agent/security/certificate_issue.h"
#include "agent/security/openssl_handles.h"
#include "shared/base/file.h"

#include <sys/stat.h>
#include <system_error>

namespace isotherm::security
{
namespace
{

constexpr const char* kCaCertificate = "ca.pem";
constexpr const char* kCaKey = "ca.key";

Status requirePrivateFile(const std::filesystem::path& file)
{
    struct stat info = {};
    if (::stat(file.c_str(), &info) != 0) {
        return errnoError(errno, "cannot look at " + file.string());
    }
    if ((info.st_mode & 077U) != 0) {
        return makeError(Code::FailedPrecondition,
                         "the private key " + file.string() + " can be read by others",
                         "chmod 600 " + file.string());
    }
    return {};
}

Status makePrivateDirectory(const std::filesystem::path& directory)
{
    std::error_code error;
    const bool made = std::filesystem::create_directories(directory, error);
    if (error) {
        return errnoError(error.value(), "cannot make the folder " + directory.string());
    }
    if (made && ::chmod(directory.c_str(), 0700) != 0) {
        return errnoError(errno, "cannot protect the folder " + directory.string());
    }
    return {};
}

Status validateClientName(std::string_view name)
{
    static constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@";
    if (name.empty() || name.size() > 64 ||
        name.find_first_not_of(kAllowed) != std::string_view::npos) {
        return makeError(Code::InvalidArgument,
                         "\"" + std::string(name) + "\" cannot be a client's name",
                         "1 to 64 letters, digits and . _ - @");
    }
    return {};
}

} // namespace

Result<CertificateAuthority> CertificateAuthority::create(const std::filesystem::path& directory,
                                                          std::string_view clusterName,
                                                          WallTime now)
{
    ISO_TRY(makePrivateDirectory(directory));
    std::error_code ignored;
    if (std::filesystem::exists(directory / kCaKey, ignored) ||
        std::filesystem::exists(directory / kCaCertificate, ignored)) {
        return makeError(Code::AlreadyExists,
                         "there is a certificate authority in " + directory.string(),
                         "keep it: every enrolled client trusts it");
    }
    CertificateRequest request;
    request.commonName = ("Isotherm CA " + std::string(clusterName)).substr(0, 64);
    request.purpose = CertificatePurpose::Authority;
    request.lifetime = std::chrono::years(20);
    ISO_ASSIGN(IssuedCertificate issued, issueCertificate(request, nullptr, now));
    // The key first: a certificate without its key would look like an authority and be none.
    ISO_TRY(writeFileDurably(directory / kCaKey, issued.pair.privateKeyPem, FileMode::Private));
    ISO_TRY(writeFileDurably(directory / kCaCertificate, issued.pair.certificatePem));
    return CertificateAuthority(std::move(issued.pair));
}

Result<CertificateAuthority> CertificateAuthority::open(const std::filesystem::path& directory)
{
    Result<std::string> certificate = readFile(directory / kCaCertificate);
    if (!certificate.ok()) {
        Error error = certificate.error();
        if (error.code == Code::NotFound) {
            error.hint = "make one: isotherm-agent init";
        }
        return error;
    }
    ISO_TRY(requirePrivateFile(directory / kCaKey));
    ISO_ASSIGN(std::string key, readFile(directory / kCaKey));
    ISO_ASSIGN(const CertificateHandle parsed, parseCertificate(certificate.value()));
    ISO_ASSIGN(const KeyHandle parsedKey, parsePrivateKey(key));
    if (X509_check_private_key(parsed.get(), parsedKey.get()) != 1) {
        ERR_clear_error();
        return makeError(Code::FailedPrecondition,
                         "ca.key does not belong to ca.pem in " + directory.string(),
                         "restore both files from the same backup");
    }
    return CertificateAuthority({std::move(certificate).value(), std::move(key)});
}

Result<CertificatePair> CertificateAuthority::issueServer(const std::vector<std::string>& names,
                                                          WallTime now) const
{
    CertificateRequest request;
    request.commonName = "isotherm-agent";
    request.purpose = CertificatePurpose::Server;
    request.alternativeNames = withLoopbackNames(names);
    ISO_ASSIGN(IssuedCertificate issued, issueCertificate(request, &m_pair, now));
    return std::move(issued.pair);
}

Result<IssuedClient> CertificateAuthority::issueClient(std::string_view name, Role role,
                                                       WallTime now) const
{
    ISO_TRY(validateClientName(name));
    CertificateRequest request;
    request.commonName = name;
    request.organisationalUnit = roleName(role);
    request.purpose = CertificatePurpose::Client;
    ISO_ASSIGN(IssuedCertificate issued, issueCertificate(request, &m_pair, now));
    return IssuedClient{std::move(issued.serial), std::move(issued.pair)};
}

Result<TlsMaterial> ensureServerMaterial(const std::filesystem::path& directory,
                                         const std::vector<std::string>& names, WallTime now)
{
    ISO_ASSIGN(const CertificateAuthority authority, CertificateAuthority::open(directory));
    const std::filesystem::path certificateFile = directory / "server.pem";
    const std::filesystem::path keyFile = directory / "server.key";
    const Result<std::string> certificate = readFile(certificateFile);
    const Result<std::string> key = readFile(keyFile);
    if (certificate.ok() && key.ok()) {
        const CertificatePair kept{certificate.value(), key.value()};
        if (servesNames(kept, authority.certificatePem(), withLoopbackNames(names), now)) {
            ISO_TRY(requirePrivateFile(keyFile));
            return TlsMaterial{authority.certificatePem(), kept};
        }
    }
    ISO_ASSIGN(const CertificatePair pair, authority.issueServer(names, now));
    ISO_TRY(writeFileDurably(keyFile, pair.privateKeyPem, FileMode::Private));
    ISO_TRY(writeFileDurably(certificateFile, pair.certificatePem));
    return TlsMaterial{authority.certificatePem(), pair};
}

} // namespace isotherm::security
