// SPDX-License-Identifier: Apache-2.0
#include "shared/client/hotkeys_client.h"

#include "shared/client/unary_call.h"
#include "shared/proto/convert_hotkeys.h"

namespace isotherm::client
{

namespace v1 = isotherm::v1;

HotKeysClient::HotKeysClient(std::shared_ptr<const Connection> connection)
    : m_connection(std::move(connection)), m_stub(v1::HotKeys::NewStub(m_connection->channel))
{
}

Result<ShardHotKeys> HotKeysClient::hotKeysOf(const HotKeysQuery& query)
{
    ISO_ASSIGN(const auto answer,
               unaryCall<v1::ShardHotKeys>(*m_connection, *m_stub, &v1::HotKeys::Stub::GetHotKeys,
                                           proto::toProto(query)));
    return proto::fromProto(answer);
}

} // namespace isotherm::client
