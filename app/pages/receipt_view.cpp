// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/receipt_view.h"

#include "app/viewmath/text.h"

#include <QHeaderView>
#include <QLabel>
#include <QStyle>
#include <QTableWidget>
#include <QVBoxLayout>
#include <QVariant>

namespace isotherm
{

ReceiptView::ReceiptView(QWidget* parent)
    : QFrame(parent), m_title(new QLabel(this)), m_detail(new QLabel(this)),
      m_tables(new QTableWidget(this))
{
    setObjectName(QStringLiteral("card"));
    m_title->setObjectName(QStringLiteral("sectionTitle"));
    m_detail->setObjectName(QStringLiteral("mutedLabel"));
    m_detail->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->addWidget(m_title);
    layout->addWidget(m_detail);
    m_tables->setColumnCount(5);
    m_tables->setHorizontalHeaderLabels(
        {tr("Table"), tr("Restored to"), tr("Rows"), tr("Checksum"), tr("Verified")});
    m_tables->verticalHeader()->hide();
    m_tables->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_tables->setShowGrid(false);
    m_tables->setFrameShape(QFrame::NoFrame);
    m_tables->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_tables->horizontalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    m_tables->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    m_tables->setMinimumHeight(110);
    layout->addWidget(m_tables, 1);
    hide();
}

void ReceiptView::setReceipt(const RestoreReceipt& receipt, const Zone& zone)
{
    m_title->setText(receipt.verified
                         ? tr("Receipt: every row count and checksum was read back and agrees")
                         : tr("Receipt: NOT verified, see the tables below"));
    m_title->setProperty("tone",
                         receipt.verified ? QStringLiteral("good") : QStringLiteral("critical"));
    m_title->style()->unpolish(m_title);
    m_title->style()->polish(m_title);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(receipt.finished - receipt.started);
    m_detail->setText(tr("Job %1  ·  plan %2  ·  finished %3  ·  took %4  ·  %5 read")
                          .arg(receipt.job.get())
                          .arg(text::fromUtf8(receipt.planId).left(12), zone.full(receipt.finished),
                               text::duration(took), text::bytes(receipt.bytesRead)));
    m_tables->setRowCount(static_cast<int>(receipt.tables.size()));
    for (int row = 0; row < m_tables->rowCount(); ++row) {
        const RestoredTable& table = receipt.tables[static_cast<std::size_t>(row)];
        const QStringList cells = {text::fromUtf8(table.source), text::fromUtf8(table.sideTable),
                                   text::count(table.rows), text::fromUtf8(table.checksum).left(16),
                                   table.verified ? tr("yes") : tr("NO")};
        for (int column = 0; column < cells.size(); ++column) {
            auto* item = new QTableWidgetItem(cells[column]);
            if (column == 3) {
                item->setToolTip(text::fromUtf8(table.checksum));
            }
            m_tables->setItem(row, column, item);
        }
    }
    show();
}

void ReceiptView::clear()
{
    hide();
}

} // namespace isotherm
