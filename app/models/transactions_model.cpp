// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/transactions_model.h"

#include "app/viewmath/text.h"

namespace isotherm
{
namespace
{

/// Zeros are left out: what a transaction did not do must not hide what it did.
QString countOrBlank(std::uint64_t number)
{
    return number == 0 ? QString() : text::count(number);
}

bool isNumber(int column)
{
    return column != TransactionsModel::Time && column != TransactionsModel::Transaction;
}

} // namespace

TransactionsModel::TransactionsModel(QObject* parent) : RecordTable<TransactionSummary>(parent) {}

int TransactionsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString TransactionsModel::display(const TransactionSummary& one, int column) const
{
    switch (column) {
    case Time:
        return m_zone.full(one.time);
    case Deleted:
        return countOrBlank(one.deleted);
    case Truncates:
        return countOrBlank(one.truncates);
    case Updated:
        return countOrBlank(one.updated);
    case Inserted:
        return countOrBlank(one.inserted);
    case Shards:
        return text::count(one.shards.size());
    case Transaction:
        return QString::number(one.id);
    default:
        return {};
    }
}

QString TransactionsModel::tip(const TransactionSummary& one) const
{
    QStringList lines{tr("Transaction %1, committed %2 at %3")
                          .arg(one.id)
                          .arg(m_zone.full(one.time), text::fromUtf8(formatLsn(one.commit)))};
    if (one.partial) {
        lines << tr("It also changed tables that are not captured.");
    }
    if (one.otherOrigin) {
        lines << tr("It was replicated into the database from elsewhere.");
    }
    return lines.join(QLatin1Char('\n'));
}

QVariant TransactionsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const TransactionSummary& one = record(index.row());
    switch (role) {
    case Qt::DisplayRole:
        return display(one, index.column());
    case Qt::ToolTipRole:
        return tip(one);
    case Qt::TextAlignmentRole:
        return isNumber(index.column()) ? QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter)
                                        : QVariant();
    case LossRole:
        return one.truncates > 0 || one.deleted > 0;
    default:
        return {};
    }
}

QVariant TransactionsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue<int>((isNumber(section) ? Qt::AlignRight : Qt::AlignLeft) |
                                        Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Time:
        return tr("Committed");
    case Deleted:
        return tr("Deleted");
    case Truncates:
        return tr("Truncates");
    case Updated:
        return tr("Updated");
    case Inserted:
        return tr("Inserted");
    case Shards:
        return tr("Shards");
    case Transaction:
        return tr("Transaction");
    default:
        return {};
    }
}

bool TransactionsModel::sameKey(const TransactionSummary& a, const TransactionSummary& b) const
{
    return a.commit == b.commit;
}

} // namespace isotherm
