// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/change_parts_model.h"
#include "app/viewmath/key_histogram.h"
#include "app/viewmath/zone.h"
#include "shared/model/changes_records.h"

#include <QFrame>
#include <string>
#include <vector>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTableView;

namespace isotherm
{

class KeyHistogramView;

/// One split or merge: why, where it cuts, what it costs, and what was decided or became of it.
class ChangeCard : public QFrame
{
    Q_OBJECT

public:
    explicit ChangeCard(QWidget* parent = nullptr);

    /// `readOnly`: why nothing can be decided now; empty when it can.
    void setChange(const ChangeRecord& change, const Zone& zone, const QString& readOnly);
    /// What a dry run made of the moved cuts: shown instead of the proposal's parts until they are
    /// put back. Its preflight is this card's.
    void setChecked(const ChangeRecord& checked);
    /// What the agent said to the last decision.
    void setProblem(const QString& problem);

    [[nodiscard]] const ChangeRecord& change() const { return m_change; }
    [[nodiscard]] KeyHistogramView& histogram() { return *m_histogram; }
    [[nodiscard]] QLineEdit& reasonEdit() { return *m_reason; }
    [[nodiscard]] QPushButton& approveButton() { return *m_approve; }
    [[nodiscard]] QPushButton& rejectButton() { return *m_reject; }
    [[nodiscard]] QPushButton& proposeButton() { return *m_propose; }
    [[nodiscard]] ChangePartsModel& parts() { return *m_parts; }
    [[nodiscard]] bool cutsMoved() const { return m_moved; }

Q_SIGNALS:
    void approved(const isotherm::ChangeRecord& change, const QString& reason);
    void rejected(const isotherm::ChangeRecord& change, const QString& reason);
    /// The cuts were moved: a dry run with these keys is wanted.
    void checkWanted(const isotherm::ChangeRecord& change, const std::vector<std::string>& cuts);
    /// A new proposal with these keys is wanted.
    void proposeWanted(const isotherm::ChangeRecord& change, const std::vector<std::string>& cuts,
                       const QString& reason);
    void mapWanted(const isotherm::ChangeRecord& change);

private:
    void build();
    [[nodiscard]] QWidget* makeDecision();
    void connectParts();
    void showChange();
    void showParts(const ChangeRecord& change);
    void showState();
    void updateButtons();
    void putBack();

    QLabel* m_title;
    QLabel* m_state;
    QLabel* m_why;
    QLabel* m_facts;
    KeyHistogramView* m_histogram;
    QLabel* m_balance;
    QTableView* m_table;
    QLabel* m_cost;
    QLabel* m_findings;
    QLabel* m_voices;
    QProgressBar* m_progress;
    QLabel* m_outcome;
    QWidget* m_decision = nullptr;
    QLineEdit* m_reason = nullptr;
    QPushButton* m_map = nullptr;
    QPushButton* m_back = nullptr;
    QPushButton* m_propose = nullptr;
    QPushButton* m_reject = nullptr;
    QPushButton* m_approve = nullptr;
    QLabel* m_problem;
    ChangePartsModel* m_parts;
    ChangeRecord m_change;
    Zone m_zone;
    QString m_readOnly;
    bool m_moved = false;
    bool m_busy = false; ///< a decision is on its way
};

} // namespace isotherm
