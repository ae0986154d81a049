// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "shared/model/changes_records.h"

namespace isotherm
{

/// The shards that a change makes, with the load that each would bear.
class ChangePartsModel : public RecordTable<ChangePart>
{
    Q_OBJECT

public:
    enum Column { Range, Share, Load, Forecast, Rows, Bytes, ColumnCount };

    explicit ChangePartsModel(QObject* parent = nullptr);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const ChangePart& a, const ChangePart& b) const override;
};

} // namespace isotherm
