// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/models/rpo_model.h"

#include "app/models/shard_tree_model.h"
#include "app/viewmath/text.h"

#include <unordered_map>

namespace isotherm
{

using viewmath::RpoState;

RpoModel::RpoModel(QObject* parent) : RecordTable<RpoEntry>(parent) {}

void RpoModel::setShards(const std::vector<ShardRecord>& shards,
                         const std::vector<DrillReceipt>& proofs, WallTime now)
{
    std::unordered_map<ShardId, QString> names;
    for (const ShardRecord& shard : shards) {
        names.emplace(shard.id, shardTitle(shard));
    }
    std::unordered_map<ShardId, const DrillReceipt*> newest;
    for (const DrillReceipt& proof : proofs) {
        if (proof.passed) {
            newest.emplace(proof.shard, &proof);
        }
    }
    std::vector<RpoEntry> entries;
    for (const viewmath::RpoRow& row : viewmath::rpoBoard(shards, now)) {
        RpoEntry entry{row, names[row.shard], {}, {}};
        if (const auto proof = newest.find(row.shard); proof != newest.end()) {
            entry.proven = proof->second->finished;
            entry.provenHow = text::verifyLevel(proof->second->level) + QLatin1Char('\n') +
                              text::fromUtf8(proof->second->outcome);
        }
        entries.push_back(std::move(entry));
    }
    setSnapshot(std::move(entries));
}

void RpoModel::setZone(const Zone& zone)
{
    m_zone = zone;
    if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, Proven), index(rowCount() - 1, Proven));
    }
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
        case Proven:
            return entry.proven ? m_zone.brief(*entry.proven) : tr("never");
        default:
            return {};
        }
    case Qt::ToolTipRole:
        if (index.column() == Proven) {
            return entry.proven ? m_zone.full(*entry.proven) + QLatin1Char('\n') + entry.provenHow
                                : tr("No trial restore of this shard has passed yet.");
        }
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
    case Proven:
        return tr("Last proven restore");
    default:
        return {};
    }
}

bool RpoModel::sameKey(const RpoEntry& a, const RpoEntry& b) const
{
    return a.rpo.shard == b.rpo.shard;
}

} // namespace isotherm
