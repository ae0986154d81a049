// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/rpc_desk.h"
#include "shared/model/audit_service.h"

#include <isotherm/v1/audit.grpc.pb.h>

namespace isotherm::api
{

namespace v1 = ::isotherm::v1;

/// The audit log over gRPC. Thread-safe; service and desk outlive it.
class AuditRpc final : public v1::Audit::CallbackService
{
public:
    AuditRpc(AuditService& service, RpcDesk& desk) : m_service(service), m_desk(desk) {}

    using Context = RpcDesk::Context;
    using Unary = RpcDesk::Unary;

    Unary* ListAudit(Context* context, const v1::ListAuditRequest* request,
                     v1::ListAuditResponse* answer) override;
    Unary* VerifyAudit(Context* context, const v1::VerifyAuditRequest* request,
                       v1::AuditVerification* answer) override;

private:
    AuditService& m_service;
    RpcDesk& m_desk;
};

} // namespace isotherm::api
