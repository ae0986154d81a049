// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/retention.h"
#include "agent/metadata/backup_store.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/result.h"
#include "shared/model/upkeep_records.h"

#include <functional>
#include <stop_token>
#include <string>

/// Retention on the catalogue of a running agent: what would go, and letting it go.
namespace isotherm::backup
{

/// The policy of a keyspace; an empty one: nothing of it is removed. Thread-safe.
using PolicyOf = std::function<RetentionPolicy(const std::string& keyspace)>;

struct PruneParts
{
    repository::Repository& repository;
    metadata::BackupStore& backups;
    const topology::Topology& topology;
    const PolicyOf& policyOf;
};

/// What retention decides now, of one keyspace or ("") of all. Nothing is changed. A keyspace that
/// was not seen in the database since the agent started keeps everything: it is not known which of
/// its shards still live.
[[nodiscard]] Result<PrunePlan> planPrune(const PruneParts& parts, const std::string& keyspace,
                                          WallTime now);

/// Works out `plan.freed` by reading the manifests of the shards that lose some.
[[nodiscard]] Status estimateFreed(repository::Repository& repository, PrunePlan& plan);

/// Removes what `plan` does not keep, of every shard the oldest first, manifest before record, and
/// gives the number. A shard loses nothing when a backup that is to stay cannot be read: then the
/// others are done, and the first such error is returned. Cancelled when `stop` was requested.
[[nodiscard]] Result<std::uint32_t> carryOut(const PruneParts& parts, const PrunePlan& plan,
                                             const std::stop_token& stop);

} // namespace isotherm::backup
