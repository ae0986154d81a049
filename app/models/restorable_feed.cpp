// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/restorable_feed.h"

#include "app/models/cluster_state.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

namespace isotherm
{
namespace
{

using namespace std::chrono_literals;

/// Backups of a burst are asked about once.
constexpr auto kSettle = 400ms;

} // namespace

RestorableFeed::RestorableFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent)
    : QObject(parent), m_gateway(gateway), m_state(state)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettle);
    connect(&m_settle, &QTimer::timeout, this, &RestorableFeed::ask);
    connect(&state, &ClusterState::backupsChanged, this, [this] {
        // Not restarted: a steady stream of backups must not put the question off for ever.
        if (!m_settle.isActive()) {
            m_settle.start();
        }
    });
}

void RestorableFeed::ask()
{
    if (!m_state.connected()) {
        return; // the snapshot after the reconnection asks again
    }
    const ShardFilter everything{.keyspace = {}, .includeRetired = false};
    m_gateway.ask<std::vector<RestorableRange>>(
        this, [everything](AgentService& agent) { return agent.restorableRanges(everything); },
        [this](const Result<std::vector<RestorableRange>>& answer) { take(answer); });
}

void RestorableFeed::take(const Result<std::vector<RestorableRange>>& answer)
{
    if (answer.ok()) {
        m_problem.clear();
        m_ranges = answer.value();
    } else {
        m_problem = text::error(answer.error());
    }
    Q_EMIT changed();
}

} // namespace isotherm
