// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/jobs_model.h"
#include "app/pages/page_context.h"

#include <QWidget>

class QLabel;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QTableView;

namespace isotherm
{

class ReceiptView;
class RecoveryReceiptView;
class RecoveryView;
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
    [[nodiscard]] RecoveryView& recovery() { return *m_recovery; }
    [[nodiscard]] JobsModel& history() { return *m_jobs; }

Q_SIGNALS:
    void jobStarted(JobId job);

private:
    [[nodiscard]] QWidget* makeHistory();
    void refresh();
    void applySelection();
    void showReceipt();
    void askRecoveryReceipt(JobId job);
    void showRecovery();
    void preview();
    [[nodiscard]] bool isCurrent(JobId job) const;

    PageContext m_context;
    QStackedWidget* m_pages;
    RestoreWizard* m_wizard;
    RecoveryView* m_recovery;
    QScrollArea* m_recoveryPage = nullptr;
    JobsModel* m_jobs;
    QTableView* m_table = nullptr;
    QPushButton* m_start = nullptr;
    QLabel* m_empty = nullptr;
    ReceiptView* m_receipt = nullptr;
    RecoveryReceiptView* m_recovered = nullptr;
    QPushButton* m_preview = nullptr;
    QPushButton* m_drop = nullptr;
};

} // namespace isotherm
