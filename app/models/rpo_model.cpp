// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/rpo_model.h"

#include "app/models/shard_tree_model.h"
#include "app/viewmath/text.h"

#include <unordered_map>

namespace isotherm
{

using viewmath::RpoState;

RpoModel::RpoModel(QObject* parent) : RecordTable<RpoEntry>(parent) {}

void RpoModel::setShards(const std::vector<ShardRecord>& shards, WallTime now)
{
    std::unordered_map<ShardId, QString> names;
    for (const ShardRecord& shard : shards) {
        names.emplace(shard.id, shardTitle(shard));
    }
    std::vector<RpoEntry> entries;
    for (const viewmath::RpoRow& row : viewmath::rpoBoard(shards, now)) {
        entries.push_back({row, names[row.shard]});
    }
    setSnapshot(std::move(entries));
}

QString RpoModel::stateText(RpoState state)
{
    switch (state) {
    case RpoState::Missing:
        return tr("never backed up");
    case RpoState::Breached:
        return tr("objective breached");
    case RpoState::Near:
        return tr("less than a fifth of the objective is left");
    case RpoState::NoObjective:
        return tr("no objective set");
    case RpoState::Met:
        return tr("objective met");
    }
    return {};
}

int RpoModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RpoModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const RpoEntry& entry = record(index.row());
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Shard:
            return entry.name;
        case Objective:
            return text::maybeDuration(entry.rpo.objective);
        case Now:
            return entry.rpo.now ? text::duration(*entry.rpo.now) : tr("no backup");
        case Margin:
            return text::maybeDuration(entry.rpo.margin);
        default:
            return {};
        }
    case Qt::ToolTipRole:
        return entry.name + QLatin1Char('\n') + stateText(entry.rpo.state);
    case Qt::TextAlignmentRole:
        return index.column() == Shard
                   ? QVariant()
                   : QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
    case StateRole:
        return static_cast<int>(entry.rpo.state);
    case IdRole:
        return QVariant::fromValue<qulonglong>(entry.rpo.shard.get());
    default:
        return {};
    }
}

QVariant RpoModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal) {
        return {};
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue<int>((section == Shard ? Qt::AlignLeft : Qt::AlignRight) |
                                        Qt::AlignVCenter);
    }
    if (role != Qt::DisplayRole) {
        return {};
    }
    switch (section) {
    case Shard:
        return tr("Shard");
    case Objective:
        return tr("Objective");
    case Now:
        return tr("Now");
    case Margin:
        return tr("Margin");
    default:
        return {};
    }
}

bool RpoModel::sameKey(const RpoEntry& a, const RpoEntry& b) const
{
    return a.rpo.shard == b.rpo.shard;
}

} // namespace isotherm
