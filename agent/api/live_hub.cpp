// SPDX-License-Identifier: Apache-2.0
#include "agent/api/live_hub.h"

#include "shared/proto/convert.h"

#include <algorithm>
#include <set>

namespace isotherm::api
{
namespace
{

constexpr std::chrono::milliseconds kLeastPause{50};

} // namespace

LiveHub::LiveHub(LiveHubOptions options)
    : m_options(std::move(options)), m_thread([this](const std::stop_token& stop) { run(stop); })
{
}

LiveHub::~LiveHub()
{
    stop();
}

Result<std::shared_ptr<LiveOutbox>> LiveHub::follow(LiveFollower follower)
{
    auto stream = std::make_shared<Stream>();
    stream->follower = std::move(follower);
    stream->outbox = std::make_shared<LiveOutbox>(m_options.queue);
    const std::lock_guard lock(m_mutex);
    if (m_stopped) {
        return makeError(Code::Unavailable, "the agent is going down", "try again in a moment");
    }
    const auto open = std::count_if(m_streams.begin(), m_streams.end(),
                                    [](const auto& other) { return !other->outbox->closed(); });
    if (static_cast<std::size_t>(open) >= m_options.streams) {
        return makeError(Code::ResourceExhausted,
                         "there are " + std::to_string(open) + " live streams already",
                         "close a console, or raise the limit");
    }
    m_streams.push_back(stream);
    m_nudged = true;
    m_wake.notify_all();
    return stream->outbox;
}

void LiveHub::nudge()
{
    const std::lock_guard lock(m_mutex);
    m_nudged = true;
    m_wake.notify_all();
}

void LiveHub::stop()
{
    m_thread.request_stop();
    std::vector<std::shared_ptr<Stream>> streams;
    {
        const std::lock_guard lock(m_mutex);
        m_stopped = true;
        streams.swap(m_streams);
    }
    for (const auto& stream : streams) {
        stream->outbox->close(makeError(Code::Unavailable, "the agent is going down",
                                        "it comes back by itself when it was restarted"));
    }
}

void LiveHub::run(const std::stop_token& stop)
{
    while (waitForTick(stop)) {
        m_lastTick = m_options.clock.now();
        tick();
    }
    updateSampling({});
}

/// False when it is time to end.
bool LiveHub::waitForTick(const std::stop_token& stop)
{
    std::unique_lock lock(m_mutex);
    // Nobody follows: sleep until somebody does. The last one's end must still be noticed.
    if (m_streams.empty()) {
        m_state.reset();
        m_feeds.clear();
        lock.unlock();
        updateSampling({});
        lock.lock();
        m_wake.wait(lock, stop, [this] { return !m_streams.empty(); });
    } else {
        m_wake.wait_for(lock, stop, m_options.interval, [this] { return m_nudged; });
    }
    m_nudged = false;
    const auto since = m_options.clock.now() - m_lastTick;
    if (since < kLeastPause) {
        m_wake.wait_for(lock, stop, kLeastPause, [] { return false; });
    }
    return !stop.stop_requested();
}

std::vector<std::shared_ptr<LiveHub::Stream>> LiveHub::openStreams()
{
    std::vector<std::shared_ptr<Stream>> streams;
    {
        const std::lock_guard lock(m_mutex);
        std::erase_if(m_streams, [](const auto& stream) { return stream->outbox->closed(); });
        streams = m_streams;
    }
    std::erase_if(streams, [](const auto& stream) {
        if (!stream->follower.stillAllowed) {
            return false;
        }
        const Status allowed = stream->follower.stillAllowed();
        if (!allowed.ok()) {
            stream->outbox->close(allowed.error());
        }
        return !allowed.ok();
    });
    return streams;
}

void LiveHub::updateSampling(const std::vector<std::shared_ptr<Stream>>& streams)
{
    const bool wanted = std::any_of(streams.begin(), streams.end(), [](const auto& stream) {
        return stream->follower.wantSecondSampling;
    });
    if (wanted != m_secondSampling) {
        m_secondSampling = wanted;
        if (m_options.onSecondSampling) {
            m_options.onSecondSampling(wanted);
        }
    }
}

void LiveHub::dropUnusedFeeds(const std::vector<std::shared_ptr<Stream>>& streams)
{
    std::set<HeatFollow> used;
    for (const auto& stream : streams) {
        used.insert(stream->follower.heat);
    }
    std::erase_if(m_feeds, [&](const auto& feed) { return !used.contains(feed.first); });
}

/// Those who have a picture keep it and see its age; those who wait for one are told.
void LiveHub::failAll(const std::vector<std::shared_ptr<Stream>>& streams, const Error& error)
{
    if (!m_failing) {
        m_options.log.warning("api.live_failing", error.text());
        m_failing = true;
    }
    for (const auto& stream : streams) {
        if (stream->sequence == 0) {
            stream->outbox->close(error);
        }
    }
}

void LiveHub::tick()
{
    const std::vector<std::shared_ptr<Stream>> streams = openStreams();
    updateSampling(streams);
    dropUnusedFeeds(streams);
    if (streams.empty()) {
        return;
    }
    Result<LiveState> read =
        readLiveState(m_options.service, m_state ? &*m_state : nullptr, m_options.clock.now());
    if (!read.ok()) {
        failAll(streams, read.error());
        return;
    }
    m_failing = false;
    const LiveState& state = read.value();
    const v1::LiveUpdate changes = m_state ? changesBetween(*m_state, state) : v1::LiveUpdate();
    HeatChanges heat = heatChanges(streams, state.status.now);
    for (const auto& stream : streams) {
        if (stream->sequence == 0) {
            sendSnapshot(*stream, state);
            continue;
        }
        auto message = std::make_shared<v1::LiveUpdate>(changes);
        message->set_sequence(++stream->sequence);
        if (const auto& matrix = heat[stream->follower.heat]) {
            *message->mutable_heat() = *matrix;
        }
        stream->outbox->push(std::move(message));
    }
    m_state = std::move(read).value();
}

LiveHub::HeatChanges LiveHub::heatChanges(const std::vector<std::shared_ptr<Stream>>& streams,
                                          WallTime now)
{
    HeatChanges changes;
    for (const auto& stream : streams) {
        const HeatFollow& follow = stream->follower.heat;
        if (stream->sequence == 0 || follow.window <= std::chrono::milliseconds(0) ||
            changes.contains(follow)) {
            continue;
        }
        std::optional<v1::HeatMatrix>& slot = changes[follow];
        const Result<std::optional<HeatMatrix>> matrix =
            m_feeds.try_emplace(follow, m_options.service, follow).first->second.changes(now);
        // No heat now (no samples yet, say) is no reason to stop the rest.
        if (matrix.ok() && *matrix) {
            slot = proto::toProto(**matrix);
        }
    }
    return changes;
}

void LiveHub::sendSnapshot(Stream& stream, const LiveState& state)
{
    auto message = std::make_shared<v1::LiveUpdate>(snapshotOf(state));
    message->set_sequence(++stream.sequence);
    const HeatFollow& follow = stream.follower.heat;
    if (follow.window > std::chrono::milliseconds(0)) {
        // A feed of its own: others' view of what they have already seen must not move on.
        HeatFeed fresh(m_options.service, follow);
        const Result<HeatMatrix> matrix = fresh.window(state.status.now);
        if (matrix.ok()) {
            *message->mutable_heat() = proto::toProto(matrix.value());
        }
        m_feeds.try_emplace(follow, std::move(fresh));
    }
    stream.outbox->push(std::move(message));
}

} // namespace isotherm::api
