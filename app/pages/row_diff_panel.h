// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/row_diff_model.h"
#include "app/pages/page_context.h"
#include "shared/model/recovery_records.h"

#include <QWidget>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QTableView;

namespace isotherm
{

/// Rows then against rows now: how many are missing, changed and the same, the rows themselves, and
/// which of them to copy back.
class RowDiffPanel : public QWidget
{
    Q_OBJECT

public:
    explicit RowDiffPanel(const PageContext& context, QWidget* parent = nullptr);

    void setDiff(const RowDiff& diff);

    [[nodiscard]] RowDiffModel& rows() { return *m_rows; }
    [[nodiscard]] QPushButton& copyButton() { return *m_copy; }
    [[nodiscard]] QPushButton& replaceButton() { return *m_replace; }
    [[nodiscard]] QPushButton& sqlButton() { return *m_sql; }
    [[nodiscard]] QComboBox& choice() { return *m_choice; }
    [[nodiscard]] QString counts() const;

Q_SIGNALS:
    /// What was chosen, to be planned and reviewed; `showSql`: with its SQL unfolded.
    void recoveryWanted(const isotherm::RecoveryRequest& request, bool showSql);

private:
    void build();
    [[nodiscard]] QWidget* makeFilters();
    [[nodiscard]] QWidget* makeActions();
    void reload();
    void askPage();
    void updateButtons();
    [[nodiscard]] RecoveryRequest request(RecoveryMode mode) const;
    [[nodiscard]] std::vector<RowDifference> kinds() const;
    [[nodiscard]] const TableDiff* table() const;

    PageContext m_context;
    RowDiff m_diff;
    RowDiffModel* m_rows;
    QLabel* m_headline;
    QLabel* m_note;
    QComboBox* m_tables = nullptr;
    QCheckBox* m_missing = nullptr;
    QCheckBox* m_changed = nullptr;
    QCheckBox* m_extra = nullptr;
    QTableView* m_view = nullptr;
    QLabel* m_problem = nullptr;
    QComboBox* m_choice = nullptr;
    QComboBox* m_conflicts = nullptr;
    QComboBox* m_triggers = nullptr;
    QPushButton* m_sql = nullptr;
    QPushButton* m_replace = nullptr;
    QPushButton* m_copy = nullptr;
    int m_question = 0; ///< answers to older ones are dropped
};

} // namespace isotherm
