// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/rotation_book.h"

#include <algorithm>
#include <utility>

namespace isotherm::backup
{
namespace
{

ExpectedLoad orUnknown(ExpectedLoad load)
{
    return load ? std::move(load)
                : [](ShardId, WallTime) -> std::optional<double> { return std::nullopt; };
}

} // namespace

RotationOptions RotationWishes::of(const std::string& keyspace) const
{
    RotationOptions options = general;
    if (const auto own = rotations.find(keyspace); own != rotations.end()) {
        options.rotation = std::max(own->second, options.slot);
    }
    return options;
}

RotationBook::RotationBook(const topology::Topology& topology, metadata::BackupStore& backups,
                           ExpectedLoad load, RotationWishes wishes)
    : m_topology(topology), m_backups(backups), m_load(orUnknown(std::move(load))),
      m_wishes(std::move(wishes))
{
}

RotationWishes RotationBook::wishes() const
{
    const std::lock_guard lock(m_mutex);
    return m_wishes;
}

ChoiceRules RotationBook::rules() const
{
    const std::lock_guard lock(m_mutex);
    return m_wishes.rules;
}

void RotationBook::setWishes(const RotationWishes& wishes)
{
    const std::lock_guard lock(m_mutex);
    m_wishes = wishes;
    m_made = {};
}

void RotationBook::forget()
{
    const std::lock_guard lock(m_mutex);
    m_made = {};
}

Result<RotationBook::Groups> RotationBook::groups() const
{
    ISO_ASSIGN(const auto fulls, m_backups.newestFullPerShard());
    const RotationWishes wishes = this->wishes();
    Groups groups;
    for (const auto& keyspace : m_topology.keyspaces()) {
        auto& group = groups[wishes.of(keyspace->stored.record.name).rotation];
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            const auto full = fulls.find(keyspace->shards[i].id);
            group.push_back({keyspace->shards[i].id, keyspace->layout.shards[i].size,
                             full == fulls.end() ? std::nullopt : std::optional(full->second)});
        }
    }
    return groups;
}

Result<std::map<ShardId, FullTurn>> RotationBook::turns(WallTime now)
{
    RotationOptions options = wishes().general;
    const auto goodFor =
        std::min<std::chrono::milliseconds>(std::chrono::minutes(1), options.slot / 4);
    {
        const std::lock_guard lock(m_mutex);
        if (now >= m_made && now < m_made + goodFor) {
            return m_turns;
        }
    }
    ISO_ASSIGN(Groups all, groups());
    std::map<ShardId, FullTurn> turns;
    for (auto& [rotation, shards] : all) {
        options.rotation = rotation;
        for (FullTurn& turn : planRotation(std::move(shards), m_load, now, options)) {
            const ShardId shard = turn.shard;
            turns.emplace(shard, std::move(turn));
        }
    }
    const std::lock_guard lock(m_mutex);
    m_turns = turns;
    m_made = now;
    return turns;
}

Result<std::map<ShardId, std::vector<FullTurn>>> RotationBook::turnsUntil(WallTime now,
                                                                          WallTime until)
{
    RotationOptions options = wishes().general;
    ISO_ASSIGN(const Groups all, groups());
    std::map<ShardId, std::vector<FullTurn>> turns;
    for (const auto& [rotation, shards] : all) {
        options.rotation = rotation;
        for (WallTime from = now; from < until; from = rotationAt(from, options).end) {
            for (FullTurn& turn : planRotation(shards, m_load, from, options)) {
                turns[turn.shard].push_back(std::move(turn));
            }
        }
    }
    return turns;
}

WallTime RotationBook::endOfNextRotation(WallTime now) const
{
    const RotationWishes wishes = this->wishes();
    WallTime end = now;
    for (const auto& keyspace : m_topology.keyspaces()) {
        const RotationOptions options = wishes.of(keyspace->stored.record.name);
        end = std::max(end, rotationAt(now, options).end + options.rotation);
    }
    return end;
}

} // namespace isotherm::backup
