// SPDX-License-Identifier: Apache-2.0
#include "agent/api/gatekeeper.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <optional>

namespace isotherm::api
{
namespace
{

constexpr const char* kEnrollHint =
    "ask for a profile: isotherm-agent enroll NAME --role ROLE --out FILE";

/// Who somebody says to be, when nothing proves it.
std::string claimedName(const security::PeerCertificate& certificate)
{
    return "\"" + certificate.name + "\" of \"" + certificate.issuer + "\"";
}

} // namespace

Result<Visitor> Gatekeeper::admit(const PeerEvidence& peer, const Permission& permission)
{
    Visitor visitor;
    visitor.name = "-";
    visitor.address = peer.address;
    if (peer.certificatePem.empty()) {
        return refuse(
            makeError(Code::Unauthenticated, "no client certificate was shown", kEnrollHint),
            visitor, permission);
    }
    const Result<security::PeerCertificate> certificate = security::verifyPeerCertificate(
        peer.certificatePem, m_parts.caPem, m_parts.clock.wallNow());
    if (!certificate.ok()) {
        const auto claimed = security::readPeerCertificate(peer.certificatePem);
        const std::string who = claimed.ok() ? claimedName(claimed.value()) : "an unreadable one";
        return refuse(makeError(Code::Unauthenticated,
                                "the agent does not accept the client certificate " + who + ": " +
                                    certificate.error().message,
                                kEnrollHint),
                      visitor, permission);
    }
    visitor.name = certificate->name;
    visitor.serial = certificate->serial;
    const Result<security::ClientRecord> record = m_parts.clients.find(visitor.serial);
    if (!record.ok()) {
        // A registry that cannot be read lets nobody in, and is not the client's fault.
        const Code code =
            record.error().code == Code::NotFound ? Code::Unauthenticated : Code::Unavailable;
        return refuse({code, record.error().message, record.error().hint}, visitor, permission);
    }
    visitor.role = record->role;
    ISO_TRY(allow(visitor, permission, record.value()));
    return visitor;
}

Status Gatekeeper::recheck(const Visitor& visitor, const Permission& permission)
{
    ISO_ASSIGN(const security::ClientRecord record, m_parts.clients.find(visitor.serial));
    return allow(visitor, permission, record);
}

Status Gatekeeper::allow(const Visitor& visitor, const Permission& permission,
                         const security::ClientRecord& record)
{
    if (record.revoked) {
        return refuse(makeError(Code::Unauthenticated,
                                "the certificate of " + record.name + " was revoked at " +
                                    formatUtc(*record.revoked),
                                kEnrollHint),
                      visitor, permission);
    }
    if (static_cast<int>(record.role) < static_cast<int>(permission.role)) {
        return refuse(makeError(Code::PermissionDenied,
                                std::string(permission.action) + " needs the role " +
                                    std::string(roleName(permission.role)) + "; " + record.name +
                                    " has " + std::string(roleName(record.role)),
                                "ask an administrator for the role, or for somebody who has it"),
                      visitor, permission);
    }
    return {};
}

Status Gatekeeper::record(const Visitor& visitor, const Permission& permission,
                          const std::string& target, const std::string& outcome)
{
    const Result<AuditEntry> entry =
        m_parts.audit.append({.who = visitor.name,
                              .role = std::string(roleName(visitor.role)),
                              .action = std::string(permission.action),
                              .target = target,
                              .outcome = outcome,
                              .peer = visitor.address});
    if (!entry.ok()) {
        m_parts.log.error("audit.failed", entry.error().text(),
                          {{"action", std::string(permission.action)}});
        return entry.error().within("the change is refused because it cannot be audited");
    }
    return {};
}

Error Gatekeeper::refuse(Error error, const Visitor& visitor, const Permission& permission)
{
    std::optional<std::uint64_t> unrecorded;
    {
        const std::lock_guard lock(m_mutex);
        // Names of unproven certificates are anybody's choice: they share one budget.
        const bool enrolled = !visitor.serial.empty() && error.code != Code::Unavailable &&
                              m_parts.clients.find(visitor.serial).ok();
        Budget& budget = m_budgets[enrolled ? visitor.serial : std::string()];
        const Instant now = m_parts.clock.now();
        if (budget.refilled != Instant{}) {
            budget.tokens = std::min(
                30.0,
                budget.tokens + std::chrono::duration<double>(now - budget.refilled).count() / 2.0);
        }
        budget.refilled = now;
        if (budget.tokens >= 1.0) {
            budget.tokens -= 1.0;
            unrecorded = budget.unrecorded;
            budget.unrecorded = 0;
        } else {
            ++budget.unrecorded;
        }
    }
    if (!unrecorded) {
        return error;
    }
    std::string outcome = "refused: " + error.message;
    if (*unrecorded > 0) {
        outcome += " (" + std::to_string(*unrecorded) + " more refusals were not recorded)";
    }
    m_parts.log.warning("api.refused", error.message,
                        {{"who", visitor.name},
                         {"action", std::string(permission.action)},
                         {"peer", visitor.address}});
    if (const Result<AuditEntry> entry = m_parts.audit.append(
            {.who = visitor.name,
             .role = visitor.serial.empty() ? "" : std::string(roleName(visitor.role)),
             .action = std::string(permission.action),
             .outcome = outcome,
             .peer = visitor.address});
        !entry.ok()) {
        m_parts.log.error("audit.failed", entry.error().text());
    }
    return error;
}

} // namespace isotherm::api
