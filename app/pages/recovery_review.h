// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/recovery_records.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QTableWidget;

namespace isotherm
{

/// Exactly what a recovery will do, before it does it. What destroys something runs only when the
/// name has been typed. The safe button is the default one.
class RecoveryReview : public QDialog
{
    Q_OBJECT

public:
    RecoveryReview(const RecoveryPlan& plan, bool showSql, QWidget* parent = nullptr);

    [[nodiscard]] const RecoveryPlan& plan() const { return m_plan; }
    [[nodiscard]] QLineEdit& nameEdit() { return *m_name; }
    [[nodiscard]] QPushButton& runButton() { return *m_run; }
    [[nodiscard]] QPlainTextEdit& sql() { return *m_sql; }

Q_SIGNALS:
    void runWanted(const QString& planId);

private:
    void build();
    void fill();
    void validate();

    RecoveryPlan m_plan;
    QTableWidget* m_steps;
    QPlainTextEdit* m_sql;
    QPushButton* m_toggleSql;
    QLabel* m_warnings;
    QLabel* m_ask;
    QLineEdit* m_name;
    QPushButton* m_cancel;
    QPushButton* m_run;
};

} // namespace isotherm
