// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/comparison.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace isotherm::recovery
{
namespace
{

/// Counts what goes through.
class CountedRows final : public RowSource
{
public:
    CountedRows(std::unique_ptr<RowSource> rows,
                const std::function<void(ByteCount, std::uint64_t)>& onRead)
        : m_rows(std::move(rows)), m_onRead(onRead)
    {
    }
    Status next(RowBatch& batch) override
    {
        ISO_TRY(m_rows->next(batch));
        m_onRead(ByteCount(batch.bytes.size()), batch.rowCount());
        return {};
    }

private:
    std::unique_ptr<RowSource> m_rows;
    const std::function<void(ByteCount, std::uint64_t)>& m_onRead;
};

void addTo(std::vector<std::string>& names, const std::vector<std::string>& more)
{
    for (const std::string& name : more) {
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.push_back(name);
        }
    }
}

} // namespace

Status Comparison::useBackups(const std::vector<restore::RestoreStep>& steps)
{
    return m_then.open(steps);
}

Status Comparison::useSideTables(const RestoreReceipt& receipt)
{
    ISO_ASSIGN(m_sideTables, m_parts.engine.openRestoreTarget());
    for (ThenTable& table : m_then.tables()) {
        const auto side = std::find_if(
            receipt.tables.begin(), receipt.tables.end(),
            [&](const RestoredTable& restored) { return restored.source == table.name(); });
        if (side == receipt.tables.end()) {
            return makeError(Code::FailedPrecondition,
                             "the restore of job " + std::to_string(receipt.job.get()) +
                                 " made no side table for " + table.name());
        }
        const std::size_t dot = side->sideTable.find('.');
        const engine::StagingTable name{
            side->sideTable.substr(0, dot), side->sideTable.substr(dot + 1), {}};
        table.ofDefault.clear();
        table.ordinary = {
            {KeyRange{},
             [this, name, schema = table.schema](const KeyRange& range, std::stop_token stop) {
                 return m_sideTables->readInKeyOrder(name, schema, range, std::move(stop));
             }}};
    }
    return {};
}

Status Comparison::run(EditFileWriter& to, RowDiff& diff)
{
    for (const ThenTable& table : m_then.tables()) {
        diff.tables.push_back({.table = table.name()});
        if (!table.schema.keyIsUnique) {
            diff.warnings.push_back(table.name() +
                                    " has no primary key: rows count by their whole content, and "
                                    "cannot be copied back one by one");
        }
    }
    for (std::size_t i = 0; i < m_parts.keyspace->layout.shards.size(); ++i) {
        ISO_TRY(compareShard(i, to, diff));
    }
    diff.rowsKept = to.records();
    return {};
}

Status Comparison::compareShard(std::size_t shard, EditFileWriter& to, RowDiff& diff)
{
    const auto& shards = m_parts.keyspace->layout.shards;
    const auto& tables = m_then.tables();
    const bool touched = std::any_of(tables.begin(), tables.end(), [&](const ThenTable& table) {
        return !rangesFor(shards, shard, table.scope).empty();
    });
    if (!touched) {
        return {};
    }
    ISO_ASSIGN(const auto snapshot,
               m_parts.engine.openSnapshot(m_parts.keyspace->layout, shards[shard]));
    diff.nowAsOf = std::min(diff.nowAsOf.value_or(snapshot->info().asOf), snapshot->info().asOf);
    for (std::size_t table = 0; table < tables.size(); ++table) {
        ISO_TRY(compareTable(table, shard, *snapshot, to, diff));
    }
    return {};
}

Status Comparison::compareTable(std::size_t index, std::size_t shard, engine::Snapshot& snapshot,
                                EditFileWriter& to, RowDiff& diff)
{
    const ThenTable& table = m_then.tables()[index];
    TableDiff& counted = diff.tables[index];
    const TableSchema& live = snapshot.table(table.index);
    ISO_ASSIGN(const ColumnMatch match, matchColumns(table.schema, live));
    addTo(counted.onlyThen, match.onlyThen);
    addTo(counted.onlyNow, match.onlyNow);
    const RowMerge merge(table.schema, live, match);
    std::optional<std::uint32_t> section;
    const RowMerge::Take take = [&](const Difference& difference) -> Status {
        if (!section) {
            section = to.addSection({m_parts.keyspace->shards[shard].id,
                                     {snapshot.info().leaves[table.index], live, match.now}});
        }
        return keep(to, difference, *section, diff);
    };
    for (const KeyRange& range : rangesFor(m_parts.keyspace->layout.shards, shard, table.scope)) {
        CountedRows then(table.rows(range, m_parts.stop), m_parts.onRead);
        ISO_ASSIGN(const auto now,
                   snapshot.openRows(
                       {.table = table.index, .range = range, .order = engine::ReadOrder::ByKey},
                       m_parts.stop));
        ISO_ASSIGN(const MergeCounts counts, merge.run(then, *now, take, m_parts.stop));
        counted.missing += counts.missing;
        counted.changed += counts.changed;
        counted.same += counts.same;
        counted.extra += counts.extra;
    }
    return {};
}

Status Comparison::keep(EditFileWriter& to, const Difference& difference, std::uint32_t section,
                        RowDiff& diff) const
{
    if (!diff.complete || to.bytes().get() >= m_parts.keepAtMost.get()) {
        diff.complete = false;
        return {};
    }
    return to.add({to.records() + 1, section, difference.kind, difference.now, difference.then});
}

} // namespace isotherm::recovery
