// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/step_layout.h"

#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QVBoxLayout>

namespace isotherm
{

QLabel* stepLabel(const QString& said, const char* name, QWidget* parent)
{
    auto* made = new QLabel(said, parent);
    made->setObjectName(QString::fromLatin1(name));
    made->setWordWrap(true);
    return made;
}

QVBoxLayout* stepLayout(QWidget* step, const QString& title, const QString& explanation)
{
    auto* layout = new QVBoxLayout(step);
    layout->setContentsMargins(24, 18, 24, 12);
    layout->setSpacing(10);
    layout->addWidget(stepLabel(title, "stepTitle", step));
    if (!explanation.isEmpty()) {
        layout->addWidget(stepLabel(explanation, "mutedLabel", step));
    }
    return layout;
}

void styleTable(QTableView* table)
{
    table->verticalHeader()->hide();
    table->verticalHeader()->setDefaultSectionSize(26);
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    QHeaderView* header = table->horizontalHeader();
    header->setSectionResizeMode(QHeaderView::ResizeToContents);
    header->setHighlightSections(false);
    header->setStretchLastSection(true);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

} // namespace isotherm
