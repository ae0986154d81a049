// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/console.h"

namespace isotherm
{

Console::Console(QSettings& store)
    : m_settings(store), m_session(m_state), m_feed(m_session, m_view, m_state),
      m_restorable(m_session, m_state), m_changes(m_session, m_state), m_upkeep(m_session, m_state),
      m_forecast(m_session, m_state),
      m_window({m_state, m_view, m_session, m_restorable, m_changes, m_upkeep, m_forecast}, m_feed,
               m_settings)
{
    QObject::connect(&m_session, &AgentSession::heatArrived, &m_feed, &HeatFeed::applyLive);
}

} // namespace isotherm
