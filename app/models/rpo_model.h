// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/record_table.h"
#include "app/viewmath/rpo.h"
#include "app/viewmath/zone.h"
#include "shared/model/records.h"
#include "shared/model/upkeep_records.h"

#include <optional>

namespace isotherm
{

/// A shard beside its objective.
struct RpoEntry
{
    viewmath::RpoRow rpo;
    QString name;
    std::optional<WallTime> proven; ///< the newest trial restore that passed
    QString provenHow;

    friend bool operator==(const RpoEntry& a, const RpoEntry& b)
    {
        return a.rpo.shard == b.rpo.shard && a.rpo.state == b.rpo.state && a.rpo.now == b.rpo.now &&
               a.rpo.objective == b.rpo.objective && a.name == b.name && a.proven == b.proven;
    }
};

/// The RPO board: objective, now, margin; worst first.
class RpoModel : public RecordTable<RpoEntry>
{
    Q_OBJECT

public:
    enum Column { Shard, Objective, Now, Margin, Proven, ColumnCount };
    enum RpoRole { StateRole = Qt::UserRole, IdRole, MarginFractionRole };

    explicit RpoModel(QObject* parent = nullptr);

    /// `proofs`: the newest first.
    void setShards(const std::vector<ShardRecord>& shards, const std::vector<DrillReceipt>& proofs,
                   WallTime now);
    void setZone(const Zone& zone);
    [[nodiscard]] static QString stateText(viewmath::RpoState state);

    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

protected:
    [[nodiscard]] bool sameKey(const RpoEntry& a, const RpoEntry& b) const override;

private:
    Zone m_zone;
};

} // namespace isotherm
