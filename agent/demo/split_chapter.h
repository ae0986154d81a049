// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/demo/demo_world.h"
#include "agent/demo/narrator.h"
#include "shared/base/result.h"
#include "shared/model/changes_records.h"

#include <chrono>
#include <functional>
#include <string>

namespace isotherm::demo
{

/// What became of the hot range.
struct SplitOutcome
{
    ChangeRecord change; ///< as it ended
    WallTime begun{};    ///< when it was approved
    double seconds = 0;  ///< from the approval until the parts served
    std::uint32_t shardsBefore = 0;
    std::uint32_t shardsAfter = 0;

    [[nodiscard]] bool done() const
    {
        return change.state == ChangeState::Done &&
               shardsAfter == shardsBefore + change.parts.size() - 1;
    }
};

/// A hot range is split while the load goes on: as the planner proposes it, of its forecast or of
/// what it sees; if it does not within a while, the hottest shard by hand; reviewed, approved by
/// its plan, and followed until its parts serve.
class SplitChapter
{
public:
    /// Waits; an error ends the story.
    using Sleep = std::function<Status(std::chrono::milliseconds)>;

    SplitChapter(DemoWorld& world, Narrator& narrator, Sleep sleep)
        : m_world(world), m_narrator(narrator), m_sleep(std::move(sleep))
    {
    }

    [[nodiscard]] Result<SplitOutcome> tell();
    /// Some time later: whether it helped. Waits for the planner to have measured it.
    [[nodiscard]] Status tellWhetherItHelped(SplitOutcome& outcome);

private:
    void tellWhy(const ChangeEvidence& evidence);
    /// Rather of a load that is still to come than of one that is there.
    [[nodiscard]] Result<ChangeRecord> proposal();
    [[nodiscard]] Result<ChangeRecord> proposeByHand();
    [[nodiscard]] Result<ChangeRecord> follow(ChangeId change);
    [[nodiscard]] Result<std::uint32_t> countShards();

    DemoWorld& m_world;
    Narrator& m_narrator;
    const Sleep m_sleep;
};

} // namespace isotherm::demo
