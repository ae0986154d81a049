// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/model/changes_records.h"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace isotherm::viewmath
{

/// Cut points over a key histogram: indices of the bars that they stand before, ascending, each in
/// [1, bars). A histogram of n bars cut at k points has k + 1 parts.
using BarCuts = std::vector<std::size_t>;

/// Where the change's parts begin, as bars; empty without a histogram. A part that begins inside a
/// bar is cut before the next one.
[[nodiscard]] BarCuts cutsOf(const ChangeRecord& change);

/// `cuts` with the one at `index` moved to `bar`, as near as its neighbours let it: every part
/// keeps at least one bar.
[[nodiscard]] BarCuts movedCut(const BarCuts& cuts, std::size_t index, double bar,
                               std::size_t bars);

/// What a part holds.
struct PartShare
{
    double load = 0; ///< of all bars' load, in [0, 1]
    double rows = 0; ///< of all bars' rows, in [0, 1]
};
[[nodiscard]] std::vector<PartShare> partShares(std::span<const KeyBar> bars, const BarCuts& cuts);

/// How far the heaviest and the lightest part are apart, |H − L| / (H + L): 0 is even.
[[nodiscard]] double imbalance(std::span<const PartShare> parts);

/// The keys of the cuts, as people write them: what a proposal is asked for with.
[[nodiscard]] std::vector<std::string> cutKeys(std::span<const KeyBar> bars, const BarCuts& cuts);

/// The cut nearest to `bar` (a position along the bars) within `reach` bars.
[[nodiscard]] std::optional<std::size_t> nearestCut(const BarCuts& cuts, double bar, double reach);

} // namespace isotherm::viewmath
