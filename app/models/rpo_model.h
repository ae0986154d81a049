// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "app/viewmath/rpo.h"
#include "shared/model/records.h"

namespace isotherm
{

/// A shard beside its objective.
struct RpoEntry
{
    viewmath::RpoRow rpo;
    QString name;

    friend bool operator==(const RpoEntry& a, const RpoEntry& b)
    {
        return a.rpo.shard == b.rpo.shard && a.rpo.state == b.rpo.state && a.rpo.now == b.rpo.now &&
               a.rpo.objective == b.rpo.objective && a.name == b.name;
    }
};

/// The RPO board: objective, now, margin; worst first.
class RpoModel : public RecordTable<RpoEntry>
{
    Q_OBJECT

public:
    enum Column { Shard, Objective, Now, Margin, ColumnCount };
    enum RpoRole { StateRole = Qt::UserRole, IdRole, MarginFractionRole };

    explicit RpoModel(QObject* parent = nullptr);

    void setShards(const std::vector<ShardRecord>& shards, WallTime now);
    [[nodiscard]] static QString stateText(viewmath::RpoState state);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const RpoEntry& a, const RpoEntry& b) const override;
};

} // namespace isotherm
