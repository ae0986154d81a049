// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/approvals_model.h"
#include "app/pages/page_context.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QTableView;

namespace isotherm
{

/// What waits for somebody's decision, wherever one is in the console.
class ApprovalsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit ApprovalsPanel(const PageContext& context, QWidget* parent = nullptr);

    [[nodiscard]] ApprovalsModel& model() { return *m_model; }

Q_SIGNALS:
    void waitingChanged(int count);
    /// To review it, with all of its evidence.
    void reviewWanted(isotherm::ChangeId change);

private:
    void refresh();
    void review();

    PageContext m_context;
    ApprovalsModel* m_model;
    QTableView* m_table;
    QLabel* m_empty;
    QPushButton* m_review;
};

} // namespace isotherm
