// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"
#include "agent/heat/rate_meter.h"
#include "agent/metadata/heat_block_store.h"
#include "shared/base/log.h"
#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace isotherm::heat
{

struct HeatStoreOptions
{
    /// Sealed blocks that are kept in memory, encoded; older ones are read from the metadata file.
    std::size_t cacheBytes = std::size_t{32} << 20U;
    /// Which series belong to a shard, and what they inherit. Without it every shard has one series
    /// of its own number.
    const CellMap* cells = nullptr;
};

/// Mean and maximum of one cell or shard and metric over consecutive buckets.
struct HeatSeries
{
    WallTime start{};
    std::chrono::seconds step{0};
    std::vector<float> mean; ///< NaN: missing
    std::vector<float> max;
};

/// A span of time at one of the resolutions: 1 s, 10 s, 1 min, 10 min or 1 h.
struct HeatSpan
{
    std::chrono::seconds step{0};
    WallTime from{};
    WallTime to{};
};

/// One value of the distribution of buckets' means over shards and time.
struct HeatPercentile
{
    double rate = 0;
    std::size_t values = 0;  ///< measured (shard, bucket) pairs
    std::size_t buckets = 0; ///< buckets in which any shard was measured
};

/// The history of heat: 1 s × 10 min, 10 s × 2 h, 1 min × 24 h, 10 min × 14 d, 1 h × 400 d; mean
/// and max at every resolution. HEAT.md has the layout, the precision (0.03 %) and the memory:
/// at most 10 kB per series + cacheBytes (10,000 of them: 100 MB + 32 MB).
///
/// What is older than a shard or a cell comes from the cells that its key range had then: the mean
/// is the sum of theirs, the max the sum of their maxima (which need not have been at the same
/// moment: an upper bound, never too little). A cell that was split off has its share of both.
/// Thread-safe.
class HeatStore
{
public:
    /// Takes up the stored history. A crash loses at most the last minute.
    [[nodiscard]] static Result<std::unique_ptr<HeatStore>>
    open(metadata::HeatBlockStore& blocks, Log& log, HeatStoreOptions options = {});
    ~HeatStore();
    HeatStore(const HeatStore&) = delete;
    HeatStore& operator=(const HeatStore&) = delete;

    /// Adds a sample to all resolutions; missing rates add nothing. If the time has gone back, the
    /// buckets that now lie in the future are forgotten. Writes to the metadata about once a
    /// minute; when that fails the sample is kept in memory and the error returned.
    [[nodiscard]] Status record(const RateSample& sample);

    /// Persists every finished bucket: before a shutdown.
    [[nodiscard]] Status flush();

    /// Heat of `shards` (those that the query asks for), by keyspace in key order, the default
    /// last, at the finest resolution that reaches back far enough and fits columnLimit.
    /// InvalidArgument for an empty span or Temperature (ask TemperatureModel::heat).
    [[nodiscard]] Result<HeatMatrix> query(const HeatQuery& query,
                                           const std::vector<ShardRecord>& shards) const;

    /// The buckets of `span` of every shard, one series each, in the order asked for.
    [[nodiscard]] Result<std::vector<HeatSeries>> series(HeatMetric metric, const HeatSpan& span,
                                                         std::span<const ShardId> shards) const;
    /// The same by cell.
    [[nodiscard]] Result<std::vector<HeatSeries>>
    cellSeries(HeatMetric metric, const HeatSpan& span, std::span<const CellId> cells) const;

    /// The nearest-rank percentile (`fraction` in (0, 1]) of the means of all (shard, bucket)
    /// pairs; in constant memory, whatever the span.
    [[nodiscard]] Result<HeatPercentile> percentile(HeatMetric metric, const HeatSpan& span,
                                                    std::span<const ShardId> shards,
                                                    double fraction) const;

    /// The end of the newest sample.
    [[nodiscard]] std::optional<WallTime> newest() const;

    /// Bytes of memory held for heat.
    [[nodiscard]] std::size_t memoryBytes() const;

private:
    class Core;
    explicit HeatStore(std::unique_ptr<Core> core);
    std::unique_ptr<Core> m_core;
};

} // namespace isotherm::heat
