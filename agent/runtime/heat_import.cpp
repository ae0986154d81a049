// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/heat_import.h"

#include "agent/predict/trace_file.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

namespace isotherm::runtime
{
namespace
{

/// What one series of the trace is about.
struct Column
{
    std::size_t shard = 0;
    bool written = false;
};
using Columns = std::vector<std::optional<Column>>;

/// Rows read and written of a shard in one step; NaN: a part of it was not measured.
struct ShardCounts
{
    double read = 0;
    double written = 0;
};

std::vector<ShardRecord> shardsOf(const KeyspaceViews& keyspaces)
{
    std::vector<ShardRecord> shards;
    for (const auto& keyspace : keyspaces) {
        shards.insert(shards.end(), keyspace->shards.begin(), keyspace->shards.end());
    }
    return shards;
}

std::optional<Column> columnOf(const std::string& series, const std::vector<ShardRecord>& shards)
{
    if (!series.ends_with(".r") && !series.ends_with(".w")) {
        return std::nullopt;
    }
    const std::string leaf = series.substr(0, series.size() - 2);
    for (std::size_t shard = 0; shard < shards.size(); ++shard) {
        const auto& leaves = shards[shard].leaves;
        if (std::find(leaves.begin(), leaves.end(), leaf) != leaves.end()) {
            return Column{shard, series.back() == 'w'};
        }
    }
    return std::nullopt;
}

/// A shard is known when reads and writes of it are.
std::vector<bool> knownShards(const Columns& columns, std::size_t shards)
{
    std::vector<bool> read(shards);
    std::vector<bool> written(shards);
    for (const auto& column : columns) {
        if (column) {
            (column->written ? written : read)[column->shard] = true;
        }
    }
    std::vector<bool> known(shards);
    for (std::size_t i = 0; i < shards; ++i) {
        known[i] = read[i] && written[i];
    }
    return known;
}

heat::Rates ratesOf(const ShardCounts& counts, double seconds)
{
    heat::Rates rates = heat::kMissingRates;
    rates[static_cast<std::size_t>(HeatMetric::Writes) - 1] =
        static_cast<float>(counts.written / seconds);
    rates[static_cast<std::size_t>(HeatMetric::Rows) - 1] =
        static_cast<float>((counts.read + counts.written) / seconds);
    return rates;
}

/// The first bucket in the span in which any of the shards was measured.
Result<std::optional<WallTime>> measuredIn(const heat::HeatStore& heat, const heat::HeatSpan& span,
                                           const std::vector<ShardId>& shards)
{
    ISO_ASSIGN(const auto all, heat.series(HeatMetric::Rows, span, shards));
    std::optional<WallTime> since;
    for (const heat::HeatSeries& series : all) {
        const auto first = std::find_if(series.mean.begin(), series.mean.end(),
                                        [](float rate) { return !std::isnan(rate); });
        if (first != series.mean.end()) {
            const WallTime begin =
                series.start + series.step * static_cast<int>(first - series.mean.begin());
            since = std::min(since.value_or(begin), begin);
        }
    }
    return since;
}

/// Since when there is history that an import would take: from before the last hour.
Result<std::optional<WallTime>> historySince(const heat::HeatStore& heat,
                                             const std::vector<ShardId>& shards, WallTime now)
{
    using std::chrono::hours;
    using std::chrono::minutes;
    const WallTime fine = std::chrono::floor<hours>(now) - hours(22); // minutes reach back a day
    const WallTime hourAgo = std::chrono::floor<minutes>(now) - hours(1);
    ISO_ASSIGN(const auto old, measuredIn(heat, {hours(1), fine - hours(399 * 24), fine}, shards));
    return old ? Result<std::optional<WallTime>>(old)
               : measuredIn(heat, {minutes(1), fine, hourAgo}, shards);
}

class Intake
{
public:
    Intake(Columns columns, std::vector<heat::CellId> series, int stepMinutes)
        : m_columns(std::move(columns)), m_series(std::move(series)), m_step(stepMinutes),
          m_known(knownShards(m_columns, m_series.size()))
    {
    }

    [[nodiscard]] std::size_t shards() const
    {
        return static_cast<std::size_t>(std::count(m_known.begin(), m_known.end(), true));
    }

    [[nodiscard]] heat::RateSample sampleOf(const predict::TraceRow& row) const
    {
        std::vector<ShardCounts> counts(m_series.size());
        for (std::size_t i = 0; i < m_columns.size(); ++i) {
            if (m_columns[i]) {
                ShardCounts& shard = counts[m_columns[i]->shard];
                (m_columns[i]->written ? shard.written : shard.read) += row.counts[i];
            }
        }
        heat::RateSample sample;
        sample.start = WallTime(std::chrono::minutes(row.minute));
        sample.end = sample.start + m_step;
        const double seconds = std::chrono::duration<double>(m_step).count();
        for (std::size_t shard = 0; shard < m_series.size(); ++shard) {
            if (m_known[shard] && m_series[shard] != heat::CellId()) {
                sample.cells.push_back({m_series[shard], ratesOf(counts[shard], seconds)});
            }
        }
        return sample;
    }

private:
    const Columns m_columns;
    const std::vector<heat::CellId> m_series; ///< by shard
    const std::chrono::minutes m_step;
    const std::vector<bool> m_known;
};

} // namespace

Result<ImportedHeat> importHeat(const HeatRecording& recording, const KeyspaceViews& keyspaces,
                                heat::CellMap& cells, heat::HeatStore& heat, WallTime now)
{
    const std::vector<ShardRecord> shards = shardsOf(keyspaces);
    std::vector<ShardId> ids;
    for (const ShardRecord& shard : shards) {
        ids.push_back(shard.id);
    }
    for (const auto& keyspace : keyspaces) {
        ISO_TRY(cells.assign(keyspace->stored.record.name, keyspace->shards, now));
    }
    ISO_ASSIGN(const auto since, historySince(heat, ids, now));
    if (since) {
        return makeError(Code::FailedPrecondition,
                         "heat has been measured since " + formatUtc(*since),
                         "heat recorded elsewhere can be taken up in the agent's first hour");
    }
    ISO_ASSIGN(const auto trace, predict::TraceFile::open(recording.trace, recording.stepMinutes));
    ImportedHeat imported;
    Columns columns;
    for (const std::string& series : trace->series()) {
        columns.push_back(columnOf(series, shards));
        if (!columns.back()) {
            imported.unknown.push_back(series);
        }
    }
    const Intake intake(std::move(columns), cells.wholesOf(ids), recording.stepMinutes);
    imported.shards = intake.shards();
    if (imported.shards == 0) {
        return makeError(
            Code::InvalidArgument,
            "no managed shard has both of its series in " + recording.trace.string(),
            "they are named LEAF.r and LEAF.w" +
                (shards.empty() ? "" : ", for example " + shards.front().leaves.front() + ".r"));
    }
    while (true) {
        ISO_ASSIGN(const auto row, trace->next());
        if (!row) {
            break;
        }
        const heat::RateSample sample = intake.sampleOf(*row);
        if (sample.end > now) {
            break;
        }
        ISO_TRY(heat.record(sample));
        imported.from = imported.steps == 0 ? sample.start : imported.from;
        imported.to = sample.end;
        ++imported.steps;
    }
    ISO_TRY(heat.flush());
    return imported;
}

} // namespace isotherm::runtime
