// SPDX-License-Identifier: Apache-2.0
#include "shared/client/audit_client.h"

#include "shared/client/unary_call.h"
#include "shared/proto/convert_audit.h"

namespace isotherm::client
{

namespace v1 = isotherm::v1;

AuditClient::AuditClient(std::shared_ptr<const Connection> connection)
    : m_connection(std::move(connection)), m_stub(v1::Audit::NewStub(m_connection->channel))
{
}

Result<std::vector<AuditEntry>> AuditClient::auditEntries(const AuditFilter& filter)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::ListAuditResponse>(*m_connection, *m_stub, &v1::Audit::Stub::ListAudit,
                                                proto::toProto(filter)));
    return proto::fromProto(answer);
}

Result<AuditVerification> AuditClient::verifyAudit()
{
    ISO_ASSIGN(const auto answer, unaryCall<v1::AuditVerification>(*m_connection, *m_stub,
                                                                   &v1::Audit::Stub::VerifyAudit,
                                                                   v1::VerifyAuditRequest()));
    return proto::fromProto(answer);
}

} // namespace isotherm::client
