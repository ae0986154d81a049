// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/backup_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/repository/repository.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <cstdint>
#include <string>

/// The metadata's catalogue of backups follows the repository, never the other way round.
namespace isotherm::backup
{

/// What the catalogue keeps of a manifest. `tier` names where its runs are.
[[nodiscard]] BackupRecord recordOf(const repository::Manifest& manifest, const std::string& tier);

struct CatalogueChanges
{
    std::uint32_t added =
        0; ///< backups that were committed, but not yet recorded when the agent died
    std::uint32_t removed = 0; ///< records whose manifest is gone
    std::uint32_t unreadable = 0;
    std::string firstUnreadable; ///< the manifest and what is wrong with it
};

/// Where the catalogue keeps what the manifests tell.
struct CatalogueStores
{
    metadata::BackupStore& backups;
    metadata::ShardStore& shards;
};

/// Makes the catalogue agree with the manifests that there are. Manifests that it knows already are
/// not read again, so a second call costs one listing; an empty catalogue is rebuilt from the
/// repository alone, the shards that the backups are of included. Call it before anybody looks at
/// the topology, or a new shard may get the id of an old one's backups.
[[nodiscard]] Result<CatalogueChanges> reconcileCatalogue(repository::Repository& repository,
                                                          const CatalogueStores& stores,
                                                          const std::string& tier);

} // namespace isotherm::backup
