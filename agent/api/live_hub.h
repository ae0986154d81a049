// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/heat_feed.h"
#include "agent/api/live_outbox.h"
#include "agent/api/live_state.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/result.h"
#include "shared/model/agent_service.h"

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace isotherm::api
{

struct LiveHubOptions
{
    AgentService& service;
    Log& log;
    const Clock& clock;
    std::function<void(bool)> onSecondSampling = {};
    std::chrono::milliseconds interval{500};
    std::size_t streams = 64;
    std::size_t queue = 16;
};

/// One live client, as the hub sees it.
struct LiveFollower
{
    HeatFollow heat;
    bool wantSecondSampling = false;
    /// Asked before every update; its error ends the stream (a revoked client).
    std::function<Status()> stillAllowed = {};
};

/// Looks at the service once per interval for all live clients together, works out what changed and
/// hands it to each through its outbox. Asleep while nobody follows. Thread-safe.
class LiveHub
{
public:
    explicit LiveHub(LiveHubOptions options);
    ~LiveHub();
    LiveHub(const LiveHub&) = delete;
    LiveHub& operator=(const LiveHub&) = delete;

    /// The first message will be a snapshot. ResourceExhausted when there are too many streams,
    /// Unavailable when stopped.
    [[nodiscard]] Result<std::shared_ptr<LiveOutbox>> follow(LiveFollower follower);

    /// Look now. Coalesced: never more often than every 50 ms.
    void nudge();

    /// Closes every outbox and takes no more followers.
    void stop();

private:
    struct Stream
    {
        LiveFollower follower;
        std::shared_ptr<LiveOutbox> outbox;
        std::uint64_t sequence = 0; ///< of the last message; 0: the snapshot is due
    };

    void run(const std::stop_token& stop);
    [[nodiscard]] bool waitForTick(const std::stop_token& stop);
    void tick();
    [[nodiscard]] std::vector<std::shared_ptr<Stream>> openStreams();
    void updateSampling(const std::vector<std::shared_ptr<Stream>>& streams);
    void dropUnusedFeeds(const std::vector<std::shared_ptr<Stream>>& streams);
    void failAll(const std::vector<std::shared_ptr<Stream>>& streams, const Error& error);
    void sendSnapshot(Stream& stream, const LiveState& state);
    using HeatChanges = std::map<HeatFollow, std::optional<isotherm::v1::HeatMatrix>>;
    [[nodiscard]] HeatChanges heatChanges(const std::vector<std::shared_ptr<Stream>>& streams,
                                          WallTime now);

    const LiveHubOptions m_options;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::vector<std::shared_ptr<Stream>> m_streams;
    bool m_nudged = false;
    bool m_stopped = false;

    // Of the hub's thread only.
    std::optional<LiveState> m_state;
    std::map<HeatFollow, HeatFeed> m_feeds;
    bool m_secondSampling = false;
    bool m_failing = false;
    Instant m_lastTick{};

    std::jthread m_thread; ///< last: uses all of the above
};

} // namespace isotherm::api
