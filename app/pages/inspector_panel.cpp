// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/inspector_panel.h"

#include "app/models/rpo_model.h"
#include "app/models/shard_tree_model.h"
#include "app/pages/why_hot_panel.h"
#include "app/viewmath/rpo.h"
#include "app/viewmath/text.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr int kRefreshMillis = 1000;

} // namespace

InspectorPanel::InspectorPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_title(new QLabel(this)), m_subtitle(new QLabel(this)),
      m_facts(new QLabel(this)), m_why(new WhyHotPanel(context, this)),
      m_restore(new QPushButton(tr("Restore selection…"), this))
{
    m_title->setObjectName(QStringLiteral("sectionTitle"));
    m_subtitle->setObjectName(QStringLiteral("mutedLabel"));
    m_facts->setTextFormat(Qt::RichText);
    for (QLabel* label : {m_title, m_subtitle, m_facts}) {
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(12, 10, 12, 12);
    layout->setSpacing(8);
    auto* scroll = new QScrollArea(this);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* inside = new QWidget(scroll);
    inside->setObjectName(QStringLiteral("pagePanel"));
    auto* list = new QVBoxLayout(inside);
    list->setContentsMargins(0, 0, 4, 0);
    list->setSpacing(8);
    for (QWidget* part : std::initializer_list<QWidget*>{m_title, m_subtitle, m_facts, m_why}) {
        list->addWidget(part);
    }
    list->addStretch(1);
    scroll->setWidget(inside);
    layout->addWidget(scroll, 1);
    layout->addWidget(m_restore);
    connect(m_restore, &QPushButton::clicked, this, &InspectorPanel::restoreRequested);
    connect(&context.view, &ViewContext::selectionChanged, this, &InspectorPanel::refresh);
    connect(&context.view, &ViewContext::zoneChanged, this, &InspectorPanel::refresh);
    connect(&context.state, &ClusterState::shardsChanged, this, &InspectorPanel::refresh);
    connect(&context.state, &ClusterState::linkChanged, this, &InspectorPanel::refresh);
    m_refresh.setInterval(kRefreshMillis);
    connect(&m_refresh, &QTimer::timeout, this, &InspectorPanel::refresh);
    m_refresh.start();
    refresh();
}

void InspectorPanel::setRow(const QString& name, const QString& value)
{
    m_rows << QStringLiteral("<tr><td style='padding:3px 12px 3px 0'>%1</td>"
                             "<td style='padding:3px 0' align='left'><b>%2</b></td></tr>")
                  .arg(name.toHtmlEscaped(), value.toHtmlEscaped());
}

void InspectorPanel::refresh()
{
    const Selection& selection = m_context.view.selection();
    m_rows.clear();
    const QString readOnly = m_context.state.whyReadOnly();
    m_restore->setEnabled(!selection.shards.empty() && readOnly.isEmpty());
    m_restore->setToolTip(readOnly.isEmpty() ? tr("Bring back rows of the selected shards (R)")
                                             : readOnly);
    m_restore->setVisible(!selection.shards.empty());
    const ShardRecord* only =
        selection.shards.size() == 1 ? m_context.state.shard(selection.shards.front()) : nullptr;
    m_why->setShard(only != nullptr ? std::optional(only->id) : std::nullopt);
    if (only != nullptr) {
        showOne(*only);
    } else if (!selection.shards.empty()) {
        showMany();
    } else {
        m_title->setText(tr("Nothing selected"));
        m_subtitle->setText(tr("Drag over the heat map, or click a shard in the Navigator."));
    }
    if (selection.time) {
        const Zone& zone = m_context.view.zone();
        const WallTime from = viewmath::fromSeconds(selection.time->begin);
        const WallTime to = viewmath::fromSeconds(selection.time->end);
        setRow(tr("From"), zone.full(from));
        setRow(tr("Until"), zone.full(to));
    }
    m_facts->setText(m_rows.isEmpty() ? QString()
                                      : QStringLiteral("<table cellspacing='0'>") +
                                            m_rows.join(QString()) + QStringLiteral("</table>"));
}

void InspectorPanel::showOne(const ShardRecord& shard)
{
    m_title->setText(shardTitle(shard));
    QStringList leaves;
    for (const std::string& leaf : shard.leaves) {
        leaves << text::fromUtf8(leaf);
    }
    m_subtitle->setText(leaves.join(QStringLiteral(", ")));
    const Zone& zone = m_context.view.zone();
    setRow(tr("Temperature"), text::temperature(shard.temperature));
    setRow(tr("Predicted"), text::temperature(shard.predictedTemperature));
    setRow(tr("Load"), shard.rowsPerSecond ? text::heatValue(HeatMetric::Rows, *shard.rowsPerSecond)
                                           : text::unknown());
    setRow(tr("Rows"), text::count(shard.rows));
    setRow(tr("Size"), text::bytes(shard.size));
    setRow(tr("Node"), shard.node.empty() ? text::unknown() : text::fromUtf8(shard.node));
    const viewmath::RpoRow rpo = viewmath::rpoOf(shard, m_context.state.now());
    setRow(tr("Objective"), text::maybeDuration(rpo.objective));
    setRow(tr("At risk now"), rpo.now ? text::duration(*rpo.now) : tr("everything: no backup"));
    setRow(tr("Last backup"), shard.lastBackup ? zone.full(*shard.lastBackup) : tr("never"));
    for (const ScheduleEntry& entry : m_context.state.schedule()) {
        if (entry.shard == shard.id) {
            setRow(tr("Next backup"), zone.full(entry.due));
            setRow(tr("Why then"), text::fromUtf8(entry.reason));
        }
    }
    const auto newest =
        std::ranges::find(m_context.state.backups().rbegin(), m_context.state.backups().rend(),
                          shard.id, &BackupRecord::shard);
    if (newest != m_context.state.backups().rend()) {
        setRow(tr("Tier"), text::fromUtf8(newest->tier));
        setRow(tr("Proof"), text::verifyLevel(newest->verified));
    }
    for (const std::string& missing : shard.notCovered) {
        setRow(tr("Not covered"), text::fromUtf8(missing));
    }
}

void InspectorPanel::showMany()
{
    std::uint64_t rows = 0;
    std::uint64_t size = 0;
    double rate = 0.0;
    std::optional<double> hottest;
    for (const ShardId id : m_context.view.selection().shards) {
        if (const ShardRecord* shard = m_context.state.shard(id)) {
            rows += shard->rows;
            size += shard->size.get();
            rate += shard->rowsPerSecond.value_or(0.0);
            if (shard->temperature) {
                hottest = std::max(hottest.value_or(0.0), *shard->temperature);
            }
        }
    }
    m_title->setText(
        tr("%n shard(s)", nullptr, static_cast<int>(m_context.view.selection().shards.size())));
    m_subtitle->clear();
    setRow(tr("Hottest"), text::temperature(hottest));
    setRow(tr("Load"), text::heatValue(HeatMetric::Rows, rate));
    setRow(tr("Rows"), text::count(rows));
    setRow(tr("Size"), text::bytes(ByteCount(size)));
}

} // namespace isotherm
