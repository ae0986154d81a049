// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/zone.h"
#include "shared/model/records.h"

#include <QFrame>

class QLabel;
class QTableWidget;

namespace isotherm
{

/// The proof of a finished restore: tables, rows, checksums, and whether they were read back.
class ReceiptView : public QFrame
{
    Q_OBJECT

public:
    explicit ReceiptView(QWidget* parent = nullptr);

    void setReceipt(const RestoreReceipt& receipt, const Zone& zone);
    void clear();

private:
    QLabel* m_title;
    QLabel* m_detail;
    QTableWidget* m_tables;
};

} // namespace isotherm
