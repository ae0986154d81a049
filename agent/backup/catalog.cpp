// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/catalog.h"

#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace isotherm::backup
{

BackupRecord recordOf(const repository::Manifest& manifest, const std::string& tier)
{
    BackupRecord record;
    record.id = manifest.id;
    record.shard = manifest.shard;
    record.keyspace = manifest.keyspace;
    record.deltas = manifest.deltas();
    record.sinceDatabase = manifest.sinceDatabase;
    record.kind = manifest.kind == BackupKind::Full && manifest.sinceDatabase > 0
                      ? BackupKind::Synthetic
                      : manifest.kind;
    record.started = manifest.started;
    record.finished = manifest.finished;
    record.asOf = manifest.asOf;
    record.lsn = manifest.lsn;
    record.rows = manifest.rows();
    if (manifest.kind != BackupKind::Unchanged) { // which read and wrote nothing
        record.rawBytes = manifest.rawBytes();
        record.storedBytes = manifest.storedBytes();
    }
    record.tier = tier;
    return record;
}

namespace
{

metadata::RememberedShard shardOf(const repository::Manifest& manifest)
{
    metadata::RememberedShard shard;
    shard.record.id = manifest.shard;
    shard.record.keyspace = manifest.keyspace;
    shard.record.range = manifest.range;
    shard.record.isDefault = manifest.isDefault;
    shard.record.rangeText = "default";
    if (!manifest.isDefault && !manifest.tables.empty()) {
        std::vector<KeyType> types = manifest.tables.front().schema.keyTypes();
        types.resize(manifest.tables.front().schema.partitionKeyColumns);
        shard.record.rangeText = formatRange(manifest.range, types);
    }
    shard.record.parents = manifest.parents;
    for (const repository::LeafIdentity& leaf : manifest.leaves) {
        shard.record.leaves.push_back(leaf.schema + "." + leaf.name);
        shard.leafIds.push_back(leaf.objectId);
    }
    return shard;
}

} // namespace

Result<CatalogueChanges> reconcileCatalogue(repository::Repository& repository,
                                            const CatalogueStores& stores, const std::string& tier)
{
    ISO_ASSIGN(const std::vector<repository::ManifestName> names,
               repository.listManifests(std::nullopt));
    BackupFilter everything;
    everything.limit = std::numeric_limits<std::int32_t>::max();
    ISO_ASSIGN(const std::vector<BackupRecord> recorded, stores.backups.list(everything));
    std::set<std::string> known;
    for (const BackupRecord& record : recorded) {
        known.insert(record.id);
    }
    CatalogueChanges changes;
    std::map<ShardId, metadata::RememberedShard> shards; // as its newest backup has it
    for (const repository::ManifestName& name : names) {
        if (known.erase(name.id) > 0) {
            continue;
        }
        const auto manifest = repository.loadManifest(name.id);
        if (!manifest.ok() && manifest.error().code != Code::DataLoss) {
            return manifest.error();
        }
        if (!manifest.ok()) { // one bad manifest must not hide the others
            ++changes.unreadable;
            changes.firstUnreadable =
                changes.firstUnreadable.empty() ? manifest.error().text() : changes.firstUnreadable;
            continue;
        }
        ISO_TRY(stores.backups.put(recordOf(*manifest, tier)));
        shards[manifest->shard] = shardOf(*manifest);
        ++changes.added;
    }
    std::vector<metadata::RememberedShard> remembered;
    for (auto& [id, shard] : shards) {
        remembered.push_back(std::move(shard));
    }
    ISO_TRY(stores.shards.remember(remembered));
    for (const std::string& id : known) {
        ISO_TRY(stores.backups.remove(id));
        ++changes.removed;
    }
    return changes;
}

} // namespace isotherm::backup
