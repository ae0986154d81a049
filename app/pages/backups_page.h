// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/rpo_model.h"
#include "app/pages/page_context.h"
#include "app/widgets/backup_lanes_view.h"

#include <QTimer>
#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace isotherm
{

/// A lane per shard on the common time axis, and the RPO board beside it.
class BackupsPage : public QWidget
{
    Q_OBJECT

public:
    explicit BackupsPage(const PageContext& context, QWidget* parent = nullptr);

    [[nodiscard]] BackupLanesView& lanes() { return *m_lanes; }
    [[nodiscard]] RpoModel& rpo() { return *m_rpo; }
    [[nodiscard]] QPushButton& drillButton() { return *m_drill; }
    [[nodiscard]] QPushButton& rotationButton() { return *m_rotation; }

Q_SIGNALS:
    void restoreRequested();
    /// For the message strip.
    void said(const QString& message, bool failed);

private:
    void build();
    [[nodiscard]] QWidget* makeToolbar();
    [[nodiscard]] QWidget* makeBoard();
    void connectState();
    void refresh();
    void applySelection();
    void backUpSelection();
    void drillSelection();
    void toggleShard(ShardId shard, bool extend);

    PageContext m_context;
    BackupLanesView* m_lanes;
    RpoModel* m_rpo;
    QTableView* m_board = nullptr;
    QPushButton* m_backUp = nullptr;
    QPushButton* m_restore = nullptr;
    QPushButton* m_drill = nullptr;
    QPushButton* m_rotation = nullptr;
    QLabel* m_summary = nullptr;
    QTimer m_refresh;
};

} // namespace isotherm
