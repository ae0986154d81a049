// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/cluster_badge.h"

#include "app/viewmath/text.h"
#include "app/widgets/theme.h"

#include <QEvent>

namespace isotherm
{

ClusterBadge::ClusterBadge(const ClusterState& state, QWidget* parent)
    : QLabel(parent), m_state(state)
{
    setObjectName(QStringLiteral("badge"));
    connect(&state, &ClusterState::statusChanged, this, &ClusterBadge::refresh);
    connect(&state, &ClusterState::linkChanged, this, &ClusterBadge::refresh);
    refresh();
}

void ClusterBadge::refresh()
{
    m_refreshing = true;
    const Theme& theme = Theme::of(palette());
    const auto& status = m_state.status();
    const QString environment = status ? text::fromUtf8(status->environment) : QString();
    const QString cluster = status ? text::fromUtf8(status->cluster) : m_state.identity().cluster;
    QColor colour = theme.accent;
    if (environment.startsWith(QLatin1String("prod"), Qt::CaseInsensitive)) {
        colour = theme.critical;
    } else if (environment.startsWith(QLatin1String("stag"), Qt::CaseInsensitive)) {
        colour = theme.warning;
    } else if (environment.isEmpty()) {
        colour = theme.muted;
    }
    setText(environment.isEmpty()
                ? QStringLiteral("■  ") + (cluster.isEmpty() ? tr("no cluster") : cluster)
                : QStringLiteral("■  %1 · %2").arg(environment.toUpper(), cluster));
    const QString sheet = QStringLiteral("color: %1; background: %2;")
                              .arg(colour.name(), mixed(theme.window, colour, 0.16).name());
    if (sheet != styleSheet()) {
        setStyleSheet(sheet);
    }
    if (status) {
        setToolTip(tr("%1 %2, agent %3")
                       .arg(text::fromUtf8(status->engine), text::fromUtf8(status->serverVersion),
                            text::fromUtf8(status->agentVersion)));
    }
    m_refreshing = false;
}

void ClusterBadge::changeEvent(QEvent* event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && !m_refreshing) {
        refresh();
    }
}

} // namespace isotherm
