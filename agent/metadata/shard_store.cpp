// SPDX-License-Identifier: Apache-2.0
#include "agent/metadata/shard_store.h"

#include "agent/metadata/json_lists.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace isotherm::metadata
{
namespace
{

// The newest backup is found through the index on backup(shard, as_of).
constexpr const char* kSelect =
    "select s.id, s.keyspace, s.range_begin, s.range_end, s.range_text, s.is_default, s.leaves, "
    "s.node, s.rows, s.size, s.state, s.parents, s.not_covered, s.leaf_ids, k.rpo_ms, "
    "(select as_of from backup where shard = s.id order by as_of desc limit 1), "
    "(select lsn from backup where shard = s.id order by as_of desc limit 1) "
    "from shard s left join keyspace k on k.name = s.keyspace "
    "where (? = '' or s.keyspace = ?) and (? or s.state = 1) and (? = 0 or s.id = ?) "
    "order by s.keyspace, s.is_default, s.range_begin, s.id";

struct Selection
{
    std::string keyspace;
    bool includeRetired = false;
    ShardId shard;
};

struct StoredShard
{
    ShardRecord record;
    std::vector<std::uint64_t> leafIds;
    bool seen = false;
};

Result<StoredShard> readShard(const Statement& row)
{
    StoredShard shard;
    ShardRecord& record = shard.record;
    record.id = ShardId(row.natural(0));
    record.keyspace = row.text(1);
    record.range.begin = Key(row.blob(2));
    if (!row.isNull(3)) {
        record.range.end = Key(row.blob(3));
    }
    record.rangeText = row.text(4);
    record.isDefault = row.integer(5) != 0;
    ISO_ASSIGN(record.leaves, textsFromJson(row.text(6)));
    record.node = row.text(7);
    record.rows = row.natural(8);
    record.size = ByteCount(row.natural(9));
    record.state = row.integer(10) == 1 ? ShardState::Active : ShardState::Retired;
    ISO_ASSIGN(record.parents, shardsFromJson(row.text(11)));
    ISO_ASSIGN(record.notCovered, textsFromJson(row.text(12)));
    ISO_ASSIGN(shard.leafIds, numbersFromJson(row.text(13)));
    if (!row.isNull(14)) {
        record.rpoObjective = std::chrono::milliseconds(row.integer(14));
    }
    record.lastBackup = row.optionalTime(15);
    record.lastBackupLsn = Lsn(row.natural(16));
    return shard;
}

Result<std::vector<StoredShard>> load(Connection& connection, const Selection& selection)
{
    ISO_ASSIGN(Statement row, connection.prepare(kSelect));
    row.bindText(selection.keyspace).bindText(selection.keyspace);
    row.bind(std::int64_t{selection.includeRetired ? 1 : 0});
    row.bind(selection.shard.get()).bind(selection.shard.get());
    std::vector<StoredShard> shards;
    for (;;) {
        ISO_ASSIGN(const bool more, row.step());
        if (!more) {
            return shards;
        }
        ISO_ASSIGN(StoredShard shard, readShard(row));
        shards.push_back(std::move(shard));
    }
}

/// Inserts the shard when it has no id yet, else replaces it.
Status save(Connection& connection, StoredShard& shard)
{
    ShardRecord& record = shard.record;
    ISO_ASSIGN(Statement statement,
               connection.prepare("insert or replace into shard(id, keyspace, range_begin, "
                                  "range_end, range_text, is_default, leaves, leaf_ids, node, "
                                  "rows, size, state, parents, not_covered) "
                                  "values(nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    statement.bind(record.id.get()).bindText(record.keyspace);
    statement.bindBlob(record.range.begin.encoded());
    if (record.range.end) {
        statement.bindBlob(record.range.end->encoded());
    } else {
        statement.bindNull();
    }
    statement.bindText(record.rangeText).bind(std::int64_t{record.isDefault ? 1 : 0});
    statement.bindText(toJson(record.leaves)).bindText(toJson(shard.leafIds));
    statement.bindText(record.node).bind(record.rows).bind(record.size.get());
    statement.bind(std::int64_t{static_cast<std::uint8_t>(record.state)});
    statement.bindText(toJson(record.parents)).bindText(toJson(record.notCovered));
    ISO_TRY(statement.execute());
    if (record.id == ShardId()) {
        record.id = ShardId(static_cast<std::uint64_t>(connection.lastInsertId()));
    }
    return {};
}

std::vector<std::uint64_t> leafIdsOf(const engine::ShardLayout& layout)
{
    std::vector<std::uint64_t> ids;
    for (const engine::LeafRef& leaf : layout.leaves) {
        ids.push_back(leaf.objectId);
    }
    return ids;
}

bool shareLeaf(const std::vector<std::uint64_t>& a, const std::vector<std::uint64_t>& b)
{
    return std::any_of(a.begin(), a.end(), [&b](std::uint64_t id) {
        return std::find(b.begin(), b.end(), id) != b.end();
    });
}

/// The rows of the default shard are those that no range takes: its own range says nothing.
bool sameRange(const ShardRecord& known, const engine::ShardLayout& layout)
{
    return known.isDefault == layout.isDefault && (layout.isDefault || known.range == layout.range);
}

/// An active shard first, then the retired one that was made last.
StoredShard* findKnown(std::vector<StoredShard>& known, const engine::ShardLayout& layout)
{
    const auto ids = leafIdsOf(layout);
    StoredShard* best = nullptr;
    for (StoredShard& shard : known) {
        if (shard.seen || !sameRange(shard.record, layout) || !shareLeaf(shard.leafIds, ids)) {
            continue;
        }
        const bool active = shard.record.state == ShardState::Active;
        if (best == nullptr || (best->record.state != ShardState::Active &&
                                (active || best->record.id < shard.record.id))) {
            best = &shard;
        }
    }
    return best;
}

void describe(StoredShard& shard, const engine::ShardLayout& layout,
              const KeyspaceSighting& sighting)
{
    ShardRecord& record = shard.record;
    record.keyspace = sighting.keyspace;
    record.range = layout.range;
    record.isDefault = layout.isDefault;
    record.rangeText =
        layout.isDefault ? "default" : formatRange(layout.range, sighting.layout.keyTypes);
    record.leaves.clear();
    for (const engine::LeafRef& leaf : layout.leaves) {
        record.leaves.push_back(leaf.schema + "." + leaf.name);
    }
    record.node = sighting.node;
    record.rows = layout.rows;
    record.size = layout.size;
    record.state = ShardState::Active;
    record.notCovered = layout.notCovered;
    shard.leafIds = leafIdsOf(layout);
    shard.seen = true;
}

/// Retires what is gone; the ids of those that went now.
Result<std::vector<const StoredShard*>> retireUnseen(Connection& connection,
                                                     std::vector<StoredShard>& known)
{
    std::vector<const StoredShard*> gone;
    for (StoredShard& shard : known) {
        if (!shard.seen && shard.record.state == ShardState::Active) {
            shard.record.state = ShardState::Retired;
            ISO_TRY(save(connection, shard));
            gone.push_back(&shard);
        }
    }
    return gone;
}

std::vector<ShardId> parentsOf(const ShardRecord& child,
                               const std::vector<const StoredShard*>& gone)
{
    std::vector<ShardId> parents;
    for (const StoredShard* shard : gone) {
        const ShardRecord& old = shard->record;
        if (old.isDefault == child.isDefault &&
            (child.isDefault || old.range.overlaps(child.range))) {
            parents.push_back(old.id);
        }
    }
    return parents;
}

Result<std::vector<ShardRecord>> reconcileIn(Connection& connection,
                                             const KeyspaceSighting& sighting)
{
    ISO_ASSIGN(auto known, load(connection, {sighting.keyspace, true, ShardId()}));
    std::vector<StoredShard*> matches;
    for (const engine::ShardLayout& layout : sighting.layout.shards) {
        StoredShard* match = findKnown(known, layout);
        if (match != nullptr) {
            describe(*match, layout, sighting);
        }
        matches.push_back(match);
    }
    ISO_ASSIGN(const auto gone, retireUnseen(connection, known));
    std::vector<ShardRecord> records;
    for (std::size_t i = 0; i < matches.size(); ++i) {
        StoredShard fresh;
        if (matches[i] == nullptr) {
            describe(fresh, sighting.layout.shards[i], sighting);
            fresh.record.parents = parentsOf(fresh.record, gone);
        }
        StoredShard& shard = matches[i] != nullptr ? *matches[i] : fresh;
        ISO_TRY(save(connection, shard));
        records.push_back(shard.record);
    }
    return records;
}

Status rememberIn(Connection& connection, const std::vector<RememberedShard>& shards)
{
    for (const RememberedShard& remembered : shards) {
        ISO_ASSIGN(const auto known, load(connection, {std::string(), true, remembered.record.id}));
        if (!known.empty()) {
            continue;
        }
        StoredShard shard{remembered.record, remembered.leafIds, false};
        shard.record.state = ShardState::Retired;
        ISO_TRY(save(connection, shard));
    }
    return {};
}

} // namespace

Status ShardStore::remember(const std::vector<RememberedShard>& shards)
{
    return m_database.write([&](Connection& connection) { return rememberIn(connection, shards); });
}

Result<std::vector<ShardRecord>> ShardStore::reconcile(const KeyspaceSighting& sighting)
{
    return m_database.write(
        [&](Connection& connection) { return reconcileIn(connection, sighting); });
}

Result<std::vector<ShardRecord>> ShardStore::list(const ShardFilter& filter)
{
    return m_database.read([&](Connection& connection) -> Result<std::vector<ShardRecord>> {
        ISO_ASSIGN(auto shards,
                   load(connection, {filter.keyspace, filter.includeRetired, ShardId()}));
        std::vector<ShardRecord> records;
        records.reserve(shards.size());
        for (StoredShard& shard : shards) {
            records.push_back(std::move(shard.record));
        }
        return records;
    });
}

Result<ShardRecord> ShardStore::get(ShardId shard)
{
    return m_database.read([&](Connection& connection) -> Result<ShardRecord> {
        ISO_ASSIGN(auto shards, load(connection, {std::string(), true, shard}));
        if (shards.empty() || shard == ShardId()) {
            return makeError(Code::NotFound, "there is no shard " + std::to_string(shard.get()),
                             "isothermctl shards list shows them");
        }
        return shards.front().record;
    });
}

} // namespace isotherm::metadata
