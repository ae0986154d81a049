// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/jobs_panel.h"

#include "app/viewmath/text.h"
#include "app/widgets/delegates.h"
#include "app/widgets/theme.h"
#include "shared/model/agent_service.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

namespace isotherm
{
namespace
{

DotStyle jobDot(const QModelIndex& index, const Theme& theme)
{
    switch (static_cast<JobState>(index.data(JobsModel::StateRole).toInt())) {
    case JobState::Queued:
        return {theme.muted, true};
    case JobState::Running:
        return {theme.accent, false};
    case JobState::Done:
        return {theme.good, false};
    case JobState::Failed:
        return {theme.critical, false};
    case JobState::Cancelled:
    case JobState::RolledBack:
        return {theme.warning, false};
    }
    return {};
}

} // namespace

JobsPanel::JobsPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_model(new JobsModel(this)),
      m_table(new QTableView(this)), m_cancel(new QPushButton(tr("Cancel job"), this))
{
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Jobs"));
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setDefaultSectionSize(26);
    m_table->setShowGrid(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setItemDelegateForColumn(
        JobsModel::State,
        new DotDelegate(
            [this](const QModelIndex& index) { return jobDot(index, Theme::of(palette())); },
            m_table));
    m_table->setItemDelegateForColumn(JobsModel::Progress,
                                      new ProgressDelegate(JobsModel::FractionRole, m_table));
    QHeaderView* header = m_table->horizontalHeader();
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    // What a job is and what came of it get the room; all else is as wide as it must be.
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setSectionResizeMode(JobsModel::Title, QHeaderView::Stretch);
    header->setSectionResizeMode(JobsModel::Outcome, QHeaderView::Stretch);
    header->setStretchLastSection(false);
    auto* note = new QLabel(tr("Jobs belong to the agent: you may close this window."), this);
    note->setObjectName(QStringLiteral("mutedLabel"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->addWidget(m_table, 1);
    auto* row = new QHBoxLayout;
    row->addWidget(note, 1);
    row->addWidget(m_cancel);
    layout->addLayout(row);
    connect(&context.state, &ClusterState::jobsChanged, this, &JobsPanel::refresh);
    connect(&context.state, &ClusterState::linkChanged, this, &JobsPanel::updateButton);
    connect(&context.view, &ViewContext::zoneChanged, this,
            [this] { m_model->setZone(m_context.view.zone()); });
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &JobsPanel::updateButton);
    connect(m_cancel, &QPushButton::clicked, this, &JobsPanel::cancel);
    refresh();
}

void JobsPanel::refresh()
{
    m_model->setSnapshot(m_context.state.jobs());
    const auto active = std::ranges::count_if(
        m_context.state.jobs(), [](const JobRecord& job) { return !isFinished(job.state); });
    Q_EMIT activeChanged(static_cast<int>(active));
    updateButton();
}

void JobsPanel::updateButton()
{
    const QModelIndex current = m_table->currentIndex();
    const bool running = current.isValid() && !isFinished(m_model->record(current.row()).state);
    const QString readOnly = m_context.state.whyReadOnly();
    m_cancel->setEnabled(running && readOnly.isEmpty());
    m_cancel->setToolTip(!readOnly.isEmpty() ? readOnly
                         : running ? tr("Stops the job; what it made so far is rolled back")
                                   : tr("Choose a job that runs or waits."));
}

void JobsPanel::selectJob(JobId job)
{
    for (int row = 0; row < m_model->rowCount(); ++row) {
        if (m_model->record(row).id == job) {
            m_table->selectRow(row);
            return;
        }
    }
}

void JobsPanel::cancel()
{
    const QModelIndex current = m_table->currentIndex();
    if (!current.isValid()) {
        return;
    }
    const JobId id = m_model->record(current.row()).id;
    m_context.gateway.ask<void>(
        this, [id](AgentService& agent) { return agent.cancelJob(id); },
        [this](const Status& answer) {
            Q_EMIT said(answer.ok() ? tr("Asked the agent to cancel the job.")
                                    : text::error(answer.error()),
                        !answer.ok());
        });
}

} // namespace isotherm
