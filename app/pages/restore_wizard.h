// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/page_context.h"
#include "app/pages/restore_steps.h"
#include "app/pages/restore_when_step.h"

#include <QTimer>
#include <QWidget>
#include <optional>
#include <string>
#include <vector>

class QLabel;
class QPushButton;
class QStackedWidget;

namespace isotherm
{

class ReceiptView;

/// The guided restore: What → When → Where → Plan → Start → progress → receipt.
class RestoreWizard : public QWidget
{
    Q_OBJECT

public:
    enum Step { What, When, Where, Plan, Progress };

    explicit RestoreWizard(const PageContext& context, QWidget* parent = nullptr);

    /// Starts over with what is selected. All shards must be of one keyspace; the others are left
    /// out, and the first step says so.
    void begin(const Selection& selection);

    [[nodiscard]] Step step() const;
    [[nodiscard]] const std::optional<RestorePlan>& plan() const { return m_plan; }
    [[nodiscard]] JobId job() const { return m_job; }
    [[nodiscard]] QPushButton& nextButton() { return *m_next; }
    [[nodiscard]] QPushButton& backButton() { return *m_back; }
    [[nodiscard]] RestoreWhatStep& what() { return *m_what; }
    [[nodiscard]] RestoreWhenStep& when() { return *m_when; }
    [[nodiscard]] RestoreWhereStep& where() { return *m_where; }
    [[nodiscard]] QPushButton& previewButton() { return *m_preview; }
    [[nodiscard]] RestorePlanStep& planStep() { return *m_planStep; }

Q_SIGNALS:
    void closed();
    void jobStarted(JobId job);
    /// Rows of this plan, or of the side tables of a finished restore, beside those of today.
    void compareWanted(const std::string& planId, std::optional<JobId> sideRestore);
    void elsewhereWanted(const std::string& planId, const std::string& target);

private:
    void build();
    void go(Step step);
    void next();
    void updateButtons();
    void askTables();
    void askTransactions();
    void askPlan();
    void askCuts();
    void start();
    void goOn();
    void followJob();
    void askReceipt();
    [[nodiscard]] RestoreRequest request() const;

    PageContext m_context;
    QStackedWidget* m_pages;
    std::vector<QLabel*> m_rail;
    RestoreWhatStep* m_what;
    RestoreWhenStep* m_when;
    RestoreWhereStep* m_where;
    RestorePlanStep* m_planStep;
    RestoreProgressStep* m_progress;
    ReceiptView* m_receipt;
    QPushButton* m_cancel;
    QPushButton* m_back;
    QPushButton* m_next;
    QPushButton* m_preview;
    QLabel* m_why;

    std::string m_keyspace;
    std::vector<ShardId> m_shards;
    std::optional<RestorePlan> m_plan;
    int m_question = 0; ///< answers to older ones are dropped
    int m_transactionQuestion = 0;
    QTimer m_transactionTimer; ///< a dragged moment asks once it rests
    bool m_starting = false;
    JobId m_job;
    bool m_receiptAsked = false;
};

} // namespace isotherm
