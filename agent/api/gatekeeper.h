// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/security/audit_log.h"
#include "agent/security/client_registry.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace isotherm::api
{

/// What the transport knows of whoever calls.
struct PeerEvidence
{
    std::string certificatePem; ///< empty: none was shown; its key was proven, nothing else
    std::string address;
};

/// What is asked for: the name under which it stands in the audit log, and the role that it needs.
struct Permission
{
    std::string_view action;
    Role role = Role::Viewer;
};

/// Somebody who may come in.
struct Visitor
{
    std::string name;
    std::string serial;
    Role role = Role::Viewer;
    std::string address;
};

/// Who may do what. Every refusal goes to the audit log; a flood of them is counted instead of
/// recorded one by one, so that whoever has no certificate cannot fill the disk. Thread-safe.
class Gatekeeper
{
public:
    struct Parts
    {
        std::string caPem;
        security::ClientRegistry& clients;
        security::AuditLog& audit;
        Log& log;
        const Clock& clock;
    };

    explicit Gatekeeper(Parts parts) : m_parts(std::move(parts)) {}

    /// Unauthenticated: no certificate, one of another authority, one that is not enrolled, or
    /// revoked. PermissionDenied: the role does not suffice.
    [[nodiscard]] Result<Visitor> admit(const PeerEvidence& peer, const Permission& permission);

    /// Whether somebody who was admitted before still may.
    [[nodiscard]] Status recheck(const Visitor& visitor, const Permission& permission);

    /// Records a step of a change. The change must not be made when the first one fails.
    [[nodiscard]] Status record(const Visitor& visitor, const Permission& permission,
                                const std::string& target, const std::string& outcome);

private:
    /// Refusals that may still be recorded: some at once, then one every two seconds.
    struct Budget
    {
        double tokens = 30;
        Instant refilled{};
        std::uint64_t unrecorded = 0;
    };

    [[nodiscard]] Status allow(const Visitor& visitor, const Permission& permission,
                               const security::ClientRecord& record);
    Error refuse(Error error, const Visitor& visitor, const Permission& permission);

    const Parts m_parts;
    std::mutex m_mutex;
    std::map<std::string, Budget, std::less<>>
        m_budgets; ///< by serial of an enrolled client; "" for all others
};

} // namespace isotherm::api
