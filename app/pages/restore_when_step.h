// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/transactions_model.h"
#include "app/viewmath/restorable.h"
#include "app/viewmath/restore_points.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"

#include <QWidget>
#include <cstdint>
#include <optional>
#include <vector>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QRadioButton;
class QTableView;

namespace isotherm
{

class RestorablePicker;
class ZonedTimeEdit;

/// What the When page starts from.
struct RestoreMoments
{
    std::vector<BackupRecord> backups;
    std::vector<RestorableRange> ranges;
    std::vector<ShardId> shards;
    std::optional<WallTime> wish; ///< the start of the selected time, if a time was selected
    Zone zone;
    WallTime now{};
};

/// When: the newest state, a moment (clamped to what can be restored), or just before a
/// transaction, found in a list of those around the moment.
class RestoreWhenStep : public QWidget
{
    Q_OBJECT

public:
    explicit RestoreWhenStep(QWidget* parent = nullptr);

    void setMoments(RestoreMoments moments);
    /// The answer to transactionsWanted().
    void setTransactions(std::vector<TransactionSummary> transactions);
    void setTransactionProblem(const QString& problem);

    /// What the choice comes to; nullopt when nothing can be restored.
    [[nodiscard]] const std::optional<viewmath::RestoreTarget>& target() const { return m_target; }
    /// For the request: nullopt for the newest state and when a transaction was chosen.
    [[nodiscard]] std::optional<WallTime> at() const;
    [[nodiscard]] std::optional<std::uint64_t> beforeTransaction() const;
    /// The stretch of time whose transactions are listed.
    [[nodiscard]] viewmath::Span transactionWindow() const;
    [[nodiscard]] bool largestFirst() const;

    [[nodiscard]] RestorablePicker& picker() { return *m_picker; }
    [[nodiscard]] TransactionsModel& transactions() { return *m_transactions; }
    [[nodiscard]] QTableView& transactionTable() { return *m_table; }
    [[nodiscard]] QPushButton& beforeButton() { return *m_beforeThis; }

Q_SIGNALS:
    void changed();
    void transactionsWanted();

private:
    void build();
    [[nodiscard]] QWidget* makeTransactionBar();
    void connectParts();
    void wish(WallTime at);
    void chooseTransaction();
    void resolve();
    void resolveTransaction();
    void resolveMoment();
    [[nodiscard]] viewmath::Span extent() const;
    [[nodiscard]] viewmath::Restorable drawn() const;
    void say(QStringList lines);

    QRadioButton* m_newest;
    QRadioButton* m_moment;
    QRadioButton* m_before;
    ZonedTimeEdit* m_edit;
    QLabel* m_zoneName;
    RestorablePicker* m_picker;
    QComboBox* m_window;
    QCheckBox* m_largest;
    QPushButton* m_beforeThis;
    QTableView* m_table;
    QLabel* m_listNote;
    QLabel* m_result;
    TransactionsModel* m_transactions;
    RestoreMoments m_given;
    viewmath::Restorable m_restorable;
    std::optional<WallTime> m_wish;
    std::optional<TransactionSummary> m_chosen;
    std::optional<viewmath::RestoreTarget> m_target;
};

} // namespace isotherm
