// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/security/audit_log.h"
#include "shared/model/audit_service.h"

namespace isotherm::runtime
{

/// The audit log as the agent's users see it. Thread-safe; the log outlives it.
class AuditCore final : public AuditService
{
public:
    explicit AuditCore(const security::AuditLog& log) : m_log(log) {}

    [[nodiscard]] Result<std::vector<AuditEntry>> auditEntries(const AuditFilter& filter) override
    {
        return m_log.list(filter);
    }
    [[nodiscard]] Result<AuditVerification> verifyAudit() override { return m_log.verify(); }

private:
    const security::AuditLog& m_log;
};

} // namespace isotherm::runtime
