// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/peak_model.h"

#include "agent/predict/log_count.h"

#include <algorithm>
#include <cmath>

namespace isotherm::predict
{
namespace
{

constexpr float kHour = 24;          ///< a day in hours
constexpr float kPriorOutcomes = 20; ///< hot shards' outcomes that the first guess counts for
constexpr float kPriorF1 = 0.7F;
constexpr float kGrownOutcomes = 100; ///< after so many a shard's own errors count as the pool's

} // namespace

PeakModel::PeakModel(std::size_t shards, std::size_t hours, const Tuning& tuning)
    : m_tuning(tuning), m_shards(shards), m_hours(hours), m_week(shards), m_trackers(shards),
      m_decisions(shards, kMissing)
{
}

float PeakModel::quantile() const
{
    const float f1 = (2 * m_right + kPriorF1 * kPriorOutcomes) /
                     (2 * m_right + m_wrong + m_missed + kPriorOutcomes);
    return 1 - f1 / 2;
}

float PeakModel::usualPeak(std::size_t shard) const
{
    float sum = 0;
    float known = 0;
    for (std::size_t day = 0; day < 7; ++day) {
        float peak = kMissing;
        for (std::size_t hour = 0; hour < 24; ++hour) {
            const std::size_t back = day * 24 + hour + 1;
            if (back <= m_seen) {
                peak = std::fmax(peak, m_week[shard][(m_seen - back) % 168]);
            }
        }
        if (!std::isnan(peak)) {
            sum += peak;
            known += 1;
        }
    }
    return known > 0 ? sum / known : kMissing;
}

void PeakModel::observe(std::span<const float> hour)
{
    for (std::size_t i = 0; i < m_shards; ++i) {
        m_week[i][m_seen % 168] = hour[i];
    }
    ++m_seen;
    for (Pending& pending : m_pending) {
        const bool first = pending.left == m_hours;
        for (std::size_t i = 0; i < m_shards; ++i) {
            float& peak = pending.peak[i];
            peak = first ? hour[i]
                         : (std::isnan(peak) || std::isnan(hour[i]) ? kMissing
                                                                    : std::max(peak, hour[i]));
        }
        --pending.left;
    }
    while (!m_pending.empty() && m_pending.front().left == 0) {
        settle(m_pending.front());
        m_pending.pop_front();
    }
}

void PeakModel::settle(const Pending& pending)
{
    const float level = quantile();
    const float keep = std::exp2(-1.0F / (kHour * m_tuning.peakHalfLifeDays));
    m_right *= keep;
    m_wrong *= keep;
    m_missed *= keep;
    m_pathLoss *= keep;
    m_usualLoss *= keep;
    for (std::size_t i = 0; i < m_shards; ++i) {
        if (std::isnan(pending.peak[i]) || std::isnan(pending.centre[i])) {
            continue;
        }
        if (!std::isnan(pending.usual[i]) && !std::isnan(pending.path[i])) {
            const float ofPath = pending.peak[i] - pending.path[i];
            const float ofUsual = pending.peak[i] - pending.usual[i];
            m_pathLoss += ofPath * ofPath;
            m_usualLoss += ofUsual * ofUsual;
        }
        const float error = pending.peak[i] - pending.centre[i];
        Tracker& own = m_trackers[i];
        own.seen += 1;
        own.scale += std::max(1 - keep, 1 / own.seen) * (std::abs(error) - own.scale);
        const float unit = own.scale + 0.005F;
        // Young trackers move fast.
        const float gain = std::max(m_tuning.peakGain, 1 / (own.seen + 2));
        own.quantile += gain * unit * (error > own.quantile ? level : level - 1);
        m_pool.seen += 1;
        const float poolGain =
            std::max(m_tuning.peakGain / static_cast<float>(m_shards), 1 / (m_pool.seen + 2));
        m_pool.quantile += poolGain * (error / unit > m_pool.quantile ? level : level - 1);
        if (!std::isnan(pending.hotLevel) && !std::isnan(pending.decision[i])) {
            const bool hot = pending.peak[i] > pending.hotLevel;
            const bool said = pending.decision[i] > pending.hotLevel;
            m_right += hot && said ? 1.0F : 0.0F;
            m_wrong += !hot && said ? 1.0F : 0.0F;
            m_missed += hot && !said ? 1.0F : 0.0F;
        }
    }
}

void PeakModel::decide(std::span<const float> expected, float hotLevel)
{
    const std::vector<float> missing(m_shards, kMissing);
    Pending pending{missing, missing, missing, missing, missing, hotLevel, m_hours};
    const float both = m_pathLoss + m_usualLoss;
    const float ofPath =
        both > 0 ? m_usualLoss / both : 0.5F; // the less it errs, the more it weighs
    for (std::size_t i = 0; i < m_shards; ++i) {
        float centre = expected[i];
        if (const float usual = m_hours > 1 ? usualPeak(i) : kMissing; !std::isnan(usual)) {
            pending.path[i] = centre;
            pending.usual[i] = usual;
            centre = std::isnan(centre) ? usual : ofPath * centre + (1 - ofPath) * usual;
        }
        const Tracker& own = m_trackers[i];
        const float share = 0.5F * own.seen / (own.seen + kGrownOutcomes);
        const float above =
            share * own.quantile + (1 - share) * m_pool.quantile * (own.scale + 0.005F);
        pending.centre[i] = centre;
        pending.decision[i] = std::isnan(centre) ? kMissing : std::max(0.0F, centre + above);
    }
    m_decisions = pending.decision;
    m_pending.push_back(std::move(pending));
}

} // namespace isotherm::predict
