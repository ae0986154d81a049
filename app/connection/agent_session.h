// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/agent_gateway.h"
#include "app/models/cluster_state.h"
#include "shared/client/agent_client.h"

#include <QObject>
#include <QThreadPool>
#include <cstdint>
#include <memory>

namespace isotherm
{

/// One agent at a time, seen from the GUI thread. Calls run on a few worker threads, the live
/// stream on the client's own; whatever comes back is posted to the GUI thread with the number of
/// the connection it belongs to, and dropped there when that is no longer the present one.
///
/// Lives in the GUI thread and never blocks it, except for the destructor, which waits for calls
/// that are under way (each has a deadline).
class AgentSession : public QObject, public AgentGateway
{
    Q_OBJECT

public:
    /// `state` must outlive the session.
    explicit AgentSession(ClusterState& state, QObject* parent = nullptr);
    ~AgentSession() override;

    /// Leaves the agent there was, if any, and follows `client`.
    void open(std::shared_ptr<client::AgentClient> client, const AgentIdentity& identity);
    void close();
    [[nodiscard]] bool isOpen() const { return m_client != nullptr; }

    void followHeat(HeatMetric metric, std::chrono::seconds window,
                    std::chrono::milliseconds step) override;
    void retryNow() override;

Q_SIGNALS:
    /// Heat of the live stream; `snapshot`: all of the window, else columns to merge.
    void heatArrived(const isotherm::HeatMatrix& heat, bool snapshot);

protected:
    void run(std::function<Delivery(AgentService&)> work) override;

private:
    void subscribe();
    void unsubscribe();
    void take(client::LiveUpdate update);

    ClusterState& m_state;
    std::shared_ptr<client::AgentClient> m_client;
    std::unique_ptr<client::LiveSubscription> m_subscription;
    client::LiveRequest m_request;
    QThreadPool m_workers;
    std::uint64_t m_connection = 0; ///< counts agents
    std::uint64_t m_stream = 0;     ///< counts subscriptions
};

} // namespace isotherm
