// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/upkeep_service.h"
#include "shared/proto/convert.h"

#include <isotherm/v1/upkeep.pb.h>

namespace isotherm::proto
{

[[nodiscard]] v1::ListScheduleAheadRequest toProto(const RotationQuery& query);
[[nodiscard]] RotationQuery fromProto(const v1::ListScheduleAheadRequest& message);
[[nodiscard]] v1::PruneRequest toProto(const PruneRequest& request);
[[nodiscard]] PruneRequest fromProto(const v1::PruneRequest& message);
[[nodiscard]] v1::PrunePlan toProto(const PrunePlan& plan);
[[nodiscard]] PrunePlan fromProto(const v1::PrunePlan& message);
[[nodiscard]] v1::RunDrillRequest toProto(const DrillRequest& request);
[[nodiscard]] DrillRequest fromProto(const v1::RunDrillRequest& message);
[[nodiscard]] v1::DrillReceipt toProto(const DrillReceipt& receipt);
[[nodiscard]] DrillReceipt fromProto(const v1::DrillReceipt& message);

} // namespace isotherm::proto
