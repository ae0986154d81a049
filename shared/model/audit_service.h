// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/records.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace isotherm
{

struct AuditFilter
{
    std::uint64_t afterSequence = 0;
    std::size_t limit = 1'000; ///< newest kept, in ascending order
};

/// Who did what, and who tried: read only. Thread-safe; see AgentService.
class AuditService
{
public:
    virtual ~AuditService() = default;

    [[nodiscard]] virtual Result<std::vector<AuditEntry>>
    auditEntries(const AuditFilter& filter) = 0;
    [[nodiscard]] virtual Result<AuditVerification> verifyAudit() = 0;
};

} // namespace isotherm
