// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/upkeep_service.h"

#include <algorithm>
#include <string>
#include <vector>

namespace isotherm::test
{

/// Upkeep with answers that a test sets, and what it was asked for. Not thread-safe.
class FakeUpkeep final : public UpkeepService
{
public:
    std::vector<ScheduleEntry> ahead;
    PrunePlan plan;
    std::vector<DrillReceipt> receipts;
    RotationQuery lastQuery;
    std::string lastCaller;
    DrillRequest lastDrill;

    Result<std::vector<ScheduleEntry>> scheduleAhead(const RotationQuery& query) override
    {
        lastQuery = query;
        return ahead;
    }
    Result<PrunePlan> planPrune(const PruneRequest& request) override
    {
        if (request.keyspace == "nowhere") {
            return makeError(Code::NotFound, "there is no keyspace \"nowhere\"", "list them");
        }
        return plan;
    }
    Result<std::vector<DrillReceipt>> drills(std::size_t limit) override
    {
        return std::vector<DrillReceipt>(
            receipts.begin(), receipts.begin() + static_cast<std::ptrdiff_t>(
                                                     std::min(limit, receipts.size())));
    }
    Result<JobId> runPrune(const PruneRequest& /*request*/, const std::string& caller) override
    {
        lastCaller = caller;
        return JobId(71);
    }
    Result<std::vector<JobId>> runDrill(const DrillRequest& request,
                                        const std::string& caller) override
    {
        lastDrill = request;
        lastCaller = caller;
        return std::vector<JobId>{JobId(72), JobId(73)};
    }
};

} // namespace isotherm::test
