// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/recovery_receipt_view.h"

#include "app/pages/step_layout.h"
#include "app/viewmath/recovery_text.h"
#include "app/viewmath/text.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QStyle>
#include <QTableWidget>
#include <QVBoxLayout>
#include <QVariant>

namespace isotherm
{

RecoveryReceiptView::RecoveryReceiptView(QWidget* parent)
    : QFrame(parent), m_title(stepLabel({}, "sectionTitle", this)),
      m_detail(stepLabel({}, "mutedLabel", this)), m_tables(new QTableWidget(0, 3, this)),
      m_notes(stepLabel({}, "warningLabel", this)), m_until(stepLabel({}, "mutedLabel", this)),
      m_undo(new QPushButton(tr("Undo…"), this))
{
    setObjectName(QStringLiteral("card"));
    m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->addWidget(m_title);
    layout->addWidget(m_detail);
    m_tables->setHorizontalHeaderLabels({tr("Table"), tr("What was done"), tr("Kept as")});
    m_tables->setAccessibleName(tr("What was done"));
    styleTable(m_tables);
    layout->addWidget(m_tables, 1);
    layout->addWidget(m_notes);
    auto* row = new QHBoxLayout;
    row->addWidget(m_until, 1);
    row->addWidget(m_undo);
    layout->addLayout(row);
    connect(m_undo, &QPushButton::clicked, this, [this] { Q_EMIT undoWanted(m_job); });
    hide();
}

QString RecoveryReceiptView::title() const
{
    return m_title->text();
}

void RecoveryReceiptView::setReceipt(const RecoveryReceipt& receipt, const Zone& zone,
                                     const QString& readOnly)
{
    m_job = receipt.job;
    const QString done = text::recoveryDone(receipt.mode);
    m_title->setText(receipt.verified ? tr("%1: read back, and as wanted").arg(done)
                                      : tr("%1: NOT verified, see below").arg(done));
    m_title->setProperty("tone",
                         receipt.verified ? QStringLiteral("good") : QStringLiteral("critical"));
    m_title->style()->unpolish(m_title);
    m_title->style()->polish(m_title);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(receipt.finished - receipt.started);
    m_detail->setText(tr("Job %1  ·  plan %2  ·  finished %3  ·  took %4")
                          .arg(receipt.job.get())
                          .arg(text::fromUtf8(receipt.planId).left(12), zone.full(receipt.finished),
                               text::duration(took)));
    fillTables(receipt);
    QStringList notes;
    for (const std::string& conflict : receipt.conflicts) {
        notes << QStringLiteral("▲  ") + text::fromUtf8(conflict);
    }
    for (const std::string& note : receipt.notes) {
        notes << text::fromUtf8(note);
    }
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
    showUndo(receipt, zone, readOnly);
    show();
}

void RecoveryReceiptView::fillTables(const RecoveryReceipt& receipt)
{
    m_tables->setRowCount(static_cast<int>(receipt.tables.size()));
    for (int row = 0; row < m_tables->rowCount(); ++row) {
        const RecoveredTable& table = receipt.tables[static_cast<std::size_t>(row)];
        const QStringList cells = {text::fromUtf8(table.table), text::recoveredTable(table),
                                   text::fromUtf8(table.kept)};
        for (int column = 0; column < cells.size(); ++column) {
            m_tables->setItem(row, column, new QTableWidgetItem(cells[column]));
        }
    }
}

void RecoveryReceiptView::showUndo(const RecoveryReceipt& receipt, const Zone& zone,
                                   const QString& readOnly)
{
    QString whyNot = readOnly;
    if (receipt.undoneBy) {
        whyNot = tr("Undone by job %1.").arg(receipt.undoneBy->get());
    } else if (!receipt.undoUntil) {
        whyNot = tr("This cannot be undone.");
    }
    m_undo->setEnabled(whyNot.isEmpty());
    m_undo->setToolTip(whyNot);
    m_undo->setVisible(receipt.undoUntil.has_value());
    m_until->setText(receipt.undoneBy || !receipt.undoUntil
                         ? whyNot
                         : tr("Can be undone until %1.").arg(zone.full(*receipt.undoUntil)));
}

void RecoveryReceiptView::clear()
{
    hide();
}

} // namespace isotherm
