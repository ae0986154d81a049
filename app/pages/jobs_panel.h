// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/jobs_model.h"
#include "app/pages/page_context.h"

#include <QWidget>

class QPushButton;
class QTableView;

namespace isotherm
{

/// The agent's jobs: progress, rate, outcome, cancel.
class JobsPanel : public QWidget
{
    Q_OBJECT

public:
    explicit JobsPanel(const PageContext& context, QWidget* parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override { return {800, 200}; }
    [[nodiscard]] JobsModel& model() { return *m_model; }
    [[nodiscard]] QPushButton& cancelButton() { return *m_cancel; }
    void selectJob(JobId job);

Q_SIGNALS:
    void said(const QString& message, bool failed);
    /// How many jobs run or wait.
    void activeChanged(int count);

private:
    void refresh();
    void updateButton();
    void cancel();

    PageContext m_context;
    JobsModel* m_model;
    QTableView* m_table;
    QPushButton* m_cancel;
};

} // namespace isotherm
