// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/connection.h"
#include "shared/model/hotkeys_service.h"

#include <isotherm/v1/hotkeys.grpc.pb.h>
#include <memory>

namespace isotherm::client
{

/// "Why is it hot?" across the network. Thread-safe.
class HotKeysClient final : public HotKeysService
{
public:
    explicit HotKeysClient(std::shared_ptr<const Connection> connection);

    [[nodiscard]] Result<ShardHotKeys> hotKeysOf(const HotKeysQuery& query) override;

private:
    const std::shared_ptr<const Connection> m_connection;
    const std::unique_ptr<isotherm::v1::HotKeys::Stub> m_stub;
};

} // namespace isotherm::client
