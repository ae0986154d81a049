// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/heat/cell_map.h"
#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/heat_matrix.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace isotherm::heat
{

/// Reads, writes, rows and bytes a second, in the order of HeatMetric; NaN is "not measured".
using Rates = std::array<float, 4>;
inline constexpr Rates kMissingRates = {kMissingHeat, kMissingHeat, kMissingHeat, kMissingHeat};

/// The leaf tables whose counters add up to a cell's.
struct CellLeaves
{
    CellId cell;
    std::vector<std::uint64_t> leaves; ///< object ids
    bool filled = false;               ///< with rows of other shards, by a reshard
};

struct CellRates
{
    CellId cell;
    Rates rates = kMissingRates;
};

/// The rates of all cells over one window of time. Time is the server's.
struct RateSample
{
    WallTime start{};
    WallTime end{};
    std::vector<CellRates> cells;
    /// Why nothing is known of this window ("first sample", "counters were reset"); empty when
    /// something is.
    std::string gap;
};

struct RateMeterOptions
{
    /// Rates are differences over at least this long: a busy server publishes its counters once a
    /// second, so that a 1 s window holds none, one or two such lumps. The sum over time stays
    /// right, the detail is blurred by this much. Windows that are longer are taken as they are.
    std::chrono::milliseconds smoothing{2'500};
    /// A longer pause between two samples is a gap: what happened in it is not known in detail.
    std::chrono::milliseconds maxGap{25'000};
    /// How far the server's clock may differ from the steady one between two samples before that
    /// counts as a step of the clock.
    std::chrono::milliseconds clockTolerance{1'500};
    /// A session's counts are published up to this long after it. So long after the first sight of
    /// the leaves of a filled cell, they may be those of what filled it.
    std::chrono::milliseconds lateness{10'000};
};

/// Turns successive samples of cumulative counters into rates. What is not known is missing: the
/// first sample, a reset of the counters or a restart of the server, a counter that ran backwards,
/// a leaf that appeared or vanished, the filling of a shard that a reshard made, an agent's pause,
/// a step of the clock. Never zero for unknown, and never a spike from a difference across any of
/// these. Not thread-safe.
class RateMeter
{
public:
    explicit RateMeter(RateMeterOptions options = {}) : m_options(options) {}

    /// What is to be measured from the next sample on. Cells that keep their leaves go on without a
    /// gap.
    void setCells(std::vector<CellLeaves> cells);

    /// Every cell, in the order of setCells; nullopt for the very first sample, and for one that
    /// was not taken after the last one. When the server's clock was set back, the window is empty
    /// and begins at the new time.
    [[nodiscard]] std::optional<RateSample> update(const engine::AccessSample& sample);

private:
    using Totals = std::array<std::uint64_t, 4>;
    struct Leaf
    {
        Totals totals{};
        Instant settled{}; ///< what is counted from then on is nobody's filling
    };
    struct Reading
    {
        WallTime serverTime{};
        Instant taken{};
        std::unordered_map<std::uint64_t, Leaf> leaves;
    };

    [[nodiscard]] Reading readingOf(const engine::AccessSample& sample) const;
    [[nodiscard]] std::string gapBefore(const engine::AccessSample& sample) const;
    [[nodiscard]] Rates ratesOf(const CellLeaves& cell) const;
    [[nodiscard]] bool continues(const CellLeaves& cell, std::size_t reading) const;
    [[nodiscard]] Totals totalsOf(const CellLeaves& cell, const Reading& reading) const;
    void forgetOldReadings(Instant now);

    RateMeterOptions m_options;
    std::vector<CellLeaves> m_cells;
    std::deque<Reading> m_readings; ///< oldest first, back to `smoothing` ago
    std::uint64_t m_resetEpoch = 0;
};

} // namespace isotherm::heat
