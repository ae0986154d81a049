// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/pages/page_context.h"
#include "shared/model/recovery_records.h"

#include <QPointer>
#include <QWidget>
#include <optional>
#include <string>

class QLabel;
class QPushButton;

namespace isotherm
{

class RecoveryReceiptView;
class RecoveryReview;
class RestoreProgressStep;
class RowDiffPanel;

/// Beyond a side restore: compare rows, review what is to be done, do it, and take it back. One
/// thing at a time: a comparison, or a recovery.
class RecoveryView : public QWidget
{
    Q_OBJECT

public:
    explicit RecoveryView(const PageContext& context, QWidget* parent = nullptr);

    /// Compares the live rows with a plan's moment, or with the side tables of a finished restore.
    void compare(const std::string& planId, std::optional<JobId> sideRestore);
    /// Plans, lets the person review, and runs.
    void recover(const RecoveryRequest& request, bool showSql);
    /// The outcome of an earlier job.
    void showReceipt(JobId job);

    [[nodiscard]] RowDiffPanel& diffPanel() { return *m_diff; }
    [[nodiscard]] RecoveryReceiptView& receipt() { return *m_receipt; }
    /// The review that is open, if any.
    [[nodiscard]] RecoveryReview* review() const;

Q_SIGNALS:
    void closed();
    void jobStarted(JobId job);

private:
    enum class Waiting { Nothing, Diff, Recovery };

    void build();
    void follow(JobId job, Waiting waiting);
    void followJob();
    void askDiff();
    void askReceipt(JobId job);
    void openReview(const RecoveryPlan& plan, bool showSql);
    void run(const QString& planId);
    void showProblem(const Error& error);
    void startOver();

    PageContext m_context;
    RestoreProgressStep* m_progress;
    QLabel* m_problem;
    RowDiffPanel* m_diff;
    RecoveryReceiptView* m_receipt;
    QPushButton* m_close;
    QPointer<RecoveryReview> m_review;
    Waiting m_waiting = Waiting::Nothing;
    JobId m_job;
    int m_question = 0; ///< answers to older ones are dropped
};

} // namespace isotherm
