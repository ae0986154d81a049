// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/client/live.h"
#include "shared/proto/convert.h"

/// The live stream's messages; the rest is in shared/proto.
namespace isotherm::client
{

[[nodiscard]] proto::v1::WatchRequest toProto(const LiveRequest& request);

/// Internal when its heat matrix is broken.
[[nodiscard]] Result<LiveUpdate> fromProto(const proto::v1::LiveUpdate& message);

} // namespace isotherm::client
