// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"

namespace isotherm
{

/// Transactions around an instant, in the order given.
class TransactionsModel : public RecordTable<TransactionSummary>
{
    Q_OBJECT

public:
    enum Column { Time, Deleted, Truncates, Updated, Inserted, Shards, Transaction, ColumnCount };
    /// A transaction that lost rows: what an accident looks like.
    enum TransactionRole { LossRole = Qt::UserRole };

    explicit TransactionsModel(QObject* parent = nullptr);

    void setZone(const Zone& zone) { m_zone = zone; }

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const TransactionSummary& a,
                               const TransactionSummary& b) const override;

private:
    [[nodiscard]] QString display(const TransactionSummary& one, int column) const;
    [[nodiscard]] QString tip(const TransactionSummary& one) const;

    Zone m_zone;
};

} // namespace isotherm
