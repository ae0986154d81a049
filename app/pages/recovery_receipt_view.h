// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/zone.h"
#include "shared/model/recovery_records.h"

#include <QFrame>

class QLabel;
class QPushButton;
class QTableWidget;

namespace isotherm
{

/// The proof of a copy back, a replace or an undo, and the way back.
class RecoveryReceiptView : public QFrame
{
    Q_OBJECT

public:
    explicit RecoveryReceiptView(QWidget* parent = nullptr);

    /// `readOnly`: why nothing can be undone now; empty when it can.
    void setReceipt(const RecoveryReceipt& receipt, const Zone& zone, const QString& readOnly);
    void clear();

    [[nodiscard]] QPushButton& undoButton() { return *m_undo; }
    [[nodiscard]] QString title() const;

Q_SIGNALS:
    void undoWanted(JobId job);

private:
    void fillTables(const RecoveryReceipt& receipt);
    void showUndo(const RecoveryReceipt& receipt, const Zone& zone, const QString& readOnly);

    QLabel* m_title;
    QLabel* m_detail;
    QTableWidget* m_tables;
    QLabel* m_notes;
    QLabel* m_until;
    QPushButton* m_undo;
    JobId m_job;
};

} // namespace isotherm
