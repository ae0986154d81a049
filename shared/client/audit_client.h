// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/connection.h"
#include "shared/model/audit_service.h"

#include <isotherm/v1/audit.grpc.pb.h>
#include <memory>

namespace isotherm::client
{

/// The agent's audit log across the network. Thread-safe.
class AuditClient final : public AuditService
{
public:
    explicit AuditClient(std::shared_ptr<const Connection> connection);

    [[nodiscard]] Result<std::vector<AuditEntry>> auditEntries(const AuditFilter& filter) override;
    [[nodiscard]] Result<AuditVerification> verifyAudit() override;

private:
    const std::shared_ptr<const Connection> m_connection;
    const std::unique_ptr<isotherm::v1::Audit::Stub> m_stub;
};

} // namespace isotherm::client
