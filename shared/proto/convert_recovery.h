// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/recovery_service.h"
#include "shared/proto/convert.h"

#include <isotherm/v1/recovery.pb.h>
#include <vector>

namespace isotherm::proto
{

[[nodiscard]] v1::CutList toProto(const CutList& cuts);
[[nodiscard]] CutList fromProto(const v1::CutList& message);
[[nodiscard]] v1::StartDiffRequest toProto(const DiffRequest& request);
/// Who calls is for the gatekeeper to say.
[[nodiscard]] DiffRequest fromProto(const v1::StartDiffRequest& message);
[[nodiscard]] v1::RowDiff toProto(const RowDiff& diff);
[[nodiscard]] RowDiff fromProto(const v1::RowDiff& message);
[[nodiscard]] v1::ListDiffRowsRequest toProto(const DiffQuery& query);
[[nodiscard]] DiffQuery fromProto(const v1::ListDiffRowsRequest& message);
[[nodiscard]] v1::DiffPage toProto(const DiffPage& page);
[[nodiscard]] DiffPage fromProto(const v1::DiffPage& message);

[[nodiscard]] v1::RecoveryRequest toProto(const RecoveryRequest& request);
[[nodiscard]] RecoveryRequest fromProto(const v1::RecoveryRequest& message);
[[nodiscard]] v1::RecoveryPlan toProto(const RecoveryPlan& plan);
[[nodiscard]] RecoveryPlan fromProto(const v1::RecoveryPlan& message);
[[nodiscard]] v1::RecoveryReceipt toProto(const RecoveryReceipt& receipt);
[[nodiscard]] RecoveryReceipt fromProto(const v1::RecoveryReceipt& message);

} // namespace isotherm::proto
