// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/approvals_panel.h"

#include "app/models/changes_feed.h"
#include "app/pages/step_layout.h"
#include "app/widgets/delegates.h"
#include "app/widgets/theme.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace isotherm
{

ApprovalsPanel::ApprovalsPanel(const PageContext& context, QWidget* parent)
    : QWidget(parent), m_context(context), m_model(new ApprovalsModel(this)),
      m_table(new QTableView(this)),
      m_empty(new QLabel(tr("Nothing waits for a decision, and no change runs."), this)),
      m_review(new QPushButton(tr("Review…"), this))
{
    m_table->setModel(m_model);
    m_table->setAccessibleName(tr("Approvals"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    styleTable(m_table);
    m_table->horizontalHeader()->setStretchLastSection(false);
    m_table->horizontalHeader()->setSectionResizeMode(ApprovalsModel::Why, QHeaderView::Stretch);
    m_table->setItemDelegateForColumn(ApprovalsModel::State,
                                      new DotDelegate(
                                          [this](const QModelIndex& index) -> DotStyle {
                                              const Theme& theme = Theme::of(palette());
                                              const bool waits =
                                                  index.data(ApprovalsModel::StateRole).toInt() ==
                                                  static_cast<int>(ChangeState::Proposed);
                                              return {waits ? theme.warning : theme.accent, waits};
                                          },
                                          m_table));
    m_empty->setObjectName(QStringLiteral("emptyLabel"));
    m_empty->setAlignment(Qt::AlignCenter);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->addWidget(m_empty, 1);
    layout->addWidget(m_table, 1);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(m_review);
    layout->addLayout(row);
    connect(&context.changes, &ChangesFeed::changed, this, &ApprovalsPanel::refresh);
    connect(&context.view, &ViewContext::zoneChanged, this,
            [this] { m_model->setZone(m_context.view.zone()); });
    connect(m_table, &QTableView::doubleClicked, this, &ApprovalsPanel::review);
    connect(m_review, &QPushButton::clicked, this, &ApprovalsPanel::review);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const bool any = m_table->selectionModel()->hasSelection();
        m_review->setEnabled(any);
        m_review->setToolTip(any ? QString() : tr("Choose a change first."));
    });
    m_review->setEnabled(false);
    m_review->setToolTip(tr("Choose a change first."));
    refresh();
}

void ApprovalsPanel::refresh()
{
    m_model->setZone(m_context.view.zone());
    m_model->setChanges(m_context.changes.changes().value_or(std::vector<ChangeRecord>{}));
    m_empty->setVisible(m_model->rowCount() == 0);
    m_table->setVisible(m_model->rowCount() != 0);
    Q_EMIT waitingChanged(m_context.changes.waiting());
}

void ApprovalsPanel::review()
{
    const QModelIndex current = m_table->currentIndex();
    if (current.isValid()) {
        Q_EMIT reviewWanted(m_model->record(current.row()).id);
    }
}

} // namespace isotherm
