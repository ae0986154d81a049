// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/records.h"

#include <QAbstractItemModel>
#include <memory>
#include <vector>

namespace isotherm
{

/// "orders [100, 200)": how a shard is named everywhere.
[[nodiscard]] QString shardTitle(const ShardRecord& shard);
/// "[100, 200)", "default" for the shard that takes what no other does.
[[nodiscard]] QString shardRange(const ShardRecord& shard);

/// The Navigator: cluster ▸ node ▸ keyspace ▸ shard, with temperatures.
class ShardTreeModel : public QAbstractItemModel
{
    Q_OBJECT

public:
    enum ShardTreeRole {
        IdRole = Qt::UserRole, ///< shard id; 0 for the levels above
        TemperatureRole,       ///< double; invalid when not known or above the shards
        FilterRole             ///< what the filter looks at
    };

    explicit ShardTreeModel(QObject* parent = nullptr);
    ~ShardTreeModel() override;

    /// Keeps indexes (and what is expanded) when only the values of the same shards changed.
    void setSnapshot(const QString& cluster, const std::vector<ShardRecord>& shards);

    [[nodiscard]] QModelIndex indexOf(ShardId shard) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;

private:
    struct Item;
    [[nodiscard]] Item* itemOf(const QModelIndex& index) const;
    void rebuild(const QString& cluster);

    QString m_cluster;
    std::vector<ShardRecord> m_shards;
    std::unique_ptr<Item> m_root;
    std::vector<Item*> m_leaves; ///< per shard
};

} // namespace isotherm
