// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm
{

/// What a heat map shows. The rates are per second; temperature is a ratio in [0, 1].
enum class HeatMetric : std::uint8_t {
    Reads = 1,
    Writes = 2,
    Rows = 3,
    Bytes = 4,
    Temperature = 5
};

/// "reads", "writes", "rows", "bytes", "temperature".
[[nodiscard]] std::string_view heatMetricName(HeatMetric metric);

/// A value that was not measured: never zero.
inline constexpr float kMissingHeat = std::numeric_limits<float>::quiet_NaN();

/// One row of a heat map: a shard (or a cell of one), in key order from the lowest key.
struct HeatRow
{
    ShardId shard;
    std::string keyspace;
    std::string label; ///< the key range as people write it

    friend bool operator==(const HeatRow&, const HeatRow&) = default;
};

/// Heat by key (rows) and time (columns). Values are column-major: `mean[column * rows.size() +
/// row]`, so that a new column is appended at the end; missing values are NaN. Column c covers
/// [start + c·step, start + (c+1)·step).
struct HeatMatrix
{
    HeatMetric metric = HeatMetric::Rows;
    WallTime start{};
    std::chrono::milliseconds step{0};
    std::size_t columns = 0;
    std::vector<HeatRow> rows;
    std::vector<float> mean;
    std::vector<float> max;
    /// Columns at or after this index are forecasts; equals `columns` when there are none.
    std::size_t forecastFrom = 0;

    [[nodiscard]] WallTime columnStart(std::size_t column) const
    {
        return start + step * static_cast<int>(column);
    }
    [[nodiscard]] WallTime end() const { return columnStart(columns); }
    [[nodiscard]] float meanAt(std::size_t row, std::size_t column) const
    {
        return mean[column * rows.size() + row];
    }
    [[nodiscard]] float maxAt(std::size_t row, std::size_t column) const
    {
        return max[column * rows.size() + row];
    }
};

/// Which heat is asked for. `columnLimit` bounds the answer: the store picks the finest resolution
/// that fits.
struct HeatQuery
{
    HeatMetric metric = HeatMetric::Rows;
    WallTime from{};
    WallTime to{};
    std::size_t columnLimit = 1536;
    std::vector<ShardId> shards; ///< empty: all
    std::string keyspace;        ///< empty: all
};

} // namespace isotherm
