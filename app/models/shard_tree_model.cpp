// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/shard_tree_model.h"

#include "app/viewmath/text.h"

#include <algorithm>

namespace isotherm
{

struct ShardTreeModel::Item
{
    QString text;
    Item* parent = nullptr;
    int row = 0;
    std::ptrdiff_t shard = -1; ///< index into m_shards
    std::vector<std::unique_ptr<Item>> children;

    Item* child(const QString& title)
    {
        const auto found = std::ranges::find_if(
            children, [&](const auto& item) { return item->shard < 0 && item->text == title; });
        return found != children.end() ? found->get() : add(title, -1);
    }

    Item* add(const QString& title, std::ptrdiff_t shardIndex)
    {
        auto item = std::make_unique<Item>();
        item->text = title;
        item->parent = this;
        item->row = static_cast<int>(children.size());
        item->shard = shardIndex;
        children.push_back(std::move(item));
        return children.back().get();
    }
};

QString shardRange(const ShardRecord& shard)
{
    return shard.isDefault ? ShardTreeModel::tr("default") : text::fromUtf8(shard.rangeText);
}

QString shardTitle(const ShardRecord& shard)
{
    return text::fromUtf8(shard.keyspace) + QLatin1Char(' ') + shardRange(shard);
}

ShardTreeModel::ShardTreeModel(QObject* parent)
    : QAbstractItemModel(parent), m_root(std::make_unique<Item>())
{
}

ShardTreeModel::~ShardTreeModel() = default;

void ShardTreeModel::setSnapshot(const QString& cluster, const std::vector<ShardRecord>& shards)
{
    const auto samePlace = [](const ShardRecord& a, const ShardRecord& b) {
        return a.id == b.id && a.node == b.node && a.keyspace == b.keyspace &&
               a.rangeText == b.rangeText && a.state == b.state;
    };
    const bool same = cluster == m_cluster && std::equal(m_shards.begin(), m_shards.end(),
                                                         shards.begin(), shards.end(), samePlace);
    if (!same) {
        beginResetModel();
        m_shards = shards;
        rebuild(cluster);
        endResetModel();
        return;
    }
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const bool changed = !(m_shards[i] == shards[i]);
        m_shards[i] = shards[i];
        if (changed && m_leaves[i] != nullptr) {
            const QModelIndex at = createIndex(m_leaves[i]->row, 0, m_leaves[i]);
            Q_EMIT dataChanged(at, at);
        }
    }
}

void ShardTreeModel::rebuild(const QString& cluster)
{
    m_cluster = cluster;
    m_root = std::make_unique<Item>();
    m_leaves.assign(m_shards.size(), nullptr);
    if (m_shards.empty()) {
        return;
    }
    Item* top = m_root->add(cluster, -1);
    for (std::size_t i = 0; i < m_shards.size(); ++i) {
        const ShardRecord& shard = m_shards[i];
        if (shard.state != ShardState::Active) {
            continue;
        }
        Item* node = top->child(shard.node.empty() ? tr("database") : text::fromUtf8(shard.node));
        Item* keyspace = node->child(text::fromUtf8(shard.keyspace));
        m_leaves[i] = keyspace->add(shardRange(shard), static_cast<std::ptrdiff_t>(i));
    }
}

ShardTreeModel::Item* ShardTreeModel::itemOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Item*>(index.internalPointer()) : m_root.get();
}

QModelIndex ShardTreeModel::indexOf(ShardId shard) const
{
    for (std::size_t i = 0; i < m_shards.size(); ++i) {
        if (m_shards[i].id == shard && m_leaves[i] != nullptr) {
            return createIndex(m_leaves[i]->row, 0, m_leaves[i]);
        }
    }
    return {};
}

QModelIndex ShardTreeModel::index(int row, int column, const QModelIndex& parent) const
{
    const Item* item = itemOf(parent);
    if (column != 0 || row < 0 || row >= static_cast<int>(item->children.size())) {
        return {};
    }
    return createIndex(row, 0, item->children[static_cast<std::size_t>(row)].get());
}

QModelIndex ShardTreeModel::parent(const QModelIndex& child) const
{
    Item* item = itemOf(child)->parent;
    return item == nullptr || item == m_root.get() ? QModelIndex()
                                                   : createIndex(item->row, 0, item);
}

int ShardTreeModel::rowCount(const QModelIndex& parent) const
{
    return static_cast<int>(itemOf(parent)->children.size());
}

int ShardTreeModel::columnCount(const QModelIndex& /*parent*/) const
{
    return 1;
}

QVariant ShardTreeModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Item* item = itemOf(index);
    if (role == Qt::DisplayRole) {
        return item->text;
    }
    if (item->shard < 0) {
        return role == IdRole ? QVariant::fromValue<qulonglong>(0) : QVariant();
    }
    const ShardRecord& shard = m_shards[static_cast<std::size_t>(item->shard)];
    switch (role) {
    case IdRole:
        return QVariant::fromValue<qulonglong>(shard.id.get());
    case TemperatureRole:
        return shard.temperature ? QVariant(*shard.temperature) : QVariant();
    case FilterRole:
        return shardTitle(shard) + QLatin1Char(' ') + text::fromUtf8(shard.node);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
        return tr("%1, temperature %2")
            .arg(shardTitle(shard), text::temperature(shard.temperature));
    default:
        return {};
    }
}

} // namespace isotherm
