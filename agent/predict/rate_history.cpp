// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/rate_history.h"

#include "shared/base/check.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace isotherm::predict
{
namespace
{

using namespace std::chrono_literals;

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

} // namespace

RateHistory::RateHistory(const heat::HeatStore& store, std::vector<ShardId> shards)
    : m_store(store), m_shards(std::move(shards))
{
}

Result<std::optional<WallTime>> RateHistory::begin(WallTime from, WallTime to) const
{
    const WallTime first = std::chrono::floor<std::chrono::hours>(from);
    ISO_ASSIGN(const auto hours, m_store.series(HeatMetric::Rows, {3600s, first, to}, m_shards));
    std::optional<std::size_t> found;
    for (const heat::HeatSeries& series : hours) {
        for (std::size_t i = 0; i < series.mean.size() && (!found || i < *found); ++i) {
            if (!std::isnan(series.mean[i])) {
                found = i;
            }
        }
    }
    if (!found) {
        return std::optional<WallTime>();
    }
    return std::optional(hours.front().start + 3600s * static_cast<int>(*found));
}

Result<std::vector<std::vector<double>>> RateHistory::rows(WallTime from, WallTime to) const
{
    ISO_CHECK(from.time_since_epoch() % kStep == 0s && to.time_since_epoch() % kStep == 0s);
    const auto newest = m_store.newest();
    const bool fine = !newest || to > *newest - kFineReach + 12h; // a block is 10 h
    const std::chrono::seconds step = fine ? kStep : 3600s;
    ISO_ASSIGN(const auto all, m_store.series(HeatMetric::Rows, {step, from, to}, m_shards));
    ISO_ASSIGN(const auto writes, m_store.series(HeatMetric::Writes, {step, from, to}, m_shards));
    std::vector<std::vector<double>> rows;
    for (WallTime at = from; at < to; at += kStep) {
        std::vector<double> counts;
        counts.reserve(2 * m_shards.size());
        for (std::size_t i = 0; i < m_shards.size(); ++i) {
            const auto bucket = static_cast<std::size_t>((at - all[i].start) / step);
            const auto both = static_cast<double>(all[i].mean[bucket]);
            const auto written = static_cast<double>(writes[i].mean[bucket]);
            const auto seconds = static_cast<double>(kStep.count());
            // Codes are rounded: what was only written may seem to be a little more than all.
            counts.push_back(std::isnan(both - written) ? kNotMeasured
                                                        : std::max(0.0, both - written) * seconds);
            counts.push_back(std::isnan(written) ? kNotMeasured : written * seconds);
        }
        rows.push_back(std::move(counts));
    }
    return rows;
}

} // namespace isotherm::predict
