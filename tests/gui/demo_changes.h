// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/changes_service.h"
#include "tests/gui/call_log.h"
#include "tests/gui/demo_world.h"

#include <mutex>
#include <vector>

namespace isotherm::test
{

/// A split that waits for a decision, a merge that runs, one split of each outcome, and a hot shard
/// that is not split. Decisions and proposals are kept. Thread-safe.
class DemoChanges : public ChangesService
{
public:
    DemoChanges(const DemoWorld& world, WallTime now, CallLog log);

    static constexpr std::uint64_t kProposed = 31;
    static constexpr std::uint64_t kRunning = 30;
    static constexpr std::uint64_t kHelped = 29;
    static constexpr std::uint64_t kDidNotHelp = 28;

    /// The next decision is refused for this reason, once.
    void refuseNext(const std::string& reason);

    [[nodiscard]] Result<std::vector<ChangeRecord>> changes(const ChangeFilter& filter) override;
    [[nodiscard]] Result<ChangeRecord> change(ChangeId id) override;
    [[nodiscard]] Result<std::vector<ChangeRefusal>>
    refusals(std::optional<ShardId> shard) override;
    [[nodiscard]] Result<KeyspacePlan> planKeyspace(const KeyspacePlanRequest& request) override;
    [[nodiscard]] Result<ChangeRecord> propose(const ProposeRequest& request) override;
    [[nodiscard]] Result<ChangeRecord> approve(const ChangeDecision& decision) override;
    [[nodiscard]] Result<ChangeRecord> reject(const ChangeDecision& decision) override;

private:
    [[nodiscard]] Result<ChangeRecord> decide(const ChangeDecision& decision, bool approve);

    const DemoWorld& m_world;
    const CallLog m_log;
    std::mutex m_mutex;
    std::vector<ChangeRecord> m_changes; ///< newest first
    std::string m_refusal;
};

/// A split of a world's shard in two, cut where `cut` of its 40 bars begins.
[[nodiscard]] ChangeRecord demoSplit(const ShardRecord& shard, std::size_t cut, WallTime now);

} // namespace isotherm::test
