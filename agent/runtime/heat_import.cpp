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

std::optional<Column> columnOf(const std::string& series, const topology::KeyspaceView& keyspace)
{
    if (!series.ends_with(".r") && !series.ends_with(".w")) {
        return std::nullopt;
    }
    const std::string leaf = series.substr(0, series.size() - 2);
    for (std::size_t shard = 0; shard < keyspace.shards.size(); ++shard) {
        const auto& leaves = keyspace.shards[shard].leaves;
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

/// The beginning of what has been measured, by the hour.
Result<std::optional<WallTime>> measuredSince(const heat::HeatStore& heat,
                                              const std::vector<ShardId>& shards, WallTime now)
{
    constexpr auto kFurthest = std::chrono::hours(400 * 24);
    const WallTime hour = std::chrono::floor<std::chrono::hours>(now);
    ISO_ASSIGN(const auto all,
               heat.series(HeatMetric::Rows,
                           {std::chrono::hours(1), hour - kFurthest, hour + std::chrono::hours(1)},
                           shards));
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

Result<ImportedHeat> importHeat(const HeatRecording& recording,
                                const topology::KeyspaceView& keyspace, heat::CellMap& cells,
                                heat::HeatStore& heat, WallTime now)
{
    std::vector<ShardId> shards;
    for (const ShardRecord& shard : keyspace.shards) {
        shards.push_back(shard.id);
    }
    ISO_TRY(cells.assign(recording.keyspace, keyspace.shards, now));
    ISO_ASSIGN(const auto since, measuredSince(heat, shards, now));
    if (since && *since + std::chrono::hours(1) <= now - std::chrono::hours(1)) {
        return makeError(Code::FailedPrecondition,
                         "the heat of " + recording.keyspace + " has been measured since " +
                             formatUtc(*since),
                         "heat recorded elsewhere can be taken up before the agent's first hour");
    }
    ISO_ASSIGN(const auto trace, predict::TraceFile::open(recording.trace, recording.stepMinutes));
    ImportedHeat imported;
    Columns columns;
    for (const std::string& series : trace->series()) {
        columns.push_back(columnOf(series, keyspace));
        if (!columns.back()) {
            imported.unknown.push_back(series);
        }
    }
    const Intake intake(std::move(columns), cells.wholesOf(shards), recording.stepMinutes);
    imported.shards = intake.shards();
    if (imported.shards == 0) {
        return makeError(Code::InvalidArgument,
                         "no shard of " + recording.keyspace + " has its series in " +
                             recording.trace.string(),
                         "they are named LEAF.r and LEAF.w, for example " +
                             keyspace.shards.front().leaves.front() + ".r");
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
