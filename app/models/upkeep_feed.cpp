// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/upkeep_feed.h"

#include "app/models/cluster_state.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

#include <algorithm>

namespace isotherm
{
namespace
{

using namespace std::chrono_literals;

/// Backups of a burst are asked about once.
constexpr auto kSettle = 700ms;
/// Also without backups: temperatures move the schedule.
constexpr auto kEvery = 120s;
constexpr std::size_t kDrills = 1'000;
constexpr std::size_t kAhead = 20'000;

} // namespace

UpkeepFeed::UpkeepFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent)
    : QObject(parent), m_gateway(gateway), m_state(state)
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettle);
    m_timer.setInterval(kEvery);
    connect(&m_settle, &QTimer::timeout, this, &UpkeepFeed::refresh);
    connect(&m_timer, &QTimer::timeout, this, &UpkeepFeed::refresh);
    connect(&state, &ClusterState::backupsChanged, this, [this] {
        if (!m_settle.isActive()) {
            m_settle.start();
        }
        if (!m_timer.isActive()) {
            m_timer.start();
        }
    });
}

const DrillReceipt* UpkeepFeed::proof(ShardId shard) const
{
    const auto found = std::ranges::find_if(m_drills, [shard](const DrillReceipt& drill) {
        return drill.shard == shard && drill.passed;
    });
    return found == m_drills.end() ? nullptr : &*found;
}

Result<UpkeepFeed::Answer> UpkeepFeed::askAgent(AgentService& agent)
{
    Answer answer;
    RotationQuery query;
    query.limit = kAhead;
    ISO_ASSIGN(answer.ahead, agent.upkeep().scheduleAhead(query));
    ISO_ASSIGN(answer.drills, agent.upkeep().drills(kDrills));
    return answer;
}

void UpkeepFeed::refresh()
{
    if (!m_state.connected()) {
        return; // the snapshot after the reconnection asks again
    }
    m_gateway.ask<Answer>(
        this, [](AgentService& agent) { return askAgent(agent); },
        [this](const Result<Answer>& answer) {
            if (answer.ok()) {
                m_problem.clear();
                m_ahead = answer.value().ahead;
                m_drills = answer.value().drills;
            } else {
                m_problem = text::error(answer.error());
            }
            Q_EMIT changed();
        });
}

} // namespace isotherm
