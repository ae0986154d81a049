// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/overview_page.h"

#include "app/models/shard_tree_model.h"
#include "app/viewmath/rpo.h"
#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "app/widgets/stat_tile.h"
#include "app/widgets/theme.h"

#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTableWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

constexpr int kRefreshMillis = 1000;
constexpr std::size_t kListed = 12;

void setCells(QTableWidget* table, int row, const QStringList& cells, qulonglong id)
{
    for (int column = 0; column < cells.size(); ++column) {
        QTableWidgetItem* item = table->item(row, column);
        if (item == nullptr) {
            item = new QTableWidgetItem;
            table->setItem(row, column, item);
        }
        item->setText(cells[column]);
        item->setData(Qt::UserRole, id);
    }
}

} // namespace

OverviewPage::OverviewPage(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_rpo(new StatTile(tr("Worst recovery point"), this)),
      m_hot(new StatTile(tr("Hottest shard now"), this)),
      m_jobs(new StatTile(tr("Jobs running"), this)),
      m_storage(new StatTile(tr("Repository"), this)),
      m_waiting(new StatTile(tr("Waiting for a decision"), this)),
      m_drill(new StatTile(tr("Last trial restore"), this))
{
    build();
    connect(&context.state, &ClusterState::statusChanged, this, &OverviewPage::refresh);
    connect(&context.state, &ClusterState::shardsChanged, this, &OverviewPage::refresh);
    connect(&context.state, &ClusterState::jobsChanged, this, &OverviewPage::refresh);
    connect(&context.state, &ClusterState::backupsChanged, this, &OverviewPage::refresh);
    connect(&context.changes, &ChangesFeed::changed, this, &OverviewPage::refreshDecisions);
    connect(&context.upkeep, &UpkeepFeed::changed, this, &OverviewPage::refreshDecisions);
    connect(&context.view, &ViewContext::zoneChanged, this, &OverviewPage::refresh);
    m_refresh.setInterval(kRefreshMillis);
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        if (isVisible() && m_context.state.connected()) {
            refreshTiles();
        }
    });
    m_refresh.start();
    refresh();
}

void OverviewPage::build()
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(16, 16, 16, 16);
    grid->setSpacing(14);
    constexpr int kColumns = 3;
    int place = 0;
    for (StatTile* tile : {m_rpo, m_hot, m_waiting, m_drill, m_jobs, m_storage}) {
        tile->setMinimumHeight(72);
        grid->addWidget(tile, place / kColumns, place % kColumns);
        grid->setColumnStretch(place++ % kColumns, 1);
    }
    const auto addCard = [&](const QString& title, QTableWidget* table, int at) {
        auto* card = new QFrame(this);
        card->setObjectName(QStringLiteral("card"));
        auto* layout = new QVBoxLayout(card);
        layout->setContentsMargins(16, 12, 16, 12);
        auto* label = new QLabel(title, card);
        label->setObjectName(QStringLiteral("sectionTitle"));
        layout->addWidget(label);
        table->setParent(card);
        table->setAccessibleName(title);
        layout->addWidget(table, 1);
        grid->addWidget(card, at, 0, 1, kColumns);
        grid->setRowStretch(at, 1);
    };
    m_hottest = makeTable({tr("Shard"), tr("Temperature"), tr("Predicted"), tr("Rate")});
    m_hottest->setItemDelegateForColumn(
        0, new DotDelegate(
               [this](const QModelIndex& index) -> DotStyle {
                   const ShardRecord* shard =
                       m_context.state.shard(ShardId(index.data(Qt::UserRole).toULongLong()));
                   const auto& status = m_context.state.status();
                   if (shard == nullptr || !status) {
                       return {};
                   }
                   return {Theme::of(palette()).temperatureColour(
                               shard->temperature, status->warmAbove, status->hotAbove),
                           !shard->temperature};
               },
               m_hottest));
    m_schedule = makeTable({tr("Shard"), tr("Due"), tr("Kind"), tr("Why")});
    m_schedule->horizontalHeader()->setSectionResizeMode(0, QHeaderView::ResizeToContents);
    m_schedule->horizontalHeader()->setSectionResizeMode(3, QHeaderView::Stretch);
    addCard(tr("Hottest shards"), m_hottest, 2);
    addCard(tr("Next backups"), m_schedule, 3);
    connect(m_hottest, &QTableWidget::cellDoubleClicked, this, [this](int row) {
        Q_EMIT shardChosen(ShardId(m_hottest->item(row, 0)->data(Qt::UserRole).toULongLong()));
    });
}

QTableWidget* OverviewPage::makeTable(const QStringList& headers)
{
    auto* table = new QTableWidget(0, static_cast<int>(headers.size()), this);
    table->setHorizontalHeaderLabels(headers);
    // A small window must not grow for it: it scrolls.
    table->setMinimumHeight(40);
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->horizontalHeader()->setSectionResizeMode(0, QHeaderView::Stretch);
    table->horizontalHeader()->setHighlightSections(false);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    return table;
}

void OverviewPage::refresh()
{
    refreshTiles();
    refreshHottest();
    refreshSchedule();
    refreshDecisions();
}

void OverviewPage::refreshTiles()
{
    const ClusterState& state = m_context.state;
    const auto& status = state.status();
    if (!status) {
        for (StatTile* tile : {m_rpo, m_hot, m_jobs, m_storage}) {
            tile->setValue(text::unknown(), tr("waiting for the agent"));
        }
        return;
    }
    const std::vector<viewmath::RpoRow> board = viewmath::rpoBoard(state.shards(), state.now());
    if (board.empty()) {
        m_rpo->setValue(text::unknown(), tr("no shards yet"));
    } else {
        const viewmath::RpoRow& worst = board.front();
        const ShardRecord* shard = state.shard(worst.shard);
        const QString name = shard != nullptr ? shardTitle(*shard) : QString();
        const bool missing = worst.state == viewmath::RpoState::Missing;
        const bool breached = worst.state == viewmath::RpoState::Breached;
        m_rpo->setValue(missing ? tr("no backup") : text::maybeDuration(worst.now),
                        worst.objective
                            ? tr("%1, objective %2").arg(name, text::maybeDuration(worst.objective))
                            : name,
                        missing || breached                       ? StatTile::Tone::Critical
                        : worst.state == viewmath::RpoState::Near ? StatTile::Tone::Warning
                        : worst.state == viewmath::RpoState::Met  ? StatTile::Tone::Good
                                                                  : StatTile::Tone::Plain);
    }
    int running = 0;
    double rate = 0.0;
    for (const JobRecord& job : state.jobs()) {
        if (job.state == JobState::Running) {
            ++running;
            rate += job.bytesPerSecond;
        }
    }
    m_jobs->setValue(text::count(static_cast<std::uint64_t>(running)),
                     running == 0
                         ? tr("nothing runs now")
                         : tr("%1 together").arg(text::heatValue(HeatMetric::Bytes, rate)));
    m_storage->setValue(
        text::bytes(status->repositoryBytes),
        tr("%n backup(s)", nullptr, static_cast<int>(status->backups)) + QStringLiteral(", ") +
            (status->shardsWithoutBackup == 0 ? tr("every shard has one")
                                              : tr("%n shard(s) have none", nullptr,
                                                   static_cast<int>(status->shardsWithoutBackup))),
        status->shardsWithoutBackup == 0 ? StatTile::Tone::Plain : StatTile::Tone::Warning);
}

QString OverviewPage::hottestSoon() const
{
    const ShardRecord* soon = nullptr;
    for (const ShardRecord& shard : m_context.state.shards()) {
        const bool hotter = soon == nullptr || shard.predictedTemperature.value_or(-1.0) >
                                                   soon->predictedTemperature.value_or(-1.0);
        soon = hotter ? &shard : soon;
    }
    return soon == nullptr || !soon->predictedTemperature
               ? QString()
               : QLatin1Char('\n') +
                     tr("expected next: %1 at %2")
                         .arg(shardTitle(*soon), text::temperature(soon->predictedTemperature));
}

void OverviewPage::refreshDecisions()
{
    const int waiting = m_context.changes.waiting();
    const int refused = static_cast<int>(m_context.changes.refusals().size());
    m_waiting->setValue(text::count(static_cast<std::uint64_t>(waiting)),
                        tr("%n hot shard(s) not split", nullptr, refused),
                        waiting > 0 ? StatTile::Tone::Warning : StatTile::Tone::Plain);
    const std::vector<DrillReceipt>& drills = m_context.upkeep.drills();
    if (drills.empty()) {
        m_drill->setValue(tr("never"), tr("no backup has been restored on trial yet"));
        return;
    }
    const DrillReceipt& newest = drills.front();
    m_drill->setValue(newest.passed ? tr("passed") : tr("FAILED"),
                      m_context.view.zone().brief(newest.finished) + QStringLiteral(": ") +
                          text::fromUtf8(newest.outcome),
                      newest.passed ? StatTile::Tone::Good : StatTile::Tone::Critical);
}

void OverviewPage::refreshHottest()
{
    const ClusterState& state = m_context.state;
    std::vector<const ShardRecord*> hottest;
    for (const ShardRecord& shard : state.shards()) {
        if (shard.state == ShardState::Active) {
            hottest.push_back(&shard);
        }
    }
    std::ranges::stable_sort(hottest, [](const ShardRecord* a, const ShardRecord* b) {
        return a->temperature.value_or(-1.0) > b->temperature.value_or(-1.0);
    });
    if (hottest.empty() || !hottest.front()->temperature) {
        m_hot->setValue(text::unknown(), tr("no temperature measured yet"));
    } else if (const auto& status = state.status()) {
        const double temperature = *hottest.front()->temperature;
        m_hot->setValue(
            text::temperature(temperature), shardTitle(*hottest.front()) + hottestSoon(),
            temperature > status->hotAbove ? StatTile::Tone::Warning : StatTile::Tone::Plain);
    }
    hottest.resize(std::min(hottest.size(), kListed));
    m_hottest->setRowCount(static_cast<int>(hottest.size()));
    for (std::size_t i = 0; i < hottest.size(); ++i) {
        const ShardRecord& shard = *hottest[i];
        setCells(m_hottest, static_cast<int>(i),
                 {shardTitle(shard), text::temperature(shard.temperature),
                  text::temperature(shard.predictedTemperature),
                  shard.rowsPerSecond ? text::heatValue(HeatMetric::Rows, *shard.rowsPerSecond)
                                      : text::unknown()},
                 shard.id.get());
    }
}

void OverviewPage::refreshSchedule()
{
    std::vector<ScheduleEntry> schedule = m_context.state.schedule();
    std::ranges::sort(schedule, {}, &ScheduleEntry::due);
    schedule.resize(std::min(schedule.size(), kListed));
    m_schedule->setRowCount(static_cast<int>(schedule.size()));
    for (std::size_t i = 0; i < schedule.size(); ++i) {
        const ScheduleEntry& entry = schedule[i];
        setCells(
            m_schedule, static_cast<int>(i),
            {text::fromUtf8(entry.keyspace) + QLatin1Char(' ') + text::fromUtf8(entry.rangeText),
             m_context.view.zone().clock(entry.due), text::backupKind(entry.kind),
             text::fromUtf8(entry.reason)},
            entry.shard.get());
        m_schedule->item(static_cast<int>(i), 1)->setToolTip(m_context.view.zone().full(entry.due));
    }
}

} // namespace isotherm
