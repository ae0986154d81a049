// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/recovery_view.h"

#include "app/pages/recovery_receipt_view.h"
#include "app/pages/recovery_review.h"
#include "app/pages/restore_steps.h"
#include "app/pages/row_diff_panel.h"
#include "app/pages/step_layout.h"
#include "app/viewmath/text.h"
#include "shared/model/agent_service.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace isotherm
{

RecoveryView::RecoveryView(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_progress(new RestoreProgressStep(this)),
      m_problem(stepLabel({}, "warningLabel", this)), m_diff(new RowDiffPanel(context, this)),
      m_receipt(new RecoveryReceiptView(this)), m_close(new QPushButton(tr("Close"), this))
{
    build();
    connect(m_close, &QPushButton::clicked, this, &RecoveryView::closed);
    connect(m_diff, &RowDiffPanel::recoveryWanted, this, &RecoveryView::recover);
    connect(m_receipt, &RecoveryReceiptView::undoWanted, this, [this](JobId job) {
        RecoveryRequest undo;
        undo.mode = RecoveryMode::Undo;
        undo.job = job;
        recover(undo, false);
    });
    connect(&context.state, &ClusterState::jobsChanged, this, &RecoveryView::followJob);
}

void RecoveryView::build()
{
    setObjectName(QStringLiteral("pagePanel"));
    setAttribute(Qt::WA_StyledBackground);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 18, 24, 16);
    layout->setSpacing(10);
    layout->addWidget(stepLabel(tr("Rows then, and rows now"), "stepTitle", this));
    layout->addWidget(m_progress);
    layout->addWidget(m_problem);
    layout->addWidget(m_receipt);
    layout->addWidget(m_diff, 1);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_close);
    layout->addStretch(0);
    layout->addLayout(row);
}

RecoveryReview* RecoveryView::review() const
{
    return m_review;
}

void RecoveryView::startOver()
{
    ++m_question;
    m_waiting = Waiting::Nothing;
    m_problem->hide();
    m_progress->hide();
    m_receipt->clear();
    m_diff->hide();
}

void RecoveryView::showProblem(const Error& error)
{
    m_problem->setText(text::error(error));
    m_problem->show();
}

void RecoveryView::compare(const std::string& planId, std::optional<JobId> sideRestore)
{
    startOver();
    const DiffRequest request{.planId = planId,
                              .sideRestore = sideRestore,
                              .caller = m_context.state.identity().user.toStdString()};
    const int question = m_question;
    m_context.gateway.ask<JobId>(
        this, [request](AgentService& agent) { return agent.recovery().startDiff(request); },
        [this, question](const Result<JobId>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                follow(answer.value(), Waiting::Diff);
            } else {
                showProblem(answer.error());
            }
        });
}

void RecoveryView::follow(JobId job, Waiting waiting)
{
    m_job = job;
    m_waiting = waiting;
    m_progress->setJob(nullptr);
    m_progress->show();
    Q_EMIT jobStarted(job);
    followJob();
}

void RecoveryView::followJob()
{
    const JobRecord* job = m_waiting == Waiting::Nothing ? nullptr : m_context.state.job(m_job);
    if (job == nullptr) {
        return;
    }
    m_progress->setJob(job);
    if (!isFinished(job->state)) {
        return;
    }
    const Waiting waited = m_waiting;
    m_waiting = Waiting::Nothing;
    if (job->state != JobState::Done) {
        return; // the progress says what went wrong
    }
    m_progress->hide();
    if (waited == Waiting::Diff) {
        askDiff();
    } else {
        askReceipt(m_job);
    }
}

void RecoveryView::askDiff()
{
    const JobId job = m_job;
    const int question = ++m_question;
    m_context.gateway.ask<RowDiff>(
        this, [job](AgentService& agent) { return agent.recovery().diff(job); },
        [this, question](const Result<RowDiff>& answer) {
            if (question != m_question) {
                return;
            }
            if (!answer.ok()) {
                showProblem(answer.error());
                return;
            }
            m_diff->setDiff(answer.value());
            m_diff->show();
        });
}

void RecoveryView::showReceipt(JobId job)
{
    startOver();
    askReceipt(job);
}

void RecoveryView::askReceipt(JobId job)
{
    const int question = ++m_question;
    m_context.gateway.ask<RecoveryReceipt>(
        this, [job](AgentService& agent) { return agent.recovery().recoveryReceipt(job); },
        [this, question](const Result<RecoveryReceipt>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                m_diff->hide();
                m_receipt->setReceipt(answer.value(), m_context.view.zone(),
                                      m_context.state.whyReadOnly());
            } else {
                showProblem(answer.error());
            }
        });
}

void RecoveryView::recover(const RecoveryRequest& request, bool showSql)
{
    m_problem->hide();
    const int question = ++m_question;
    m_context.gateway.ask<RecoveryPlan>(
        this, [request](AgentService& agent) { return agent.recovery().planRecovery(request); },
        [this, question, showSql](const Result<RecoveryPlan>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                openReview(answer.value(), showSql);
            } else {
                showProblem(answer.error());
            }
        });
}

void RecoveryView::openReview(const RecoveryPlan& plan, bool showSql)
{
    m_review = new RecoveryReview(plan, showSql, this);
    connect(m_review, &RecoveryReview::runWanted, this, &RecoveryView::run);
    m_review->open();
}

void RecoveryView::run(const QString& planId)
{
    const RecoveryRun wanted{planId.toStdString(), m_context.state.identity().user.toStdString()};
    const int question = ++m_question;
    m_context.gateway.ask<JobId>(
        this, [wanted](AgentService& agent) { return agent.recovery().runRecovery(wanted); },
        [this, question](const Result<JobId>& answer) {
            if (question != m_question) {
                return;
            }
            if (answer.ok()) {
                m_receipt->clear();
                m_diff->hide();
                follow(answer.value(), Waiting::Recovery);
            } else {
                showProblem(answer.error());
            }
        });
}

} // namespace isotherm
