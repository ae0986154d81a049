// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/backups_page.h"

#include "app/models/shard_tree_model.h"
#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "app/widgets/theme.h"
#include "shared/model/agent_service.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>
#include <map>

namespace isotherm
{
namespace
{

/// Ages move every second; nobody reads them faster.
constexpr int kRefreshMillis = 1000;

DotStyle rpoDot(const QModelIndex& index, const Theme& theme)
{
    using viewmath::RpoState;
    switch (static_cast<RpoState>(index.data(RpoModel::StateRole).toInt())) {
    case RpoState::Missing:
        return {theme.critical, true};
    case RpoState::Breached:
        return {theme.critical, false};
    case RpoState::Near:
        return {theme.warning, false};
    case RpoState::NoObjective:
        return {theme.muted, true};
    case RpoState::Met:
        return {theme.good, false};
    }
    return {};
}

} // namespace

BackupsPage::BackupsPage(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_lanes(new BackupLanesView(this)),
      m_rpo(new RpoModel(this))
{
    build();
    connectState();
    refresh();
    applySelection();
}

void BackupsPage::build()
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeToolbar());
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(m_lanes);
    splitter->addWidget(makeBoard());
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({420, 260});
    layout->addWidget(splitter, 1);
}

QWidget* BackupsPage::makeToolbar()
{
    auto* bar = new QWidget(this);
    bar->setObjectName(QStringLiteral("pageToolbar"));
    auto* layout = new QHBoxLayout(bar);
    layout->setContentsMargins(10, 6, 10, 6);
    m_backUp = new QPushButton(tr("Back up now"), bar);
    m_restore = new QPushButton(tr("Restore selection…"), bar);
    m_summary = new QLabel(bar);
    m_summary->setObjectName(QStringLiteral("mutedLabel"));
    m_drill = new QPushButton(tr("Drill"), bar);
    m_rotation = new QPushButton(tr("Rotation ahead"), bar);
    m_rotation->setCheckable(true);
    m_rotation->setToolTip(tr("Show every backup that is planned for the coming rotation"));
    for (QPushButton* button : {m_backUp, m_restore, m_drill, m_rotation}) {
        layout->addWidget(button);
    }
    // Gives way first in a narrow window.
    m_summary->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_summary->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_summary, 1);
    connect(m_backUp, &QPushButton::clicked, this, &BackupsPage::backUpSelection);
    connect(m_restore, &QPushButton::clicked, this, &BackupsPage::restoreRequested);
    connect(m_drill, &QPushButton::clicked, this, &BackupsPage::drillSelection);
    connect(m_rotation, &QPushButton::toggled, m_lanes, &BackupLanesView::setRotationShown);
    return bar;
}

QWidget* BackupsPage::makeBoard()
{
    auto* panel = new QWidget(this);
    panel->setObjectName(QStringLiteral("pagePanel"));
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(10, 10, 10, 10);
    auto* title = new QLabel(tr("Recovery point objectives, worst first"), panel);
    title->setObjectName(QStringLiteral("sectionTitle"));
    layout->addWidget(title);
    m_board = new QTableView(panel);
    m_board->setAccessibleName(title->text());
    m_board->setModel(m_rpo);
    m_board->setItemDelegateForColumn(
        RpoModel::Shard,
        new DotDelegate(
            [this](const QModelIndex& index) { return rpoDot(index, Theme::of(palette())); },
            m_board));
    m_board->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_board->verticalHeader()->hide();
    m_board->setShowGrid(false);
    m_board->setFrameShape(QFrame::NoFrame);
    m_board->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_board->horizontalHeader()->setSectionResizeMode(RpoModel::Shard, QHeaderView::Stretch);
    m_board->horizontalHeader()->setHighlightSections(false);
    connect(m_board, &QTableView::clicked, this, [this](const QModelIndex& index) {
        toggleShard(ShardId(index.data(RpoModel::IdRole).toULongLong()), false);
    });
    layout->addWidget(m_board, 1);
    return panel;
}

void BackupsPage::connectState()
{
    ViewContext& view = m_context.view;
    const ClusterState& state = m_context.state;
    connect(m_lanes, &BackupLanesView::shardClicked, this, &BackupsPage::toggleShard);
    connect(m_lanes, &BackupLanesView::timeRequested, &view, &ViewContext::setVisible);
    const auto applyTime = [this] {
        m_lanes->setTime(m_context.view.visible(), m_context.view.following());
    };
    connect(&view, &ViewContext::visibleChanged, this, applyTime);
    connect(&view, &ViewContext::rangeChanged, this, applyTime);
    applyTime();
    connect(&view, &ViewContext::zoneChanged, this, [this] {
        m_lanes->setZone(m_context.view.zone());
        m_rpo->setZone(m_context.view.zone());
    });
    connect(&view, &ViewContext::selectionChanged, this, &BackupsPage::applySelection);
    connect(&state, &ClusterState::backupsChanged, this, &BackupsPage::refresh);
    connect(&m_context.restorable, &RestorableFeed::changed, this, &BackupsPage::refresh);
    connect(&m_context.upkeep, &UpkeepFeed::changed, this, &BackupsPage::refresh);
    connect(&state, &ClusterState::linkChanged, this, [this] {
        applySelection();
        refresh();
    });
    m_refresh.setInterval(kRefreshMillis);
    connect(&m_refresh, &QTimer::timeout, this, [this] {
        if (isVisible() && m_context.state.connected()) {
            refresh();
        }
    });
    m_refresh.start();
}

void BackupsPage::refresh()
{
    const ClusterState& state = m_context.state;
    LanesContent content;
    for (const ShardRecord& shard : state.shards()) {
        if (shard.state == ShardState::Active) {
            content.shards.push_back(shard);
            content.names.push_back(shardTitle(shard));
        }
    }
    content.backups = state.backups();
    const WallTime now = state.now();
    content.now = viewmath::toSeconds(now);
    content.lanes =
        viewmath::backupLanes({content.shards, content.backups, state.schedule(),
                               m_context.restorable.ranges(), m_context.upkeep.ahead(), now});
    content.ahead = m_context.upkeep.ahead();
    if (const auto& status = state.status()) {
        content.hotAbove = status->hotAbove;
        content.warmAbove = status->warmAbove;
    }
    m_rpo->setShards(content.shards, m_context.upkeep.drills(), now);
    const auto missing = std::ranges::count_if(
        content.shards, [](const ShardRecord& shard) { return !shard.lastBackup; });
    ByteCount stored;
    for (const BackupRecord& backup : content.backups) {
        stored = ByteCount(stored.get() + backup.storedBytes.get());
    }
    m_summary->setText(tr("%n shard(s)", nullptr, static_cast<int>(content.shards.size())) +
                       QStringLiteral("  ·  ") +
                       tr("%n backup(s)", nullptr, static_cast<int>(content.backups.size())) +
                       QStringLiteral("  ·  ") + tr("%1 stored").arg(text::bytes(stored)) +
                       (missing == 0 ? QString()
                                     : QStringLiteral("  ·  ") + tr("%n without backup", nullptr,
                                                                    static_cast<int>(missing))));
    m_lanes->setNotice(content.shards.empty()
                           ? tr("No shards yet. Adopt a keyspace, or wait for the agent to answer.")
                           : QString());
    m_lanes->setDimmed(!state.connected() && !content.shards.empty());
    m_lanes->setContent(std::move(content));
}

void BackupsPage::applySelection()
{
    const Selection& selection = m_context.view.selection();
    m_lanes->setSelectedShards(selection.shards);
    const QString readOnly = m_context.state.whyReadOnly();
    const int count = static_cast<int>(selection.shards.size());
    m_backUp->setEnabled(readOnly.isEmpty());
    m_backUp->setText(count == 0 ? tr("Back up all now")
                                 : tr("Back up %n shard(s) now", nullptr, count));
    m_backUp->setToolTip(readOnly.isEmpty() ? tr("Starts a backup now, beside the schedule")
                                            : readOnly);
    m_drill->setEnabled(readOnly.isEmpty());
    m_drill->setText(count == 0 ? tr("Drill") : tr("Drill %n shard(s)", nullptr, count));
    m_drill->setToolTip(
        readOnly.isEmpty() ? tr("Restores into a scratch table, compares it with the database, and "
                                "drops it again: the proof that backups can be restored")
                           : readOnly);
    m_restore->setEnabled(readOnly.isEmpty() && count > 0);
    m_restore->setToolTip(!readOnly.isEmpty() ? readOnly
                          : count == 0        ? tr("Select one or more shards first.")
                                              : tr("Bring back rows of the selected shards (R)"));
}

void BackupsPage::drillSelection()
{
    DrillRequest request;
    request.shards = m_context.view.selection().shards;
    const std::string caller = m_context.state.identity().user.toStdString();
    m_context.gateway.ask<std::vector<JobId>>(
        this,
        [request, caller](AgentService& agent) { return agent.upkeep().runDrill(request, caller); },
        [this](const Result<std::vector<JobId>>& answer) {
            if (answer.ok()) {
                Q_EMIT said(tr("%n trial restore(s) started: see Jobs", nullptr,
                               static_cast<int>(answer.value().size())),
                            false);
            } else {
                Q_EMIT said(text::error(answer.error()), true);
            }
        });
}

void BackupsPage::toggleShard(ShardId shard, bool extend)
{
    Selection selection = m_context.view.selection();
    const auto found = std::ranges::find(selection.shards, shard);
    if (extend && found != selection.shards.end()) {
        selection.shards.erase(found);
    } else if (extend) {
        selection.shards.push_back(shard);
    } else {
        selection.shards = {shard};
    }
    m_context.view.setSelection(selection);
}

void BackupsPage::backUpSelection()
{
    std::map<std::string, std::vector<ShardId>> wanted; // a request is for one keyspace
    for (const ShardId id : m_context.view.selection().shards) {
        if (const ShardRecord* shard = m_context.state.shard(id)) {
            wanted[shard->keyspace].push_back(id);
        }
    }
    if (wanted.empty()) {
        wanted[{}] = {};
    }
    for (const auto& [keyspace, shards] : wanted) {
        const BackupRequest request{
            keyspace, shards, {m_context.state.identity().user.toStdString()}};
        m_context.gateway.ask<std::vector<JobId>>(
            this, [request](AgentService& agent) { return agent.runBackup(request); },
            [this](const Result<std::vector<JobId>>& answer) {
                if (answer.ok()) {
                    Q_EMIT said(tr("%n backup(s) started: see Jobs", nullptr,
                                   static_cast<int>(answer.value().size())),
                                false);
                } else {
                    Q_EMIT said(text::error(answer.error()), true);
                }
            });
    }
}

} // namespace isotherm
