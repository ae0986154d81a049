// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"
#include "agent/heat/heat_level.h"
#include "agent/heat/log_codec.h"

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>
#include <vector>

namespace isotherm::heat
{

/// Reads whole series, with the history that they inherited. Lives as long as one call of the
/// store, under its lock.
class SeriesReader
{
public:
    using Slots = std::unordered_map<CellId, std::uint32_t>;

    /// `cells` may be nullptr: nothing is inherited then.
    SeriesReader(const LogCodec& codec, const HeatLevel& level, const Slots& slots,
                 const CellMap* cells)
        : m_codec(codec), m_level(level), m_slots(slots), m_cells(cells)
    {
    }

    /// Called with a row, the first bucket, and consecutive rates (NaN: missing) from there on.
    using Sink = std::function<void(std::size_t row, std::int64_t bucket,
                                    std::span<const float> mean, std::span<const float> max)>;
    /// Row i is series[i]; at most a block's buckets at a time.
    [[nodiscard]] Status read(const BucketRange& range, std::span<const CellId> series,
                              const Sink& sink) const;

private:
    struct Values
    {
        std::size_t buckets = 0;
        std::vector<float> mean; ///< by row, then bucket
        std::vector<float> max;
    };

    [[nodiscard]] Result<Values> load(const BucketRange& range, std::span<const CellId> series,
                                      std::span<const CellLineage> lineages, int depth) const;
    [[nodiscard]] Status inherit(const BucketRange& range, std::span<const CellLineage> lineages,
                                 int depth, Values& values) const;

    const LogCodec& m_codec;
    const HeatLevel& m_level;
    const Slots& m_slots;
    const CellMap* m_cells;
};

} // namespace isotherm::heat
