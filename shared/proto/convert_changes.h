// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/changes_service.h"
#include "shared/proto/convert.h"

#include <isotherm/v1/changes.pb.h>
#include <vector>

namespace isotherm::proto
{

[[nodiscard]] v1::Change toProto(const ChangeRecord& change);
[[nodiscard]] ChangeRecord fromProto(const v1::Change& message);
[[nodiscard]] v1::ChangeRefusal toProto(const ChangeRefusal& refusal);
[[nodiscard]] ChangeRefusal fromProto(const v1::ChangeRefusal& message);
[[nodiscard]] v1::ListChangesResponse toProto(const std::vector<ChangeRecord>& changes);
[[nodiscard]] std::vector<ChangeRecord> fromProto(const v1::ListChangesResponse& message);
[[nodiscard]] v1::ListRefusalsResponse toProto(const std::vector<ChangeRefusal>& refusals);
[[nodiscard]] std::vector<ChangeRefusal> fromProto(const v1::ListRefusalsResponse& message);
[[nodiscard]] v1::KeyspacePlan toProto(const KeyspacePlan& plan);
[[nodiscard]] KeyspacePlan fromProto(const v1::KeyspacePlan& message);

[[nodiscard]] v1::ListChangesRequest toProto(const ChangeFilter& filter);
[[nodiscard]] ChangeFilter fromProto(const v1::ListChangesRequest& message);
/// Without the caller and checkOnly: the method says that.
[[nodiscard]] v1::ProposeChangeRequest toProto(const ProposeRequest& request);
[[nodiscard]] ProposeRequest fromProto(const v1::ProposeChangeRequest& message);
[[nodiscard]] v1::DecideChangeRequest toProto(const ChangeDecision& decision);
[[nodiscard]] ChangeDecision fromProto(const v1::DecideChangeRequest& message);
[[nodiscard]] v1::PlanKeyspaceRequest toProto(const KeyspacePlanRequest& request);
[[nodiscard]] KeyspacePlanRequest fromProto(const v1::PlanKeyspaceRequest& message);
/// Without the caller.
[[nodiscard]] v1::SteerChangeRequest toProto(const ChangeSteering& steering);
[[nodiscard]] ChangeSteering fromProto(const v1::SteerChangeRequest& message);
/// Without the caller and checkOnly.
[[nodiscard]] v1::AdoptTablesRequest toProto(const AdoptTablesRequest& request);
[[nodiscard]] AdoptTablesRequest fromProto(const v1::AdoptTablesRequest& message);
[[nodiscard]] v1::TableAdoption toProto(const TableAdoption& adoption);
[[nodiscard]] TableAdoption fromProto(const v1::TableAdoption& message);

} // namespace isotherm::proto
