// SPDX-License-Identifier: Apache-2.0
#include "agent/security/certificate_issue.h"

#include "agent/security/openssl_handles.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <ctime>

namespace isotherm::security
{
namespace
{

/// Clients whose clock is a little behind ours accept a fresh certificate all the same.
constexpr std::chrono::minutes kBackdating{5};

std::time_t toTimeT(WallTime time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

bool isIpAddress(const std::string& name)
{
    std::array<unsigned char, 16> buffer{};
    return ::inet_pton(AF_INET, name.c_str(), buffer.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), buffer.data()) == 1;
}

/// OpenSSL's text form of the names. They come from a configuration file: a comma in one would
/// smuggle in another.
Result<std::string> alternativeNameText(const std::vector<std::string>& names)
{
    static constexpr std::string_view kAllowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_:*";
    std::string text;
    for (const std::string& name : names) {
        if (name.empty() || name.find_first_not_of(kAllowed) != std::string::npos) {
            return makeError(Code::InvalidArgument,
                             "\"" + name + "\" is no host name and no address",
                             "give DNS names or IP addresses");
        }
        text += (text.empty() ? "" : ",") + std::string(isIpAddress(name) ? "IP:" : "DNS:") + name;
    }
    return text;
}

Status setSerial(X509* certificate)
{
    const BigNumber serial(BN_new());
    if (!serial || BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) != 1 ||
        BN_add_word(serial.get(), 1) != 1 ||
        BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) == nullptr) {
        return opensslError("cannot draw a serial number");
    }
    return {};
}

std::string serialText(const X509* certificate)
{
    const BigNumber serial(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
    char* hex = serial ? BN_bn2hex(serial.get()) : nullptr;
    std::string text = hex == nullptr ? "" : hex;
    OPENSSL_free(hex);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return text;
}

Status addNameEntry(X509_NAME* name, const char* field, const std::string& value)
{
    if (!value.empty() &&
        X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value.data()),
                                   static_cast<int>(value.size()), -1, 0) != 1) {
        Error error = opensslError("the name " + value + " cannot stand in a certificate");
        error.code = Code::InvalidArgument;
        return error;
    }
    return {};
}

Status addExtension(X509* certificate, X509* issuer, int nid, const std::string& value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    const ExtensionHandle extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
        return opensslError("cannot add the extension " + value);
    }
    return {};
}

Status addExtensions(X509* certificate, X509* issuer, const CertificateRequest& request)
{
    const bool authority = request.purpose == CertificatePurpose::Authority;
    ISO_TRY(addExtension(certificate, issuer, NID_basic_constraints,
                         authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE"));
    ISO_TRY(addExtension(certificate, issuer, NID_key_usage,
                         authority ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature"));
    ISO_TRY(addExtension(certificate, issuer, NID_subject_key_identifier, "hash"));
    if (!authority) {
        ISO_TRY(addExtension(certificate, issuer, NID_authority_key_identifier, "keyid"));
        ISO_TRY(addExtension(certificate, issuer, NID_ext_key_usage,
                             request.purpose == CertificatePurpose::Server ? "serverAuth"
                                                                           : "clientAuth"));
    }
    if (!request.alternativeNames.empty()) {
        ISO_ASSIGN(const std::string names, alternativeNameText(request.alternativeNames));
        ISO_TRY(addExtension(certificate, issuer, NID_subject_alt_name, names));
    }
    return {};
}

Result<CertificateHandle> fillCertificate(const CertificateRequest& request, EVP_PKEY* key,
                                          WallTime now)
{
    CertificateHandle certificate(X509_new());
    if (!certificate || X509_set_version(certificate.get(), X509_VERSION_3) != 1 ||
        X509_set_pubkey(certificate.get(), key) != 1 ||
        ASN1_TIME_set(X509_getm_notBefore(certificate.get()), toTimeT(now - kBackdating)) ==
            nullptr ||
        ASN1_TIME_set(X509_getm_notAfter(certificate.get()), toTimeT(now + request.lifetime)) ==
            nullptr) {
        return opensslError("cannot make a certificate");
    }
    ISO_TRY(setSerial(certificate.get()));
    X509_NAME* name = X509_get_subject_name(certificate.get());
    ISO_TRY(addNameEntry(name, "O", "Isotherm"));
    ISO_TRY(addNameEntry(name, "OU", request.organisationalUnit));
    ISO_TRY(addNameEntry(name, "CN", request.commonName));
    return certificate;
}

Result<CertificatePair> toPem(X509* certificate, EVP_PKEY* key)
{
    const BioHandle certificateBio(BIO_new(BIO_s_mem()));
    const BioHandle keyBio(BIO_new(BIO_s_mem()));
    if (!certificateBio || !keyBio || PEM_write_bio_X509(certificateBio.get(), certificate) != 1 ||
        PEM_write_bio_PKCS8PrivateKey(keyBio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) !=
            1) {
        return opensslError("cannot write a certificate");
    }
    return CertificatePair{bioText(certificateBio.get()), bioText(keyBio.get())};
}

std::string commonName(const X509_NAME* name)
{
    std::array<char, 256> text{};
    const int length = X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), NID_commonName,
                                                 text.data(), static_cast<int>(text.size()));
    return length > 0 ? std::string(text.data(), static_cast<std::size_t>(length)) : std::string();
}

PeerCertificate describe(const X509* certificate)
{
    return {.name = commonName(X509_get_subject_name(certificate)),
            .serial = serialText(certificate),
            .issuer = commonName(X509_get_issuer_name(certificate))};
}

/// Whether `ca` signed `certificate` for `purpose`, valid at `now`.
Status checkChain(X509* certificate, X509* ca, int purpose, WallTime now)
{
    const StoreHandle store(X509_STORE_new());
    const StoreContext context(X509_STORE_CTX_new());
    if (!store || !context || X509_STORE_add_cert(store.get(), ca) != 1 ||
        X509_STORE_CTX_init(context.get(), store.get(), certificate, nullptr) != 1 ||
        X509_STORE_CTX_set_purpose(context.get(), purpose) != 1) {
        return opensslError("cannot check a certificate");
    }
    X509_STORE_CTX_set_time(context.get(), 0, toTimeT(now));
    if (X509_verify_cert(context.get()) != 1) {
        const int reason = X509_STORE_CTX_get_error(context.get());
        ERR_clear_error();
        return makeError(Code::Unauthenticated, X509_verify_cert_error_string(reason));
    }
    return {};
}

} // namespace

Result<IssuedCertificate> issueCertificate(const CertificateRequest& request,
                                           const CertificatePair* issuer, WallTime now)
{
    const KeyHandle key(EVP_EC_gen("P-256"));
    if (!key) {
        return opensslError("cannot make a key");
    }
    ISO_ASSIGN(const CertificateHandle certificate, fillCertificate(request, key.get(), now));
    CertificateHandle issuerCertificate;
    KeyHandle issuerKey;
    if (issuer != nullptr) {
        ISO_ASSIGN(issuerCertificate, parseCertificate(issuer->certificatePem));
        ISO_ASSIGN(issuerKey, parsePrivateKey(issuer->privateKeyPem));
    }
    X509* signer = issuer != nullptr ? issuerCertificate.get() : certificate.get();
    if (X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer)) != 1) {
        return opensslError("cannot name the issuer");
    }
    ISO_TRY(addExtensions(certificate.get(), signer, request));
    EVP_PKEY* signingKey = issuer != nullptr ? issuerKey.get() : key.get();
    if (X509_sign(certificate.get(), signingKey, EVP_sha256()) == 0) {
        return opensslError("cannot sign a certificate");
    }
    ISO_ASSIGN(CertificatePair pair, toPem(certificate.get(), key.get()));
    return IssuedCertificate{serialText(certificate.get()), std::move(pair)};
}

std::vector<std::string> withLoopbackNames(std::vector<std::string> names)
{
    for (const char* loopback : {"localhost", "127.0.0.1", "::1"}) {
        names.emplace_back(loopback);
    }
    std::vector<std::string> once;
    for (std::string& name : names) {
        if (std::find(once.begin(), once.end(), name) == once.end()) {
            once.push_back(std::move(name));
        }
    }
    return once;
}

bool servesNames(const CertificatePair& pair, std::string_view caPem,
                 const std::vector<std::string>& names, WallTime now)
{
    const Result<CertificateHandle> certificate = parseCertificate(pair.certificatePem);
    const Result<CertificateHandle> ca = parseCertificate(caPem);
    const Result<KeyHandle> key = parsePrivateKey(pair.privateKeyPem);
    if (!certificate.ok() || !ca.ok() || !key.ok() ||
        X509_check_private_key(certificate->get(), key->get()) != 1 ||
        !checkChain(certificate->get(), ca->get(), X509_PURPOSE_SSL_SERVER,
                    now + std::chrono::days(30))
             .ok()) {
        ERR_clear_error();
        return false;
    }
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return isIpAddress(name)
                   ? X509_check_ip_asc(certificate->get(), name.c_str(), 0) == 1
                   : X509_check_host(certificate->get(), name.data(), name.size(), 0, nullptr) == 1;
    });
}

Result<PeerCertificate> readPeerCertificate(std::string_view pem)
{
    ISO_ASSIGN(const CertificateHandle certificate, parseCertificate(pem));
    return describe(certificate.get());
}

Result<PeerCertificate> verifyPeerCertificate(std::string_view pem, std::string_view caPem,
                                              WallTime now)
{
    ISO_ASSIGN(const CertificateHandle certificate, parseCertificate(pem));
    ISO_ASSIGN(const CertificateHandle ca, parseCertificate(caPem));
    ISO_TRY(checkChain(certificate.get(), ca.get(), X509_PURPOSE_SSL_CLIENT, now));
    return describe(certificate.get());
}

} // namespace isotherm::security
