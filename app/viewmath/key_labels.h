// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "shared/model/heat_matrix.h"

#include <cstddef>
#include <span>
#include <vector>

namespace isotherm::viewmath
{

/// A label beside the map: for the rows [firstRow, endRow), which belong to one shard, or (heading)
/// to one keyspace.
struct KeyLabel
{
    double y = 0; ///< pixels, the middle of the visible part of its rows
    std::size_t firstRow = 0;
    std::size_t endRow = 0;
    bool keyspaceStart = false; ///< the first shown of its keyspace
};

/// Labels for the shards that have room for one, at least `minimumGap` pixels apart, from the top.
[[nodiscard]] std::vector<KeyLabel> keyLabels(std::span<const HeatRow> rows, Span visible,
                                              double pixels, double minimumGap);

/// The rows of one shard around `row`.
struct RowRange
{
    std::size_t first = 0;
    std::size_t end = 0;
};
[[nodiscard]] RowRange rowsOfShardAt(std::span<const HeatRow> rows, std::size_t row);

} // namespace isotherm::viewmath
