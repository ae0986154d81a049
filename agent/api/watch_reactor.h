// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/heat_feed.h"
#include "agent/api/live_outbox.h"
#include "shared/base/result.h"

#include <functional>
#include <grpcpp/support/server_callback.h>
#include <isotherm/v1/agent.pb.h>
#include <memory>
#include <mutex>
#include <optional>

namespace isotherm::api
{

/// What a client asks to follow, within sane bounds.
[[nodiscard]] HeatFollow followOf(const v1::WatchRequest& request);

/// One live stream: carries an outbox to the wire, one write at a time. Belongs to gRPC: it deletes
/// itself in OnDone, which comes after Finish() and after every other reaction has returned.
class WatchReactor final : public grpc::ServerWriteReactor<v1::LiveUpdate>
{
public:
    explicit WatchReactor(grpc::CallbackServerContext& context) : m_context(context) {}

    /// Starts sending, or ends the stream with the error. Called exactly once, from any thread; the
    /// reactor is alive until then, because nothing else finishes it before.
    void start(Result<std::shared_ptr<LiveOutbox>> outbox);

    void OnWriteDone(bool ok) override;
    void OnCancel() override;
    void OnDone() override;

private:
    void pump();
    /// Sends the next message, or finishes, unless a write is under way.
    void pumpLocked();
    void finishLocked(const Error& error);

    grpc::CallbackServerContext& m_context;
    std::mutex m_mutex;
    std::shared_ptr<LiveOutbox> m_outbox; ///< null until start()
    LiveMessage m_sending;                ///< gRPC reads it until OnWriteDone
    bool m_cancelled = false;
    bool m_finished = false;
};

} // namespace isotherm::api
