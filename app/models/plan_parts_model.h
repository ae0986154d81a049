// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"

namespace isotherm
{

/// The parts of a restore plan: what is read, for which table of which shard.
class PlanPartsModel : public RecordTable<RestorePlanPart>
{
    Q_OBJECT

public:
    enum Column { Table, Range, AsOf, Runs, Rows, Bytes, Tier, ColumnCount };

    explicit PlanPartsModel(QObject* parent = nullptr);

    void setZone(const Zone& zone) { m_zone = zone; }

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const RestorePlanPart& a, const RestorePlanPart& b) const override;

private:
    Zone m_zone;
};

} // namespace isotherm
