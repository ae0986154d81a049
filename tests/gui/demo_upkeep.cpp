// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/demo_upkeep.h"

namespace isotherm::test
{
namespace
{

using namespace std::chrono_literals;

WallTime nowTime()
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

} // namespace

Result<std::vector<ScheduleEntry>> DemoUpkeep::scheduleAhead(const RotationQuery& /*query*/)
{
    ISO_TRY(m_log("scheduleAhead", {}));
    std::vector<ScheduleEntry> ahead;
    const WallTime now = nowTime();
    for (std::size_t i = 0; i < m_world.shards().size(); ++i) {
        const ShardRecord& shard = m_world.shards()[i];
        const auto fullDay = static_cast<int>(i % 7);
        for (int slot = 0; slot < 14; ++slot) {
            ScheduleEntry entry;
            entry.shard = shard.id;
            entry.keyspace = shard.keyspace;
            entry.rangeText = shard.rangeText;
            entry.due = now + 2min + slot * 12h + std::chrono::minutes(i * 3);
            entry.kind = slot != fullDay * 2 ? BackupKind::Incremental
                         : i % 3 == 0        ? BackupKind::Synthetic
                                             : BackupKind::Full;
            entry.reason = slot == fullDay * 2 ? "its full of the rotation, in a quiet hour"
                                               : "warm: every 12h";
            ahead.push_back(std::move(entry));
        }
    }
    return ahead;
}

Result<PrunePlan> DemoUpkeep::planPrune(const PruneRequest& /*request*/)
{
    return PrunePlan{};
}

Result<std::vector<DrillReceipt>> DemoUpkeep::drills(std::size_t /*limit*/)
{
    DrillReceipt receipt;
    receipt.job = JobId(3);
    receipt.shard = m_world.shards().front().id;
    receipt.keyspace = m_world.shards().front().keyspace;
    receipt.level = VerifyLevel::Compared;
    receipt.started = m_world.born();
    receipt.finished = m_world.born() + 9s;
    receipt.rows = 125'000;
    receipt.passed = true;
    receipt.outcome = "125,000 rows restored in 2.1 s, the same as in the database";
    return std::vector<DrillReceipt>{receipt};
}

Result<JobId> DemoUpkeep::runPrune(const PruneRequest& /*request*/, const std::string& caller)
{
    ISO_TRY(m_log("runPrune", caller));
    return JobId(70);
}

Result<std::vector<JobId>> DemoUpkeep::runDrill(const DrillRequest& request,
                                                const std::string& caller)
{
    ISO_TRY(m_log("runDrill", std::to_string(request.shards.size()) + " " + caller));
    return std::vector<JobId>{JobId(71)};
}

} // namespace isotherm::test
