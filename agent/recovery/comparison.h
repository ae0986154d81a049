// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/recovery/edit_file.h"
#include "agent/recovery/row_merge.h"
#include "agent/recovery/then_tables.h"
#include "agent/repository/repository.h"
#include "agent/restore/restore_steps.h"
#include "agent/topology/topology.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/recovery_records.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace isotherm::recovery
{

/// Compares what a restore plan would bring back with the live rows, shard by shard, each in one
/// snapshot. Reads only. Not thread-safe; one object per comparison.
class Comparison
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        std::shared_ptr<const topology::KeyspaceView> keyspace;
        std::stop_token stop;
        /// Told now and then what was read of then since the last call.
        std::function<void(ByteCount bytes, std::uint64_t rows)> onRead;
        ByteCount keepAtMost;
    };

    explicit Comparison(Parts parts)
        : m_parts(std::move(parts)), m_then(m_parts.repository, m_parts.keyspace->layout)
    {
    }

    /// Opens the backups; see ThenTables.
    [[nodiscard]] Status useBackups(const std::vector<restore::RestoreStep>& steps);
    /// After useBackups: the rows are those of the side tables of `receipt` instead.
    [[nodiscard]] Status useSideTables(const RestoreReceipt& receipt);

    [[nodiscard]] ByteCount bytesThen() const { return m_then.bytes(); }

    /// Compares; differing rows go to `to` until there are too many. Fills tables, nowAsOf,
    /// complete and warnings of `diff`.
    [[nodiscard]] Status run(EditFileWriter& to, RowDiff& diff);

private:
    [[nodiscard]] Status compareShard(std::size_t shard, EditFileWriter& to, RowDiff& diff);
    [[nodiscard]] Status compareTable(std::size_t table, std::size_t shard,
                                      engine::Snapshot& snapshot, EditFileWriter& to,
                                      RowDiff& diff);
    [[nodiscard]] Status keep(EditFileWriter& to, const Difference& difference,
                              std::uint32_t section, RowDiff& diff) const;

    const Parts m_parts;
    ThenTables m_then;
    std::unique_ptr<engine::RestoreTarget> m_sideTables;
};

} // namespace isotherm::recovery
