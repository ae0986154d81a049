// SPDX-License-Identifier: Apache-2.0
#include "agent/api/audit_rpc.h"

#include "shared/proto/convert_audit.h"

#include <algorithm>

namespace isotherm::api
{
namespace
{

constexpr Permission kList{"audit.read", Role::Viewer};
constexpr Permission kVerify{"audit.verify", Role::Viewer};

} // namespace

AuditRpc::Unary* AuditRpc::ListAudit(Context* context, const v1::ListAuditRequest* request,
                                     v1::ListAuditResponse* answer)
{
    return m_desk.read(context, kList, [this, request, answer]() -> Status {
        AuditFilter filter = proto::fromProto(*request);
        filter.limit = std::min(filter.limit, kMostRecords);
        ISO_ASSIGN(const std::vector<AuditEntry> entries, m_service.auditEntries(filter));
        *answer = proto::toProto(entries);
        return {};
    });
}

AuditRpc::Unary* AuditRpc::VerifyAudit(Context* context, const v1::VerifyAuditRequest* /*request*/,
                                       v1::AuditVerification* answer)
{
    return m_desk.read(context, kVerify, [this, answer]() -> Status {
        ISO_ASSIGN(const AuditVerification verification, m_service.verifyAudit());
        *answer = proto::toProto(verification);
        return {};
    });
}

} // namespace isotherm::api
