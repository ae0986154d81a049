// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/restores_page.h"

#include "app/pages/receipt_view.h"
#include "app/pages/recovery_receipt_view.h"
#include "app/pages/recovery_view.h"
#include "app/pages/restore_wizard.h"
#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "shared/model/agent_service.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

namespace isotherm
{

RestoresPage::RestoresPage(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_pages(new QStackedWidget(this)),
      m_wizard(new RestoreWizard(context, this)), m_recovery(new RecoveryView(context, this)),
      m_jobs(new JobsModel(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_pages);
    m_pages->addWidget(makeHistory());
    m_pages->addWidget(m_wizard);
    // It wants more height than a small screen has.
    m_recoveryPage = new QScrollArea(this);
    m_recoveryPage->setFrameShape(QFrame::NoFrame);
    m_recoveryPage->setWidgetResizable(true);
    m_recoveryPage->setWidget(m_recovery);
    m_pages->addWidget(m_recoveryPage);
    connect(m_wizard, &RestoreWizard::compareWanted, this,
            [this](const std::string& planId, std::optional<JobId> sideRestore) {
                showRecovery();
                m_recovery->compare(planId, sideRestore);
            });
    connect(m_wizard, &RestoreWizard::elsewhereWanted, this,
            [this](const std::string& planId, const std::string& target) {
                showRecovery();
                RecoveryRequest request;
                request.mode = RecoveryMode::Elsewhere;
                request.planId = planId;
                request.target = target;
                m_recovery->recover(request, false);
            });
    connect(m_recovery, &RecoveryView::closed, this, &RestoresPage::showHistory);
    connect(m_recovery, &RecoveryView::jobStarted, this, &RestoresPage::jobStarted);
    connect(m_wizard, &RestoreWizard::closed, this, &RestoresPage::showHistory);
    connect(m_wizard, &RestoreWizard::jobStarted, this, &RestoresPage::jobStarted);
    connect(&context.state, &ClusterState::jobsChanged, this, &RestoresPage::refresh);
    connect(&context.state, &ClusterState::linkChanged, this, &RestoresPage::applySelection);
    connect(&context.view, &ViewContext::selectionChanged, this, &RestoresPage::applySelection);
    connect(&context.view, &ViewContext::zoneChanged, this,
            [this] { m_jobs->setZone(m_context.view.zone()); });
    refresh();
    applySelection();
}

QWidget* RestoresPage::makeHistory()
{
    auto* page = new QWidget(this);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* bar = new QWidget(page);
    bar->setObjectName(QStringLiteral("pageToolbar"));
    auto* barLayout = new QHBoxLayout(bar);
    barLayout->setContentsMargins(10, 6, 10, 6);
    m_start = new QPushButton(tr("Restore selection…"), bar);
    m_start->setObjectName(QStringLiteral("primaryButton"));
    m_preview = new QPushButton(tr("Preview rows…"), bar);
    m_drop = new QPushButton(tr("Drop side tables…"), bar);
    barLayout->addWidget(m_start);
    barLayout->addWidget(m_preview);
    barLayout->addWidget(m_drop);
    barLayout->addStretch(1);
    layout->addWidget(bar);
    auto* panel = new QWidget(page);
    panel->setObjectName(QStringLiteral("pagePanel"));
    auto* inner = new QVBoxLayout(panel);
    inner->setContentsMargins(14, 12, 14, 14);
    inner->setSpacing(10);
    m_empty = new QLabel(
        tr("No restore has run yet.\n\nOn the heat map, drag over the shards and the time "
           "of the accident, then press R."),
        panel);
    m_empty->setObjectName(QStringLiteral("emptyLabel"));
    m_empty->setAlignment(Qt::AlignCenter);
    inner->addWidget(m_empty, 1);
    m_table = new QTableView(panel);
    m_table->setAccessibleName(tr("Restores"));
    m_table->setModel(m_jobs);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setItemDelegateForColumn(JobsModel::Progress,
                                      new ProgressDelegate(JobsModel::FractionRole, m_table));
    m_table->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_table->horizontalHeader()->setSectionResizeMode(JobsModel::Outcome, QHeaderView::Stretch);
    m_table->horizontalHeader()->setHighlightSections(false);
    inner->addWidget(m_table, 2);
    m_receipt = new ReceiptView(panel);
    inner->addWidget(m_receipt, 1);
    m_recovered = new RecoveryReceiptView(panel);
    inner->addWidget(m_recovered, 1);
    layout->addWidget(panel, 1);
    connect(m_start, &QPushButton::clicked, this, &RestoresPage::startGuided);
    connect(m_preview, &QPushButton::clicked, this, &RestoresPage::preview);
    connect(m_drop, &QPushButton::clicked, this, [this] {
        RecoveryRequest request;
        request.mode = RecoveryMode::DropSide;
        request.job = m_jobs->record(m_table->currentIndex().row()).id;
        showRecovery();
        m_recovery->recover(request, false);
    });
    connect(m_recovered, &RecoveryReceiptView::undoWanted, this, [this](JobId job) {
        RecoveryRequest request;
        request.mode = RecoveryMode::Undo;
        request.job = job;
        showRecovery();
        m_recovery->recover(request, false);
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &RestoresPage::showReceipt);
    return page;
}

void RestoresPage::startGuided()
{
    m_wizard->begin(m_context.view.selection());
    m_pages->setCurrentWidget(m_wizard);
}

void RestoresPage::showHistory()
{
    m_pages->setCurrentIndex(0);
}

void RestoresPage::refresh()
{
    std::vector<JobRecord> restores;
    for (const JobRecord& job : m_context.state.jobs()) {
        if (job.kind == JobKind::Restore) {
            restores.push_back(job);
        }
    }
    m_empty->setVisible(restores.empty());
    m_table->setVisible(!restores.empty());
    m_jobs->setSnapshot(std::move(restores));
    if (m_table->isVisible() && !m_table->currentIndex().isValid() && m_jobs->rowCount() > 0) {
        m_table->selectRow(0);
    }
}

void RestoresPage::applySelection()
{
    const QString readOnly = m_context.state.whyReadOnly();
    const bool selected = !m_context.view.selection().shards.empty();
    m_start->setEnabled(readOnly.isEmpty() && selected);
    m_start->setToolTip(!readOnly.isEmpty() ? readOnly
                        : selected          ? tr("Bring back rows of the selected shards (R)")
                                   : tr("Select shards on the heat map or in Backups first."));
    const QString whyNot = !readOnly.isEmpty() ? readOnly
                           : m_receipt->isHidden()
                               ? tr("Choose a finished side restore in the list.")
                               : QString();
    for (QPushButton* button : {m_preview, m_drop}) {
        button->setEnabled(whyNot.isEmpty());
        button->setToolTip(whyNot);
    }
}

bool RestoresPage::isCurrent(JobId job) const
{
    const QModelIndex current = m_table->currentIndex();
    return current.isValid() && m_jobs->record(current.row()).id == job;
}

void RestoresPage::showReceipt()
{
    m_receipt->clear();
    m_recovered->clear();
    applySelection();
    const QModelIndex index = m_table->currentIndex();
    if (!index.isValid() || m_jobs->record(index.row()).state != JobState::Done) {
        return;
    }
    const JobId job = m_jobs->record(index.row()).id;
    m_context.gateway.ask<RestoreReceipt>(
        this, [job](AgentService& agent) { return agent.receipt(job); },
        [this, job](const Result<RestoreReceipt>& answer) {
            if (!isCurrent(job)) {
                return;
            }
            if (answer.ok()) {
                m_receipt->setReceipt(answer.value(), m_context.view.zone());
            } else {
                askRecoveryReceipt(job); // no side restore: a copy back, a replace or an undo
            }
            applySelection();
        });
}

void RestoresPage::askRecoveryReceipt(JobId job)
{
    m_context.gateway.ask<RecoveryReceipt>(
        this, [job](AgentService& agent) { return agent.recovery().recoveryReceipt(job); },
        [this, job](const Result<RecoveryReceipt>& answer) {
            if (answer.ok() && isCurrent(job)) {
                m_recovered->setReceipt(answer.value(), m_context.view.zone(),
                                        m_context.state.whyReadOnly());
            }
        });
}

void RestoresPage::showRecovery()
{
    m_pages->setCurrentWidget(m_recoveryPage);
}

void RestoresPage::preview()
{
    const QModelIndex current = m_table->currentIndex();
    if (current.isValid()) {
        showRecovery();
        m_recovery->compare({}, m_jobs->record(current.row()).id);
    }
}

} // namespace isotherm
