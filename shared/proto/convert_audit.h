// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/audit_service.h"
#include "shared/proto/convert.h"

#include <isotherm/v1/audit.pb.h>
#include <vector>

namespace isotherm::proto
{

[[nodiscard]] v1::ListAuditRequest toProto(const AuditFilter& filter);
[[nodiscard]] AuditFilter fromProto(const v1::ListAuditRequest& message);
[[nodiscard]] v1::AuditEntry toProto(const AuditEntry& entry);
[[nodiscard]] AuditEntry fromProto(const v1::AuditEntry& message);
[[nodiscard]] v1::ListAuditResponse toProto(const std::vector<AuditEntry>& entries);
[[nodiscard]] std::vector<AuditEntry> fromProto(const v1::ListAuditResponse& message);
[[nodiscard]] v1::AuditVerification toProto(const AuditVerification& verification);
[[nodiscard]] AuditVerification fromProto(const v1::AuditVerification& message);

} // namespace isotherm::proto
