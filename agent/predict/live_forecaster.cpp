// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/live_forecaster.h"

#include "agent/predict/live_quality.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace isotherm::predict
{
namespace
{

using namespace std::chrono_literals;

constexpr int kStepMinutes = 10;
constexpr float kPerHour = 3600;
const std::vector<std::int64_t> kHorizons = {1, 6, 36, 144, 1008};
/// With more series a step works out the points of one horizon only.
constexpr std::size_t kManySeries = 2'000;

WallTime stepsEnd(WallTime now)
{
    return WallTime(now.time_since_epoch() / RateHistory::kStep * RateHistory::kStep);
}

/// The sum of a shard's series; their errors are taken as independent.
class PointSum
{
public:
    void add(const MixedForecast& made)
    {
        const double mean = countOf(made.value);
        m_mean += mean;
        m_below += std::pow(mean - countOf(made.low), 2);
        m_above += std::pow(countOf(made.high) - mean, 2);
        m_known = m_known && !std::isnan(made.value);
    }
    [[nodiscard]] ForecastPoint point(std::chrono::milliseconds lead) const
    {
        constexpr auto kNothing = static_cast<double>(kMissing);
        if (!m_known) {
            return {lead, kNothing, kNothing, kNothing};
        }
        const double seconds = 60.0 * kStepMinutes;
        return {lead, m_mean / seconds, std::max(0.0, m_mean - std::sqrt(m_below)) / seconds,
                (m_mean + std::sqrt(m_above)) / seconds};
    }

private:
    double m_mean = 0;
    double m_below = 0;
    double m_above = 0;
    bool m_known = true;
};

} // namespace

LiveForecaster::LiveForecaster(const heat::HeatStore& store, LiveLayout layout, LiveOptions options)
    : m_store(store), m_layout(std::move(layout)), m_options(std::move(options)),
      m_history(store, m_layout.shards), m_points(kHorizons.size())
{
}

LiveForecaster::~LiveForecaster() = default;

std::int64_t LiveForecaster::localMinute(WallTime moment) const
{
    const auto local = moment + m_options.zone.offsetAt(moment);
    const auto step = std::chrono::minutes(kStepMinutes);
    // Offsets of a quarter of an hour do not fit the grid: the next earlier step will do.
    return std::chrono::floor<std::chrono::minutes>(local).time_since_epoch() / step * kStepMinutes;
}

Status LiveForecaster::begin(WallTime now)
{
    ISO_ASSIGN(m_first, m_history.begin(now - m_options.reach, now));
    if (!m_first) {
        return {};
    }
    m_next = *m_first;
    ForecasterShape shape;
    for (std::size_t shard = 0; shard < m_layout.shards.size(); ++shard) {
        shape.shardOf.insert(shape.shardOf.end(), {shard, shard});
    }
    shape.stepMinutes = kStepMinutes;
    shape.firstMinute = localMinute(m_next);
    shape.horizons = kHorizons;
    m_forecaster = std::make_unique<Forecaster>(std::move(shape), m_options.tuning);
    return {};
}

Result<LiveForecaster::Progress> LiveForecaster::advance(WallTime now, std::size_t pieces)
{
    if (!m_forecaster) {
        ISO_TRY(begin(now));
    }
    const WallTime end = stepsEnd(now);
    if (!m_forecaster) {
        return Progress::CaughtUp;
    }
    for (; pieces > 0; --pieces) {
        ISO_ASSIGN(const bool worked, m_forecaster->work());
        if (worked) {
            continue;
        }
        if (m_next >= end) {
            return Progress::CaughtUp;
        }
        ISO_TRY(takeStep(end));
    }
    return Progress::More;
}

Status LiveForecaster::takeStep(WallTime end)
{
    if (m_ahead.empty()) {
        // A day at a time: what is read of hours is old by days.
        ISO_ASSIGN(auto rows, m_history.rows(m_next, std::min(end, m_next + 24h)));
        m_ahead.assign(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end()));
    }
    const Status taken = m_forecaster->observe(localMinute(m_next), m_ahead.front());
    m_ahead.pop_front();
    m_next += RateHistory::kStep;
    return taken;
}

double LiveForecaster::caughtUp(WallTime now) const
{
    const WallTime end = stepsEnd(now);
    if (!m_first || end <= *m_first) {
        return 1;
    }
    return std::clamp(std::chrono::duration<double>(m_next - *m_first) / (end - *m_first), 0.0,
                      1.0);
}

void LiveForecaster::refreshPoints()
{
    const bool many = m_layout.shards.size() * 2 > kManySeries;
    for (std::size_t which = 0; which < kHorizons.size(); ++which) {
        if (many && !m_points[which].empty() && which != m_turn % kHorizons.size()) {
            continue;
        }
        std::vector<PointSum> sums(m_layout.shards.size());
        const std::vector<MixedForecast> made = m_forecaster->points(which);
        for (std::size_t i = 0; i < made.size(); ++i) {
            sums[i / 2].add(made[i]);
        }
        m_points[which].clear();
        for (const PointSum& sum : sums) {
            m_points[which].push_back(
                sum.point(std::chrono::minutes(kStepMinutes * kHorizons[which])));
        }
    }
    ++m_turn;
}

void LiveForecaster::fillShards(KeyspaceForecast& forecast, const DayAhead& day) const
{
    const Mixer& mixer = std::as_const(*m_forecaster).hourly().mixer(0);
    for (std::size_t i = 0; i < m_layout.shards.size(); ++i) {
        ShardForecast shard;
        for (std::size_t hour = 0; hour < ShardForecast::kHours; ++hour) {
            const HourForecast& made = day.shards[i][hour];
            shard.mean[hour] = made.mean / kPerHour;
            shard.low[hour] = made.low / kPerHour;
            shard.high[hour] = made.high / kPerHour;
            shard.decision[hour] = made.decision / kPerHour;
        }
        shard.weights = m_forecaster->nextHour(i)->weights;
        for (std::size_t expert = 0; expert < kExpertCount; ++expert) {
            shard.losses[expert] = mixer.loss(i, expert);
            shard.left[expert] = mixer.losing(i, expert);
        }
        for (const std::vector<ForecastPoint>& points : m_points) {
            shard.points.push_back(points[i]);
        }
        forecast.shards.emplace(m_layout.shards[i], std::move(shard));
    }
}

std::vector<HorizonQuality> LiveForecaster::quality() const
{
    std::vector<HorizonQuality> qualities;
    const Panel& steps = std::as_const(*m_forecaster).steps();
    for (std::size_t which = 0; which < kHorizons.size(); ++which) {
        qualities.push_back(qualityOf(steps.mixer(which), m_layout.shards.size() * 2));
        qualities.back().lead = std::chrono::minutes(kStepMinutes * kHorizons[which]);
    }
    return qualities;
}

std::shared_ptr<const KeyspaceForecast> LiveForecaster::publish()
{
    const DayAhead* day = m_forecaster ? m_forecaster->dayAhead() : nullptr;
    if (day == nullptr) {
        return nullptr;
    }
    refreshPoints();
    auto forecast = std::make_shared<KeyspaceForecast>();
    forecast->keyspace = m_layout.keyspace;
    forecast->made = m_next;
    forecast->start = m_next - std::chrono::minutes(m_forecaster->nextMinute() - day->minute);
    forecast->learnedFrom = m_first;
    forecast->series = m_layout.shards.size() * 2;
    forecast->drifting = m_forecaster->steps().drifting();
    forecast->horizons = quality();
    fillShards(*forecast, *day);
    return forecast;
}

std::size_t LiveForecaster::bytes() const
{
    return m_forecaster ? m_forecaster->bytes() : 0;
}

} // namespace isotherm::predict
