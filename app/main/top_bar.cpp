// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/top_bar.h"

#include "app/main/cluster_badge.h"
#include "app/viewmath/text.h"
#include "app/widgets/range_picker.h"
#include "app/widgets/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <cmath>

namespace isotherm
{

TopBar::TopBar(const ClusterState& state, ViewContext& view, Settings& settings, QWidget* parent)
    : QWidget(parent), m_state(state), m_view(view), m_settings(settings),
      m_range(new RangePicker(this)), m_zone(new QComboBox(this)), m_live(new QToolButton(this)),
      m_search(new QPushButton(this))
{
    setObjectName(QStringLiteral("topBar"));
    setAttribute(Qt::WA_StyledBackground);
    build();
    connectParts();
    showRange();
    showLive();
}

void TopBar::build()
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(10, 7, 10, 7);
    layout->setSpacing(8);
    const auto label = [this](const QString& said) {
        auto* made = new QLabel(said, this);
        made->setObjectName(QStringLiteral("mutedLabel"));
        return made;
    };
    layout->addWidget(new ClusterBadge(m_state, this));
    layout->addSpacing(14);
    layout->addWidget(label(tr("Range")));
    layout->addWidget(m_range);
    layout->addSpacing(10);
    layout->addWidget(label(tr("Zone")));
    m_zone->setAccessibleName(tr("Time zone"));
    for (const ZoneChoice choice : {ZoneChoice::Local, ZoneChoice::Utc}) {
        const QString name = makeZone(choice).name(m_state.now());
        m_zone->addItem(choice == ZoneChoice::Local ? tr("Local: %1").arg(name) : name,
                        static_cast<int>(choice));
    }
    m_zone->setCurrentIndex(m_zone->findData(static_cast<int>(m_settings.zone())));
    layout->addWidget(m_zone);
    layout->addSpacing(10);
    m_live->setCheckable(true);
    layout->addWidget(m_live);
    layout->addStretch(1);
    m_search->setText(tr("Search…   Ctrl+K"));
    m_search->setMinimumWidth(150);
    m_search->setToolTip(tr("Jump to a shard, a view or a command"));
    layout->addWidget(m_search);
}

void TopBar::connectParts()
{
    connect(m_range, &RangePicker::automaticRequested, this, [this] {
        const auto& status = m_state.status();
        const auto history = status ? std::chrono::duration_cast<std::chrono::seconds>(
                                          m_state.now() - status->agentStarted)
                                    : std::chrono::seconds(600);
        m_view.setAutomatic(history);
    });
    connect(m_range, &RangePicker::liveRequested, &m_view, &ViewContext::setLive);
    connect(m_range, &RangePicker::stepRequested, &m_view, &ViewContext::step);
    connect(m_range, &RangePicker::customRequested, this, &TopBar::customRangeRequested);
    connect(m_zone, &QComboBox::activated, this, &TopBar::chooseZone);
    connect(m_search, &QPushButton::clicked, this, &TopBar::searchRequested);
    connect(m_live, &QToolButton::clicked, &m_view, &ViewContext::setFollowing);
    connect(&m_view, &ViewContext::rangeChanged, this, [this] {
        showRange();
        showLive();
    });
    connect(&m_view, &ViewContext::zoneChanged, this, &TopBar::showRange);
    connect(&m_state, &ClusterState::linkChanged, this, &TopBar::showLive);
}

void TopBar::chooseZone(int index)
{
    const auto choice = static_cast<ZoneChoice>(m_zone->itemData(index).toInt());
    m_settings.setZone(choice);
    m_view.setZone(makeZone(choice));
}

void TopBar::showRange()
{
    const viewmath::Span range = m_view.range();
    const Zone& zone = m_view.zone();
    const QString fixed = tr("%1 to %2")
                              .arg(zone.brief(viewmath::fromSeconds(range.begin)),
                                   zone.brief(viewmath::fromSeconds(range.end)));
    m_range->setCurrent(m_view.automatic()
                            ? std::nullopt
                            : std::optional(std::chrono::seconds(std::llround(range.length()))),
                        m_view.following(), fixed);
}

void TopBar::showLive()
{
    const bool following = m_view.following();
    m_live->setChecked(following);
    if (!m_state.connected()) {
        m_live->setText(tr("○ offline"));
        m_live->setToolTip(tr("No connection to the agent"));
    } else if (following) {
        m_live->setText(tr("● live"));
        m_live->setToolTip(tr("The right edge is now. Click to hold the picture."));
    } else {
        m_live->setText(tr("❚❚ held"));
        m_live->setToolTip(tr("The picture is held. Click to follow now again."));
    }
}

} // namespace isotherm
