// SPDX-License-Identifier: Apache-2.0
#include "agent/api/hotkeys_rpc.h"

#include "shared/proto/convert_hotkeys.h"

#include <algorithm>

namespace isotherm::api
{
namespace
{

constexpr Permission kHotKeys{"hotkeys.read", Role::Viewer};
/// Sketches hold no more.
constexpr std::size_t kMostKeys = 512;

} // namespace

HotKeysRpc::Unary* HotKeysRpc::GetHotKeys(Context* context, const v1::GetHotKeysRequest* request,
                                          v1::ShardHotKeys* answer)
{
    return m_desk.read(context, kHotKeys, [this, request, answer]() -> Status {
        HotKeysQuery query = proto::fromProto(*request);
        query.keys = std::min(query.keys, kMostKeys);
        query.quantiles = std::min(query.quantiles, kMostKeys);
        query.statements = std::min(query.statements, kMostKeys);
        ISO_ASSIGN(const ShardHotKeys found, m_service.hotKeysOf(query));
        *answer = proto::toProto(found);
        return {};
    });
}

} // namespace isotherm::api
