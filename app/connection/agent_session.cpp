// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/connection/agent_session.h"

#include "app/viewmath/text.h"

#include <QMetaObject>

namespace isotherm
{
namespace
{

/// A restore plan may take seconds: the heat map must not wait behind it.
constexpr int kWorkers = 3;

LinkState toLink(client::ConnectionState state)
{
    switch (state) {
    case client::ConnectionState::Connecting:
        return LinkState::Connecting;
    case client::ConnectionState::Connected:
        return LinkState::Connected;
    case client::ConnectionState::Disconnected:
        return LinkState::Disconnected;
    }
    return LinkState::Disconnected;
}

} // namespace

AgentSession::AgentSession(ClusterState& state, QObject* parent) : QObject(parent), m_state(state)
{
    m_workers.setMaxThreadCount(kWorkers);
    m_request.heatWindow = std::chrono::seconds(0);
}

AgentSession::~AgentSession()
{
    close();
    m_workers.waitForDone();
}

void AgentSession::open(std::shared_ptr<client::AgentClient> client, const AgentIdentity& identity)
{
    close();
    m_client = std::move(client);
    ++m_connection;
    m_state.clear();
    m_state.setIdentity(identity);
    m_state.setLink(LinkState::Connecting, {}, std::chrono::milliseconds(0));
    subscribe();
}

void AgentSession::close()
{
    unsubscribe();
    m_client.reset();
    ++m_connection;
}

void AgentSession::unsubscribe()
{
    ++m_stream;
    if (m_subscription) {
        // Ending a stream waits for its callbacks: not here. The worker keeps the client alive
        // until the stream is gone.
        m_workers.start([old = std::shared_ptr<client::LiveSubscription>(std::move(m_subscription)),
                         client = m_client]() mutable {
            old.reset();
            client.reset();
        });
    }
}

void AgentSession::subscribe()
{
    if (!m_client) {
        return;
    }
    const std::uint64_t stream = ++m_stream;
    client::LiveObserver observer;
    observer.onUpdate = [this, stream](client::LiveUpdate update) {
        QMetaObject::invokeMethod(
            this,
            [this, stream, update = std::move(update)]() mutable {
                if (stream == m_stream) {
                    take(std::move(update));
                }
            },
            Qt::QueuedConnection);
    };
    observer.onState = [this, stream](client::ConnectionState state, std::string reason,
                                      std::chrono::milliseconds retryIn) {
        QMetaObject::invokeMethod(
            this,
            [this, stream, state, reason = std::move(reason), retryIn]() {
                if (stream == m_stream) {
                    m_state.setLink(toLink(state), text::fromUtf8(reason), retryIn);
                }
            },
            Qt::QueuedConnection);
    };
    m_subscription = m_client->watch(m_request, std::move(observer));
}

void AgentSession::take(client::LiveUpdate update)
{
    StateChange change{.snapshot = update.snapshot,
                       .status = std::move(update.status),
                       .shards = std::move(update.shards),
                       .removedShards = std::move(update.removedShards),
                       .jobs = std::move(update.jobs),
                       .backups = std::move(update.backups),
                       .schedule = std::move(update.schedule)};
    if (!m_state.connected()) {
        m_state.setLink(LinkState::Connected, {}, std::chrono::milliseconds(0));
    }
    m_state.apply(change);
    if (update.heat) {
        Q_EMIT heatArrived(*update.heat, update.snapshot);
    }
}

void AgentSession::followHeat(HeatMetric metric, std::chrono::seconds window,
                              std::chrono::milliseconds step)
{
    const bool same =
        m_request.metric == metric && m_request.heatWindow == window && m_request.heatStep == step;
    m_request.metric = metric;
    m_request.heatWindow = window;
    m_request.heatStep = step;
    m_request.wantSecondSampling = step < std::chrono::seconds(10);
    if (m_client && !same) {
        unsubscribe();
        subscribe();
    }
}

void AgentSession::retryNow()
{
    if (m_client) {
        unsubscribe();
        m_state.setLink(LinkState::Connecting, {}, std::chrono::milliseconds(0));
        subscribe();
    }
}

void AgentSession::run(std::function<Delivery(AgentService&)> work)
{
    if (!m_client) {
        return;
    }
    m_workers.start([this, work = std::move(work), client = m_client, connection = m_connection]() {
        Delivery delivery = work(*client);
        QMetaObject::invokeMethod(
            this,
            [this, connection, delivery = std::move(delivery)]() {
                if (connection == m_connection) {
                    delivery();
                }
            },
            Qt::QueuedConnection);
    });
}

} // namespace isotherm
