// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/status_line.h"

#include "app/viewmath/text.h"
#include "app/widgets/theme.h"

#include <QLabel>
#include <QStatusBar>

namespace isotherm
{
namespace
{

constexpr int kRefreshMillis = 500;

} // namespace

StatusLine::StatusLine(const ClusterState& state, QStatusBar* bar)
    : QObject(bar), m_state(state), m_left(new QLabel(bar)), m_right(new QLabel(bar))
{
    m_left->setTextFormat(Qt::RichText);
    bar->addWidget(m_left, 1);
    bar->addPermanentWidget(m_right);
    connect(&state, &ClusterState::linkChanged, this, &StatusLine::refresh);
    m_timer.setInterval(kRefreshMillis);
    connect(&m_timer, &QTimer::timeout, this, &StatusLine::refresh);
    m_timer.start();
    refresh();
}

void StatusLine::refresh()
{
    const Theme& theme = Theme::of(m_left->palette());
    const AgentIdentity& identity = m_state.identity();
    QColor dot = theme.good;
    QString link = tr("agent %1").arg(identity.address);
    if (m_state.link() == LinkState::Connecting) {
        dot = theme.warning;
        link = tr("connecting to agent %1").arg(identity.address);
    } else if (m_state.link() == LinkState::Disconnected) {
        dot = theme.critical;
        link = tr("agent %1 not reachable").arg(identity.address);
    }
    if (identity.address.isEmpty()) {
        dot = theme.muted;
        link = tr("no agent chosen");
    }
    QStringList parts{link};
    if (const auto age = m_state.dataAge()) {
        parts << tr("data %1 old")
                     .arg(text::duration(std::chrono::floor<std::chrono::seconds>(*age)));
        parts << tr("clock skew %1 ms").arg(m_state.clockSkew().count());
    }
    m_left->setText(QStringLiteral("<span style='color:%1'>●</span> %2")
                        .arg(dot.name(), parts.join(QStringLiteral("  ·  ")).toHtmlEscaped()));
    m_right->setText(identity.user.isEmpty()
                         ? QString()
                         : QStringLiteral("%1 (%2)").arg(identity.user, text::role(identity.role)));
}

QString StatusLine::said() const
{
    return m_left->text() + m_right->text();
}

} // namespace isotherm
