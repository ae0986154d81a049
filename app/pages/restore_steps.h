// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/plan_parts_model.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"
#include "shared/model/recovery_records.h"

#include <QWidget>
#include <vector>

class QLabel;
class QLineEdit;
class QListWidget;
class QProgressBar;
class QRadioButton;
class QTableView;

namespace isotherm
{

/// What: the shards, their tables, and which keys.
class RestoreWhatStep : public QWidget
{
    Q_OBJECT

public:
    explicit RestoreWhatStep(QWidget* parent = nullptr);

    void setShards(const QString& keyspace, const QStringList& names);
    /// Tables to choose from; all are chosen at first. The key columns make the example.
    void setTables(const QStringList& tables, const QStringList& keyColumns);
    /// Empty: all.
    [[nodiscard]] std::vector<std::string> tables() const;
    [[nodiscard]] std::string predicate() const;
    [[nodiscard]] QLineEdit& predicateEdit() { return *m_predicate; }
    [[nodiscard]] bool complete() const;

Q_SIGNALS:
    void changed();

private:
    QLabel* m_shards;
    QListWidget* m_tables;
    QLineEdit* m_predicate;
    QLabel* m_example;
};

/// What is done with the rows.
enum class RestoreDestination {
    Side,      ///< into new tables beside the old ones
    Compare,   ///< with the live rows; then copy back or replace, after another review
    Elsewhere, ///< into another database, or files
};

/// Where: side tables are the default.
class RestoreWhereStep : public QWidget
{
    Q_OBJECT

public:
    explicit RestoreWhereStep(QWidget* parent = nullptr);

    void setDestination(RestoreDestination destination);
    [[nodiscard]] RestoreDestination destination() const;
    [[nodiscard]] std::string schema() const;
    /// Elsewhere: a target of the agent's configuration.
    [[nodiscard]] std::string target() const;
    [[nodiscard]] QLineEdit& targetEdit() { return *m_target; }

Q_SIGNALS:
    void changed();

private:
    QRadioButton* m_side;
    QRadioButton* m_compare;
    QRadioButton* m_elsewhere;
    QLineEdit* m_schema;
    QLineEdit* m_target;
};

/// The plan as the agent made it.
class RestorePlanStep : public QWidget
{
    Q_OBJECT

public:
    explicit RestorePlanStep(QWidget* parent = nullptr);

    void setPending();
    void setPlan(const RestorePlan& plan, const Zone& zone);
    void setProblem(const QString& problem);
    /// Transactions that the plan takes apart, with where the rest of them lies.
    void setCuts(const CutList& cuts, const Zone& zone);
    [[nodiscard]] QString cutsText() const;
    [[nodiscard]] PlanPartsModel& parts() { return *m_parts; }

private:
    QLabel* m_headline;
    QLabel* m_facts;
    QLabel* m_warnings;
    QLabel* m_side;
    QLabel* m_cuts;
    QTableView* m_table;
    PlanPartsModel* m_parts;
};

/// The job while it runs.
class RestoreProgressStep : public QWidget
{
    Q_OBJECT

public:
    explicit RestoreProgressStep(QWidget* parent = nullptr);

    void setJob(const JobRecord* job);

private:
    QLabel* m_title;
    QLabel* m_phase;
    QProgressBar* m_bar;
    QLabel* m_numbers;
    QLabel* m_note;
};

} // namespace isotherm
