// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/read_attribution.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

namespace isotherm::attribution
{
namespace
{

/// Rates are those of about the last minute.
constexpr double kHalfLifeSeconds = 60;
/// A range over more cells than this is no hot spot.
constexpr std::size_t kMostCells = 64;

void addTables(const topology::KeyspaceView& view, std::vector<ManagedTable>& tables)
{
    for (std::size_t i = 0; i < view.layout.tables.size(); ++i) {
        const TableSchema& table = view.layout.tables[i];
        if (table.key.empty() || table.partitionKeyColumns == 0) {
            continue;
        }
        ManagedTable managed{view.stored.record.name, table.schema, table.name,
                             table.columns[table.key.front().column].name, table.key.front().type};
        tables.push_back(managed);
        for (const engine::ShardLayout& shard : view.layout.shards) {
            if (i < shard.leaves.size()) {
                managed.schema = shard.leaves[i].schema;
                managed.name = shard.leaves[i].name;
                tables.push_back(managed);
            }
        }
    }
}

} // namespace

void ReadAttribution::follow(
    const std::vector<std::shared_ptr<const topology::KeyspaceView>>& keyspaces,
    const std::string& database)
{
    m_database = database;
    if (m_cache && keyspaces == m_followed) {
        return;
    }
    m_followed = keyspaces;
    std::vector<ManagedTable> tables;
    for (const auto& view : keyspaces) {
        addTables(*view, tables);
    }
    auto reader = std::make_shared<const StatementReader>(std::move(tables));
    m_cache = std::make_unique<StatementCache>(*reader);
    const std::lock_guard lock(m_mutex);
    m_reader = std::move(reader);
}

void ReadAttribution::take(const LoggedStatement& statement, const StatementWeight& weight)
{
    if (!m_cache || (!m_database.empty() && statement.database != m_database)) {
        return;
    }
    for (const TableAccess& access : m_cache->attribute(statement)) {
        add(access, weight);
    }
}

void ReadAttribution::add(const TableAccess& access, const StatementWeight& weight)
{
    const auto& tables = m_reader->tables();
    const auto count = [&](const std::string& keyspace, std::optional<Reason> reason) {
        const std::lock_guard lock(m_mutex);
        KeyspaceCounts& counts = m_counts[keyspace].fresh;
        (reason ? counts.unattributed.at(static_cast<std::size_t>(*reason)) : counts.attributed) +=
            weight.weight;
    };
    if (access.table >= tables.size()) { // of any keyspace: all of them say so
        for (const auto& view : m_followed) {
            count(view->stored.record.name, access.reason);
        }
        return;
    }
    const std::string& keyspace = tables[access.table].keyspace;
    std::optional<Reason> reason = access.reason;
    for (const heat::KeyUse use : {heat::KeyUse::Reads, heat::KeyUse::Writes}) {
        const bool wanted =
            use == heat::KeyUse::Reads ? access.reads : access.writes && !weight.writesElsewhere;
        if (!wanted || reason) {
            continue;
        }
        std::vector<heat::KeyAccess>& to = m_gathered[keyspace];
        for (const Key& key : access.keys) {
            to.push_back({use, key, weight.weight});
        }
        if (access.range && !spread(keyspace, *access.range, to, {use, {}, weight.weight})) {
            reason = Reason::ManyCells;
        }
    }
    count(keyspace, reason);
}

/// A range is read once, whatever its cells: each has its part.
bool ReadAttribution::spread(const std::string& keyspace, const KeyRange& range,
                             std::vector<heat::KeyAccess>& to, const heat::KeyAccess& what) const
{
    const auto view = m_cells.cellsOf(keyspace);
    if (view == nullptr) {
        return false;
    }
    const std::span<const heat::Cell> cells = view->cellsIn(range);
    if (cells.empty() || cells.size() > kMostCells ||
        (cells.size() > 1 && cells.size() * 2 > view->cells().size())) {
        return false;
    }
    for (const heat::Cell& cell : cells) {
        to.push_back({what.use, std::max(cell.range.begin, range.begin),
                      what.weight / static_cast<double>(cells.size())});
    }
    return true;
}

void ReadAttribution::passOver(double statements)
{
    const std::lock_guard lock(m_mutex);
    for (const auto& view : m_followed) {
        m_counts[view->stored.record.name]
            .fresh.unattributed[static_cast<std::size_t>(Reason::NotRead)] += statements;
    }
}

void ReadAttribution::finish(WallTime now)
{
    for (auto& [keyspace, accesses] : m_gathered) {
        if (!accesses.empty()) {
            m_tracker.observe(keyspace, accesses, now);
            accesses.clear();
        }
    }
    const std::lock_guard lock(m_mutex);
    for (auto& [keyspace, faded] : m_counts) {
        const double age =
            faded.at == WallTime()
                ? 0
                : std::max(0.0, std::chrono::duration<double>(now - faded.at).count());
        const double factor = std::exp2(-age / kHalfLifeSeconds);
        faded.sums.attributed = faded.sums.attributed * factor + faded.fresh.attributed;
        for (std::size_t i = 0; i < kReasonCount; ++i) {
            faded.sums.unattributed[i] =
                faded.sums.unattributed[i] * factor + faded.fresh.unattributed[i];
        }
        faded.fresh = {};
        faded.at = now;
    }
}

KeyspaceCounts ReadAttribution::counts(const std::string& keyspace) const
{
    const std::lock_guard lock(m_mutex);
    const auto known = m_counts.find(keyspace);
    KeyspaceCounts rates = known == m_counts.end() ? KeyspaceCounts() : known->second.sums;
    rates.attributed *= std::numbers::ln2 / kHalfLifeSeconds;
    for (double& rate : rates.unattributed) {
        rate *= std::numbers::ln2 / kHalfLifeSeconds;
    }
    return rates;
}

std::vector<std::string> ReadAttribution::keyspacesOf(const std::string& text) const
{
    std::shared_ptr<const StatementReader> reader;
    {
        const std::lock_guard lock(m_mutex);
        reader = m_reader;
    }
    std::set<std::string> keyspaces;
    if (reader) {
        for (const TableUse& use : reader->read(text).uses) {
            keyspaces.insert(reader->tables()[use.table].keyspace);
        }
    }
    return {keyspaces.begin(), keyspaces.end()};
}

} // namespace isotherm::attribution
