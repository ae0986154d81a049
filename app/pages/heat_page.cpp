// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/heat_page.h"

#include "app/viewmath/change_marks.h"
#include "app/viewmath/text.h"
#include "app/viewmath/value_scale.h"
#include "app/widgets/heat_export.h"
#include "app/widgets/heat_table.h"

#include <QAction>
#include <QBuffer>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLayout>
#include <QSaveFile>
#include <QSignalBlocker>
#include <QSlider>
#include <QToolBar>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

namespace isotherm
{
HeatPage::HeatPage(const PageContext& context, HeatFeed& feed, QWidget* parent)
    : QWidget(parent), m_context(context), m_feed(feed), m_view(new HeatView(this)),
      m_actions(new HeatActions(this))
{
    build();
    connectActions();
    connectFeed();
    setHeatStyle(m_style);
    applyTime();
    applyNotice();
}

void HeatPage::build()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeToolbar());
    auto* padded = new QWidget(this);
    padded->setObjectName(QStringLiteral("pagePanel"));
    auto* inner = new QVBoxLayout(padded);
    inner->setContentsMargins(4, 8, 4, 4);
    inner->addWidget(m_view);
    layout->addWidget(padded, 1);
    setFocusProxy(m_view);
}

QToolBar* HeatPage::makeToolbar()
{
    // A QToolBar folds what does not fit into a menu: the window may get narrow.
    auto* bar = new QToolBar(this);
    bar->setObjectName(QStringLiteral("pageToolbar"));
    m_metric = new QComboBox(bar);
    m_metric->setAccessibleName(tr("Metric"));
    m_metric->setToolTip(tr("What the colours show"));
    for (const HeatMetric metric : {HeatMetric::Rows, HeatMetric::Reads, HeatMetric::Writes,
                                    HeatMetric::Bytes, HeatMetric::Temperature}) {
        m_metric->addItem(text::metricTitle(metric), static_cast<int>(metric));
    }
    bar->addWidget(m_metric);
    bar->addActions({m_actions->restoreSelection, m_actions->zoomToSelection, m_actions->back,
                     m_actions->reset});
    auto* stretch = new QWidget(bar);
    stretch->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(stretch);
    auto* label = new QLabel(tr("Brightness"), bar);
    label->setObjectName(QStringLiteral("mutedLabel"));
    bar->addWidget(label);
    m_brightness = new QSlider(Qt::Horizontal, bar);
    m_brightness->setRange(-100, 100);
    m_brightness->setFixedWidth(96);
    m_brightness->setAccessibleName(tr("Brightness"));
    m_brightness->setToolTip(tr("Lifts or lowers the colours of small values; the legend follows"));
    label->setBuddy(m_brightness);
    bar->addWidget(m_brightness);
    bar->addActions({m_actions->logarithmic, m_actions->forecast, m_actions->follow});
    // The style's own are for buttons without frames.
    bar->layout()->setSpacing(6);
    bar->layout()->setContentsMargins(10, 6, 10, 6);
    return bar;
}

void HeatPage::connectActions()
{
    HeatActions& a = *m_actions;
    connect(a.zoomToSelection, &QAction::triggered, m_view, &HeatView::zoomToSelection);
    connect(a.restoreSelection, &QAction::triggered, this, &HeatPage::restoreRequested);
    connect(a.zoomIn, &QAction::triggered, m_view, &HeatView::zoomIn);
    connect(a.zoomOut, &QAction::triggered, m_view, &HeatView::zoomOut);
    connect(a.back, &QAction::triggered, m_view, &HeatView::zoomBack);
    connect(a.reset, &QAction::triggered, m_view, &HeatView::reset);
    connect(a.follow, &QAction::triggered, &m_context.view, &ViewContext::setFollowing);
    connect(a.logarithmic, &QAction::triggered, this, [this](bool on) {
        HeatStyle style = m_style;
        style.logarithmic = on;
        setHeatStyle(style);
    });
    connect(a.peaks, &QAction::triggered, this, [this](bool on) {
        HeatStyle style = m_style;
        style.statistic = on ? viewmath::Statistic::Max : viewmath::Statistic::Mean;
        setHeatStyle(style);
    });
    connect(&a, &HeatActions::mapChosen, this, [this](viewmath::ColourMap map) {
        HeatStyle style = m_style;
        style.map = map;
        setHeatStyle(style);
    });
    connect(&a, &HeatActions::metricChosen, &m_context.view, &ViewContext::setMetric);
    connect(a.table, &QAction::triggered, this, [this] {
        (new HeatTableDialog(m_feed.matrix(), m_context.view.zone(), this))->show();
    });
    connect(a.exportPng, &QAction::triggered, this, [this] { exportPng({}); });
    connect(a.exportCsv, &QAction::triggered, this, [this] { exportCsv({}); });
    connect(m_metric, &QComboBox::activated, this, [this](int index) {
        m_context.view.setMetric(static_cast<HeatMetric>(m_metric->itemData(index).toInt()));
    });
    connect(m_brightness, &QSlider::valueChanged, this, [this](int value) {
        HeatStyle style = m_style;
        style.brightness = value / 100.0;
        setHeatStyle(style);
    });
    connect(m_view, &HeatView::zoomStackChanged, this,
            [this] { m_actions->back->setEnabled(m_view->canZoomBack()); });
    a.back->setEnabled(false);
}

void HeatPage::connectFeed()
{
    ViewContext& view = m_context.view;
    connect(&m_feed, &HeatFeed::reset, this, [this] {
        m_view->setMatrix(&m_feed.matrix(), m_fresh);
        m_fresh = m_feed.matrix().columns == 0;
        m_view->setForecasts(&m_feed.forecast(), &m_past);
        applyLimits();
        applyNotice();
    });
    connect(&m_feed, &HeatFeed::columnsChanged, this, [this](std::size_t first) {
        m_view->columnsChanged(first);
        applyNotice();
    });
    connect(&m_feed, &HeatFeed::stateChanged, this, &HeatPage::applyNotice);
    connect(m_view, &HeatView::timeRequested, &view, &ViewContext::setVisible);
    connect(m_view, &HeatView::selectionRequested, this, [this](const HeatSelection& selection) {
        m_context.view.setSelection({selection.shards, selection.time});
    });
    connect(m_view, &HeatView::restoreRequested, this, [this] {
        if (m_actions->restoreSelection->isEnabled()) {
            Q_EMIT restoreRequested();
        }
    });
    connect(&view, &ViewContext::visibleChanged, this, &HeatPage::applyTime);
    connect(&view, &ViewContext::rangeChanged, this, &HeatPage::applyTime);
    connect(&view, &ViewContext::zoneChanged, this,
            [this] { m_view->setZone(m_context.view.zone()); });
    connect(&view, &ViewContext::selectionChanged, this, &HeatPage::applySelection);
    connect(&view, &ViewContext::metricChanged, this, [this] {
        m_fresh = true;
        m_actions->setMetric(m_context.view.metric());
        applyForecast();
        applyPast();
        m_metric->setCurrentIndex(m_metric->findData(static_cast<int>(m_context.view.metric())));
    });
    m_actions->setMetric(view.metric());
    connect(m_actions->forecast, &QAction::toggled, this, &HeatPage::applyForecast);
    connect(m_actions->pastForecasts, &QAction::toggled, this, &HeatPage::applyPast);
    connect(&m_context.forecast, &ForecastFeed::changed, this, &HeatPage::applyForecast);
    connect(&m_context.forecast, &ForecastFeed::pastChanged, this, &HeatPage::applyPast);
    connect(&m_context.changes, &ChangesFeed::changed, this, &HeatPage::applyMarks);
    const ClusterState& state = m_context.state;
    connect(&state, &ClusterState::backupsChanged, this, &HeatPage::applyMarks);
    connect(&state, &ClusterState::statusChanged, this, &HeatPage::applyLimits);
    connect(&state, &ClusterState::linkChanged, this, [this] {
        applyNotice();
        applySelection();
    });
}

void HeatPage::setHeatStyle(const HeatStyle& style)
{
    m_style = style;
    m_view->setStyle(style);
    m_actions->setStyle(style);
    const QSignalBlocker blocker(m_brightness);
    m_brightness->setValue(static_cast<int>(std::lround(style.brightness * 100.0)));
    Q_EMIT heatStyleChanged();
}

void HeatPage::applyForecast()
{
    const bool wanted = m_actions->forecast->isChecked();
    m_feed.setForecasts(wanted ? m_context.forecast.forecasts() : std::vector<ForecastSeries>{});
    m_context.view.setLookAhead(wanted && !m_feed.forecast().empty());
    m_actions->forecast->setToolTip(wanted && m_feed.forecast().empty()
                                        ? tr("There is no forecast of this metric yet: forecasts "
                                             "are of rows and of temperature")
                                        : tr("Draw what is expected right of now, hatched (F)"));
    applyLimits();
}

void HeatPage::applyPast()
{
    const bool wanted = m_actions->pastForecasts->isChecked();
    m_context.forecast.wantPast(wanted ? std::optional(m_context.view.visible()) : std::nullopt);
    m_past = wanted ? viewmath::ForecastTable(m_context.forecast.past(), m_context.view.metric())
                    : viewmath::ForecastTable();
    m_view->setForecasts(&m_feed.forecast(), &m_past);
}

void HeatPage::applyTime()
{
    m_view->setTime(m_context.view.visible(), m_context.view.full());
    if (m_actions->pastForecasts->isChecked()) {
        m_context.forecast.wantPast(m_context.view.visible());
    }
    m_actions->follow->setChecked(m_context.view.following());
}

void HeatPage::applySelection()
{
    const Selection& selection = m_context.view.selection();
    m_view->setSelection({selection.shards, selection.time});
    m_actions->zoomToSelection->setEnabled(!selection.empty());
    const QString readOnly = m_context.state.whyReadOnly();
    m_actions->restoreSelection->setEnabled(!selection.shards.empty() && readOnly.isEmpty());
    m_actions->restoreSelection->setToolTip(
        !readOnly.isEmpty()        ? readOnly
        : selection.shards.empty() ? tr("Drag over the map to select shards and a time first.")
                                   : tr("Bring back rows of the selected shards, as they were "
                                        "before the selected time (R)"));
}

void HeatPage::applyMarks()
{
    std::vector<HeatMark> marks;
    for (const BackupRecord& backup : m_context.state.backups()) {
        marks.push_back({backup.shard, viewmath::toSeconds(backup.asOf),
                         isFull(backup.kind) ? HeatGlyph::FullBackup : HeatGlyph::Backup});
    }
    const auto changes =
        viewmath::changeMarks(m_context.changes.changes().value_or(std::vector<ChangeRecord>{}),
                              m_context.state.shards());
    for (const viewmath::ChangeMark& change : changes) {
        marks.push_back(
            {change.shard, change.time, change.split ? HeatGlyph::Split : HeatGlyph::Merge});
    }
    m_view->setMarks(std::move(marks));
}

void HeatPage::applyLimits()
{
    const auto& status = m_context.state.status();
    HeatLimits limits;
    if (status && m_context.view.metric() == HeatMetric::Temperature) {
        limits = {status->warmAbove, status->hotAbove};
    } else if (status && m_context.view.metric() == HeatMetric::Rows &&
               m_context.forecast.reference()) {
        const double reference = *m_context.forecast.reference();
        limits = {status->warmAbove * reference, status->hotAbove * reference};
    } else if (status && m_context.view.metric() == HeatMetric::Rows) {
        std::vector<viewmath::RateAndTemperature> samples;
        for (const ShardRecord& shard : m_context.state.shards()) {
            if (shard.rowsPerSecond && shard.temperature) {
                samples.push_back({*shard.rowsPerSecond, *shard.temperature});
            }
        }
        if (const auto reference = viewmath::impliedReference(samples)) {
            limits = {status->warmAbove * *reference, status->hotAbove * *reference};
        }
    }
    m_view->setLimits(limits);
}

bool HeatPage::showsData() const
{
    const HeatMatrix& matrix = m_feed.matrix();
    return std::ranges::any_of(matrix.mean, [](float value) { return !std::isnan(value); });
}

void HeatPage::applyNotice()
{
    const bool connected = m_context.state.connected();
    m_view->setDimmed(!connected && m_feed.matrix().columns > 0);
    if (!m_feed.problem().isEmpty()) {
        m_view->setNotice(tr("The heat of this range could not be read"), m_feed.problem());
    } else if (m_feed.matrix().columns == 0 || m_feed.matrix().rows.empty()) {
        if (!connected) {
            m_view->setNotice(tr("Not connected"),
                              tr("Heat appears as soon as the agent answers."));
        } else if (m_feed.loading()) {
            m_view->setNotice(tr("Reading heat…"), {});
        } else {
            m_view->setNotice(tr("No samples yet"), tr("The first column appears in about 10 s."));
        }
    } else {
        m_view->setNotice({}, {});
    }
}

bool HeatPage::write(const QString& path, const QByteArray& bytes)
{
    QSaveFile file(path);
    const bool written =
        file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit();
    Q_EMIT exportFinished(written ? tr("Saved %1").arg(path)
                                  : tr("Cannot write %1: %2").arg(path, file.errorString()),
                          !written);
    return written;
}

bool HeatPage::exportPng(const QString& path)
{
    const QString file = path.isEmpty() ? QFileDialog::getSaveFileName(this, tr("Export as PNG"),
                                                                       QStringLiteral("heat.png"),
                                                                       tr("PNG pictures (*.png)"))
                                        : path;
    if (file.isEmpty()) {
        return false;
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    m_view->picture().save(&buffer, "PNG");
    return write(file, bytes);
}

bool HeatPage::exportCsv(const QString& path)
{
    const QString file = path.isEmpty() ? QFileDialog::getSaveFileName(this, tr("Export as CSV"),
                                                                       QStringLiteral("heat.csv"),
                                                                       tr("CSV tables (*.csv)"))
                                        : path;
    return !file.isEmpty() && write(file, toCsv());
}

QByteArray HeatPage::toCsv() const
{
    return heatToCsv(m_feed.matrix(), m_view->canvas().viewport());
}

} // namespace isotherm
