// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/plan_parts_model.h"

#include "app/viewmath/text.h"

namespace isotherm
{

PlanPartsModel::PlanPartsModel(QObject* parent) : RecordTable<RestorePlanPart>(parent) {}

int PlanPartsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PlanPartsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const RestorePlanPart& part = record(index.row());
    const bool number = index.column() >= Runs && index.column() <= Bytes;
    if (role == Qt::TextAlignmentRole && number) {
        return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role == Qt::ToolTipRole) {
        return tr("backup %1 at LSN %2")
            .arg(text::fromUtf8(part.backupId), text::fromUtf8(formatLsn(part.lsn)));
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
    case Table:
        return text::fromUtf8(part.table);
    case Range:
        return text::fromUtf8(part.rangeText);
    case AsOf:
        return m_zone.full(part.asOf);
    case Runs:
        return text::count(part.runs);
    case Rows:
        return tr("≤ %1").arg(text::count(part.rows));
    case Bytes:
        return text::bytes(part.bytesToRead);
    case Tier:
        return text::fromUtf8(part.tier);
    default:
        return {};
    }
}

QVariant PlanPartsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Table:
        return tr("Table");
    case Range:
        return tr("Key range");
    case AsOf:
        return tr("State as of");
    case Runs:
        return tr("Runs");
    case Rows:
        return tr("Rows");
    case Bytes:
        return tr("To read");
    case Tier:
        return tr("Tier");
    default:
        return {};
    }
}

bool PlanPartsModel::sameKey(const RestorePlanPart& a, const RestorePlanPart& b) const
{
    return a.shard == b.shard && a.table == b.table;
}

} // namespace isotherm
