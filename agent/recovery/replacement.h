// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/leaf_swap.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/recovery/then_tables.h"
#include "agent/topology/topology.h"
#include "shared/base/result.h"
#include "shared/model/recovery_records.h"

#include <memory>
#include <string>
#include <vector>

/// Which leaves a replace swaps, and what their successors are called.
namespace isotherm::recovery
{

/// One leaf that is replaced by its state then.
struct Replacement
{
    ShardId shard;
    std::size_t table = 0; ///< index into ThenTables::tables()
    engine::LeafRef leaf;
    std::vector<KeyRange> ranges; ///< of the rows that it holds, together all of the leaf's
};

/// The leaves of the live shards that the backups hold as a whole. FailedPrecondition when a shard
/// is held in part only, or a table's columns are not all there any more.
[[nodiscard]] Result<std::vector<Replacement>>
replacementsOf(const topology::KeyspaceView& keyspace, std::vector<ThenTable>& then);

/// "orders_3_iso17" beside the leaf, marked as the job's.
[[nodiscard]] engine::FreshLeaf freshFor(const engine::LeafRef& leaf, JobId job);
/// The swap of a leaf with `in`; the old one is called "orders_3_before_17".
[[nodiscard]] engine::SwapPair pairFor(const engine::LeafRef& leaf, const std::string& in,
                                       JobId job);
/// How the mark of a table begins that `job` made and has not put in place.
[[nodiscard]] std::string freshMark(JobId job);
/// … and of a leaf that it took out of its place.
[[nodiscard]] std::string keptMark(JobId job);

/// What an undo swaps: what stands in the leaves' places now, and what was kept. FailedPrecondition
/// when either is not there any more.
[[nodiscard]] Result<std::vector<engine::SwapPair>>
pairsBack(const RecoveryReceipt& receipt, const topology::KeyspaceView& keyspace, JobId job);

} // namespace isotherm::recovery
