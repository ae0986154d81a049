// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/agent_config.h"
#include "agent/runtime/health_board.h"
#include "agent/runtime/sharding_view.h"
#include "agent/sharding/proposal_book.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::runtime
{

/// What people decide about the planner ([changes] of the configuration).
struct PlannerWishes
{
    config::ChangeMode mode = config::ChangeMode::Propose;
    std::vector<config::ChangeWindow> windows; ///< for mode auto
};

/// The shard role: looks at every sample, proposes splits and merges, approves them where mode auto
/// and its windows allow, takes back proposals that the state has moved on from, and measures what
/// changes brought. Mode off: proposals of people live on, none are added. A thread of its own.
/// Thread-safe.
class Planner
{
public:
    /// What would be done to the database, as a dry run finds it; empty where nothing can look.
    using Preflight = std::function<Status(ChangeRecord&)>;
    struct Parts
    {
        ShardingView& view;
        sharding::ProposalBook& book;
        HealthBoard& health;
        const Clock& clock;
        Log& log;
        Preflight preflight = {};
        /// A shard is near its limit (or none is any more): sample every second.
        std::function<void(bool)> nearLimit = {};
    };

    Planner(Parts parts, PlannerWishes wishes);
    ~Planner();
    Planner(const Planner&) = delete;
    Planner& operator=(const Planner&) = delete;

    void start();
    void stop();
    /// A new sample is there.
    void wake();
    void setWishes(PlannerWishes wishes);

    /// One round; the thread does it after each sample.
    [[nodiscard]] Status tick();

    /// Hot shards that no plan takes care of, as of the last round.
    [[nodiscard]] std::vector<ChangeRefusal> refusals() const;
    /// Why nothing is merged, if that is a matter of the whole cluster; else empty.
    [[nodiscard]] std::string mergesHeld() const;

private:
    void run(const std::stop_token& stop);
    [[nodiscard]] Status follow(const sharding::ShardingState& state);
    [[nodiscard]] Status followOne(const ChangeRecord& change,
                                   const sharding::ShardingState& state);
    [[nodiscard]] Status measure(const ChangeRecord& change, const sharding::ShardingState& state);
    [[nodiscard]] Status propose(const sharding::Decisions& decisions,
                                 const sharding::ShardingState& state);
    [[nodiscard]] Status add(ChangeRecord draft);
    [[nodiscard]] Status approveWaiting();
    void remember(const sharding::Decisions& decisions, const sharding::ShardingState& state);
    void tell();
    [[nodiscard]] PlannerWishes wishes() const;

    const Parts m_parts;
    std::mutex m_ticking; ///< one round at a time
    std::optional<WallTime> m_mergesLookedAt;
    std::atomic<bool> m_near{false};
    mutable std::mutex m_mutex; ///< guards what follows
    std::condition_variable_any m_wake;
    bool m_woken = false;
    PlannerWishes m_wishes;
    std::map<ShardId, ChangeRefusal> m_refusals;
    std::string m_mergesHeld;
    std::jthread m_thread;
};

} // namespace isotherm::runtime
