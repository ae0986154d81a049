// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/upkeep_service.h"
#include "tests/gui/call_log.h"
#include "tests/gui/demo_world.h"

namespace isotherm::test
{

/// A rotation of seven days, and one trial restore of the first shard that passed. Thread-safe.
class DemoUpkeep : public UpkeepService
{
public:
    DemoUpkeep(const DemoWorld& world, CallLog log) : m_world(world), m_log(std::move(log)) {}

    [[nodiscard]] Result<std::vector<ScheduleEntry>>
    scheduleAhead(const RotationQuery& query) override;
    [[nodiscard]] Result<PrunePlan> planPrune(const PruneRequest& request) override;
    [[nodiscard]] Result<std::vector<DrillReceipt>> drills(std::size_t limit) override;
    [[nodiscard]] Result<JobId> runPrune(const PruneRequest& request,
                                         const std::string& caller) override;
    [[nodiscard]] Result<std::vector<JobId>> runDrill(const DrillRequest& request,
                                                      const std::string& caller) override;

private:
    const DemoWorld& m_world;
    const CallLog m_log;
};

} // namespace isotherm::test
