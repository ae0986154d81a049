// SPDX-License-Identifier: Apache-2.0
#include "shared/client/connection.h"
#include "shared/client/live_convert.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

namespace isotherm::client
{
namespace
{

using std::chrono::milliseconds;

/// Why one attempt ended, and when the next one is due.
struct Ending
{
    Error error;
    bool hadSnapshot = false;
};

/// Longer than one attempt of the channel (GRPC_ARG_MIN_RECONNECT_BACKOFF_MS).
constexpr auto kPatience = std::chrono::seconds(6);
constexpr auto kLook = milliseconds(100);

/// Lets the channel finish an attempt to connect. A channel that has failed fails calls at once,
/// and reads what an agent answers to its handshake only while somebody waits on it: without this
/// a stream that was broken by a silent network would never come back.
void awaitChannel(grpc::Channel& channel, const std::stop_token& stop)
{
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    grpc_connectivity_state state = channel.GetState(true);
    const bool hadFailed = state == GRPC_CHANNEL_TRANSIENT_FAILURE;
    while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_SHUTDOWN &&
           (hadFailed || state != GRPC_CHANNEL_TRANSIENT_FAILURE) && !stop.stop_requested() &&
           std::chrono::steady_clock::now() < deadline) {
        channel.WaitForStateChange(state, std::chrono::system_clock::now() + kLook);
        state = channel.GetState(true);
    }
}

/// One background thread that subscribes, reads, and subscribes again.
class LiveStream final : public LiveSubscription
{
public:
    LiveStream(std::shared_ptr<const Connection> connection, const LiveRequest& request,
               LiveObserver observer)
        : m_connection(std::move(connection)), m_request(toProto(request)),
          m_observer(std::move(observer)),
          m_thread([this](const std::stop_token& stop) { run(stop); })
    {
    }

    ~LiveStream() override
    {
        m_thread.request_stop();
        {
            const std::lock_guard lock(m_mutex);
            if (m_context != nullptr) {
                m_context->TryCancel();
            }
        }
        m_thread.join();
    }

    LiveStream(const LiveStream&) = delete;
    LiveStream& operator=(const LiveStream&) = delete;

private:
    void run(const std::stop_token& stop)
    {
        milliseconds backOff = m_connection->options.firstRetry;
        while (!stop.stop_requested()) {
            tell(ConnectionState::Connecting, "", milliseconds(0));
            const Ending ending = follow(stop);
            if (stop.stop_requested()) {
                return;
            }
            if (ending.hadSnapshot) {
                backOff = m_connection->options.firstRetry;
            }
            if (ending.error.code == Code::Unauthenticated) {
                // Asking again soon will not help, and every attempt is in the agent's audit log.
                backOff = m_connection->options.lastRetry;
            }
            const milliseconds pause = withJitter(backOff);
            tell(ConnectionState::Disconnected, ending.error.text(), pause);
            backOff = std::min(backOff * 2, m_connection->options.lastRetry);
            std::unique_lock lock(m_mutex);
            m_woken.wait_for(lock, stop, pause, [] { return false; });
        }
    }

    Ending follow(const std::stop_token& stop)
    {
        awaitChannel(*m_connection->channel, stop);
        grpc::ClientContext context;
        {
            const std::lock_guard lock(m_mutex);
            if (stop.stop_requested()) {
                return {};
            }
            m_context = &context;
        }
        const auto reader = m_connection->stub->Watch(&context, m_request);
        Ending ending = readAll(*reader, context, stop);
        {
            const std::lock_guard lock(m_mutex);
            m_context = nullptr;
        }
        return ending;
    }

    Ending readAll(grpc::ClientReader<proto::v1::LiveUpdate>& reader, grpc::ClientContext& context,
                   const std::stop_token& stop)
    {
        Ending ending;
        std::uint64_t expected = 0; // 0: a snapshot is due
        proto::v1::LiveUpdate message;
        std::optional<Error> broken;
        while (!broken && reader.Read(&message)) {
            broken = checkSequence(message, expected);
            if (broken) {
                break;
            }
            Result<LiveUpdate> update = fromProto(message);
            if (!update.ok()) {
                broken = update.error();
                break;
            }
            expected = message.sequence() + 1;
            if (!ending.hadSnapshot) {
                ending.hadSnapshot = true;
                tell(ConnectionState::Connected, "", milliseconds(0));
            }
            if (m_observer.onUpdate && !stop.stop_requested()) {
                m_observer.onUpdate(std::move(update).value());
            }
        }
        if (broken) {
            context.TryCancel();
        }
        const grpc::Status status = reader.Finish();
        ending.error = broken ? *broken
                       : status.ok()
                           ? makeError(Code::Unavailable, "the agent ended the live stream",
                                       "it may be restarting")
                           : fromGrpcStatus(status, context, m_connection->target);
        return ending;
    }

    /// A delta that does not follow what came before would leave a wrong picture.
    static std::optional<Error> checkSequence(const proto::v1::LiveUpdate& message,
                                              std::uint64_t expected)
    {
        if (message.snapshot() || (expected != 0 && message.sequence() == expected)) {
            return std::nullopt;
        }
        return makeError(Code::Aborted,
                         expected == 0 ? "the live stream did not begin with a snapshot"
                                       : "the live stream lost updates: expected number " +
                                             std::to_string(expected) + ", got " +
                                             std::to_string(message.sequence()),
                         "a fresh snapshot is asked for");
    }

    milliseconds withJitter(milliseconds pause)
    {
        // Half fixed, half random: many consoles do not come back in step after a restart.
        std::uniform_int_distribution<std::int64_t> part(pause.count() / 2, pause.count());
        return milliseconds(part(m_random));
    }

    void tell(ConnectionState state, const std::string& reason, milliseconds retryIn) const
    {
        if (m_observer.onState) {
            m_observer.onState(state, reason, retryIn);
        }
    }

    const std::shared_ptr<const Connection> m_connection;
    const proto::v1::WatchRequest m_request;
    const LiveObserver m_observer;
    std::minstd_rand m_random{std::random_device{}()};
    std::mutex m_mutex;
    std::condition_variable_any m_woken;
    grpc::ClientContext* m_context = nullptr; ///< of the attempt that runs
    std::jthread m_thread;                    ///< last: uses all of the above
};

} // namespace

std::unique_ptr<LiveSubscription> startLiveStream(std::shared_ptr<const Connection> connection,
                                                  const LiveRequest& request, LiveObserver observer)
{
    return std::make_unique<LiveStream>(std::move(connection), request, std::move(observer));
}

} // namespace isotherm::client
