// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/hotkeys_service.h"
#include "shared/proto/convert.h"

#include <isotherm/v1/hotkeys.pb.h>

namespace isotherm::proto
{

[[nodiscard]] v1::GetHotKeysRequest toProto(const HotKeysQuery& query);
[[nodiscard]] HotKeysQuery fromProto(const v1::GetHotKeysRequest& message);
[[nodiscard]] v1::ShardHotKeys toProto(const ShardHotKeys& record);
[[nodiscard]] ShardHotKeys fromProto(const v1::ShardHotKeys& message);

} // namespace isotherm::proto
