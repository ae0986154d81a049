// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/page_context.h"

#include <QTimer>
#include <QWidget>

class QTableWidget;

namespace isotherm
{

class StatTile;

/// The state of the cluster in four numbers, and the shards that deserve a look.
class OverviewPage : public QWidget
{
    Q_OBJECT

public:
    explicit OverviewPage(const PageContext& context, QWidget* parent = nullptr);

Q_SIGNALS:
    /// A shard was chosen to be looked at.
    void shardChosen(ShardId shard);

private:
    void build();
    [[nodiscard]] QTableWidget* makeTable(const QStringList& headers);
    void refresh();
    void refreshTiles();
    void refreshDecisions();
    [[nodiscard]] QString hottestSoon() const;
    void refreshHottest();
    void refreshSchedule();

    PageContext m_context;
    StatTile* m_rpo;
    StatTile* m_hot;
    StatTile* m_jobs;
    StatTile* m_storage;
    StatTile* m_waiting;
    StatTile* m_drill;
    QTableWidget* m_hottest = nullptr;
    QTableWidget* m_schedule = nullptr;
    QTimer m_refresh;
};

} // namespace isotherm
