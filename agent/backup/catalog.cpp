// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/catalog.h"

#include <limits>
#include <set>
#include <vector>

namespace isotherm::backup
{

BackupRecord recordOf(const repository::Manifest& manifest, const std::string& tier)
{
    BackupRecord record;
    record.id = manifest.id;
    record.shard = manifest.shard;
    record.keyspace = manifest.keyspace;
    record.kind = manifest.kind;
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

Result<CatalogueChanges> reconcileCatalogue(repository::Repository& repository,
                                            metadata::BackupStore& backups, const std::string& tier)
{
    ISO_ASSIGN(const std::vector<repository::ManifestName> names,
               repository.listManifests(std::nullopt));
    BackupFilter everything;
    everything.limit = std::numeric_limits<std::int32_t>::max();
    ISO_ASSIGN(const std::vector<BackupRecord> recorded, backups.list(everything));
    std::set<std::string> known;
    for (const BackupRecord& record : recorded) {
        known.insert(record.id);
    }
    CatalogueChanges changes;
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
        ISO_TRY(backups.put(recordOf(*manifest, tier)));
        ++changes.added;
    }
    for (const std::string& id : known) {
        ISO_TRY(backups.remove(id));
        ++changes.removed;
    }
    return changes;
}

} // namespace isotherm::backup
