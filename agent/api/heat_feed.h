// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/agent_service.h"
#include "shared/model/heat_matrix.h"

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace isotherm::api
{

/// Which heat a live client follows; streams that agree share one feed.
struct HeatFollow
{
    HeatMetric metric = HeatMetric::Rows;
    std::chrono::milliseconds window{0}; ///< 0: no heat
    std::chrono::milliseconds step{1000};

    friend auto operator<=>(const HeatFollow&, const HeatFollow&) = default;
};

/// Tells what of a sliding heat window is new. The newest columns may still change, and a sample
/// that comes late fills several at once, so each look goes back at least 20 s and 3 columns. Used
/// by one thread.
class HeatFeed
{
public:
    HeatFeed(AgentService& service, const HeatFollow& follow) : m_service(service), m_follow(follow)
    {
    }

    /// The whole window that ends at `now`.
    [[nodiscard]] Result<HeatMatrix> window(WallTime now);

    /// The columns that are new or have changed since the last look; the whole window when its rows
    /// or step changed; nullopt when nothing did.
    [[nodiscard]] Result<std::optional<HeatMatrix>> changes(WallTime now);

private:
    using Column = std::pair<std::vector<float>, std::vector<float>>; ///< mean, max

    [[nodiscard]] Result<HeatMatrix> query(WallTime from, WallTime to, std::size_t columns);
    [[nodiscard]] bool fits(const HeatMatrix& matrix) const;
    void remember(const HeatMatrix& matrix);

    AgentService& m_service;
    const HeatFollow m_follow;
    std::chrono::milliseconds m_step{0}; ///< as the service chose it; 0: nothing known yet
    WallTime m_start{};                  ///< any column's start: the grid
    std::vector<HeatRow> m_rows;
    std::map<WallTime, Column> m_recent; ///< by start
};

/// Columns [first, matrix.columns) of `matrix`.
[[nodiscard]] HeatMatrix lastColumns(const HeatMatrix& matrix, std::size_t first);

} // namespace isotherm::api
