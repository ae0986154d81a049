// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/jobs_model.h"
#include "app/pages/page_context.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace isotherm
{

class ReceiptView;
class RestoreWizard;

/// The restores of the past with their receipts, and the guided restore.
class RestoresPage : public QWidget
{
    Q_OBJECT

public:
    explicit RestoresPage(const PageContext& context, QWidget* parent = nullptr);

    /// Opens the guided restore on what is selected.
    void startGuided();
    void showHistory();
    [[nodiscard]] RestoreWizard& wizard() { return *m_wizard; }
    [[nodiscard]] JobsModel& history() { return *m_jobs; }

Q_SIGNALS:
    void jobStarted(JobId job);

private:
    [[nodiscard]] QWidget* makeHistory();
    void refresh();
    void applySelection();
    void showReceipt();

    PageContext m_context;
    QStackedWidget* m_pages;
    RestoreWizard* m_wizard;
    JobsModel* m_jobs;
    QTableView* m_table = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_empty = nullptr;
    ReceiptView* m_receipt = nullptr;
};

} // namespace isotherm
