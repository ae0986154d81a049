// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/metadata/shard_store.h"
#include "agent/repository/repository.h"
#include "agent/restore/coverage.h"
#include "agent/restore/history_finder.h"
#include "agent/restore/restore_steps.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/agent_service.h"
#include "shared/model/records.h"
#include "shared/model/recovery_records.h"

#include <vector>

namespace isotherm::restore
{

inline constexpr const char* kDefaultSideSchema = "isotherm_restore";

/// Resolves what is asked to shards as they were then, to backups, to the ranges that each of them
/// serves; and says what it will read and make. Reads manifests and indexes, never rows; changes
/// nothing but the list of plans. Thread-safe; the referenced objects outlive it.
class RestorePlanner
{
public:
    struct Parts
    {
        metadata::KeyspaceStore& keyspaces;
        metadata::ShardStore& shards;
        metadata::BackupStore& backups;
        metadata::RestoreStore& restores;
        repository::Repository& repository;
        const Clock& clock;
    };

    explicit RestorePlanner(Parts parts) : m_parts(parts) {}

    /// NotFound: no such keyspace, table or shard, or no backup that holds any of it by then.
    /// InvalidArgument: the predicate. DataLoss: a manifest or index that is needed is damaged.
    [[nodiscard]] Result<RestorePlan> plan(const RestoreRequest& request);

    /// What can be asked for, by shard and time.
    [[nodiscard]] Result<std::vector<RestorableRange>> ranges(const ShardFilter& filter) const;

    /// Transactions that the backups know of. NotFound: no such keyspace.
    [[nodiscard]] Result<std::vector<TransactionSummary>>
    transactions(const TransactionQuery& query) const;

    /// The transactions that a plan takes apart. NotFound: no such plan.
    [[nodiscard]] Result<CutList> cuts(const std::string& planId) const;

private:
    struct Draft;
    [[nodiscard]] Result<Coverage> coverageOf(const RestoreRequest& request,
                                              const KeyspaceRecord& keyspace,
                                              HistoryFinder& history, Draft& draft) const;
    [[nodiscard]] Status warnOfCuts(const Coverage& coverage, Lsn target, HistoryFinder& history,
                                    Draft& draft) const;
    [[nodiscard]] Status addSteps(Draft& draft, const Covered& covered) const;
    static void warnOfTheRest(Draft& draft, const repository::Manifest& manifest);
    [[nodiscard]] Status estimateTime(RestorePlan& plan) const;

    const Parts m_parts;
    mutable ChainStarts m_starts;
};

} // namespace isotherm::restore
