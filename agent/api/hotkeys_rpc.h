// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/rpc_desk.h"
#include "shared/model/hotkeys_service.h"

#include <isotherm/v1/hotkeys.grpc.pb.h>

namespace isotherm::api
{

namespace v1 = ::isotherm::v1;

/// "Why is it hot?" over gRPC. Thread-safe; service and desk outlive it.
class HotKeysRpc final : public v1::HotKeys::CallbackService
{
public:
    HotKeysRpc(HotKeysService& service, RpcDesk& desk) : m_service(service), m_desk(desk) {}

    using Context = RpcDesk::Context;
    using Unary = RpcDesk::Unary;

    Unary* GetHotKeys(Context* context, const v1::GetHotKeysRequest* request,
                      v1::ShardHotKeys* answer) override;

private:
    HotKeysService& m_service;
    RpcDesk& m_desk;
};

} // namespace isotherm::api
