// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/changes_feed.h"

#include "app/models/cluster_state.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

#include <algorithm>

namespace isotherm
{
namespace
{

using namespace std::chrono_literals;

constexpr auto kUsual = 4s;
constexpr auto kWhileRunning = 1s;

} // namespace

ChangesFeed::ChangesFeed(AgentGateway& gateway, const ClusterState& state, QObject* parent)
    : QObject(parent), m_gateway(gateway), m_state(state)
{
    m_timer.setInterval(kUsual);
    connect(&m_timer, &QTimer::timeout, this, &ChangesFeed::refresh);
    connect(&state, &ClusterState::linkChanged, this, [this] {
        if (m_state.connected() && !m_timer.isActive()) {
            m_timer.start();
            refresh();
        } else if (!m_state.connected()) {
            m_timer.stop();
        }
    });
}

const ChangeRecord* ChangesFeed::change(ChangeId id) const
{
    if (!m_changes) {
        return nullptr;
    }
    const auto found = std::ranges::find(*m_changes, id, &ChangeRecord::id);
    return found == m_changes->end() ? nullptr : &*found;
}

int ChangesFeed::waiting() const
{
    return m_changes ? static_cast<int>(std::ranges::count(*m_changes, ChangeState::Proposed,
                                                           &ChangeRecord::state))
                     : 0;
}

Result<ChangesFeed::Answer> ChangesFeed::askAgent(AgentService& agent)
{
    Answer answer;
    ISO_ASSIGN(answer.changes, agent.changes().changes({}));
    ISO_ASSIGN(answer.refusals, agent.changes().refusals(std::nullopt));
    return answer;
}

void ChangesFeed::refresh()
{
    const int question = ++m_question;
    m_gateway.ask<Answer>(
        this, [](AgentService& agent) { return askAgent(agent); },
        [this, question](const Result<Answer>& answer) { take(answer, question); });
}

void ChangesFeed::take(const Result<Answer>& answer, int question)
{
    if (question != m_question) {
        return;
    }
    if (!answer.ok()) {
        m_problem = text::error(answer.error());
        Q_EMIT changed();
        return;
    }
    m_problem.clear();
    const bool same = m_changes == answer.value().changes && m_refusals == answer.value().refusals;
    m_changes = answer.value().changes;
    m_refusals = answer.value().refusals;
    const bool running = std::ranges::any_of(*m_changes, [](const ChangeRecord& change) {
        return change.state == ChangeState::Running;
    });
    m_timer.setInterval(running ? kWhileRunning : kUsual);
    if (!same) {
        Q_EMIT changed();
    }
}

} // namespace isotherm
