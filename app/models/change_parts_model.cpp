// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/change_parts_model.h"

#include "app/viewmath/change_text.h"
#include "app/viewmath/text.h"

namespace isotherm
{

ChangePartsModel::ChangePartsModel(QObject* parent) : RecordTable<ChangePart>(parent) {}

int ChangePartsModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ChangePartsModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const ChangePart& part = record(index.row());
    if (role == Qt::TextAlignmentRole && index.column() != Range) {
        return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (index.column()) {
    case Range:
        return part.oneKey ? tr("%1 (one hot key)").arg(text::fromUtf8(part.rangeText))
                           : text::fromUtf8(part.rangeText);
    case Share:
        return text::share(part.share);
    case Load:
        return text::load(part.load);
    case Forecast:
        return text::load(part.forecastLoad);
    case Rows:
        return text::count(part.rows);
    case Bytes:
        return text::bytes(part.bytes);
    default:
        return {};
    }
}

QVariant ChangePartsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue<int>((section == Range ? Qt::AlignLeft : Qt::AlignRight) |
                                        Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Range:
        return tr("New shard");
    case Share:
        return tr("Share of the load");
    case Load:
        return tr("Load now");
    case Forecast:
        return tr("Forecast peak");
    case Rows:
        return tr("Rows");
    case Bytes:
        return tr("Size");
    default:
        return {};
    }
}

bool ChangePartsModel::sameKey(const ChangePart& a, const ChangePart& b) const
{
    return a.range == b.range;
}

} // namespace isotherm
