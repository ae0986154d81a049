// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/forecaster.h"

#include "agent/predict/code_counts.h"
#include "shared/base/check.h"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace isotherm::predict
{
namespace
{

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

/// Hours ahead that share models.
const std::vector<LeadRange> kHourRanges = {{1, 1}, {2, 4}, {5, 9}, {10, 16}, {17, 24}};

std::vector<LeadRange> rangesOf(const std::vector<std::int64_t>& horizons)
{
    std::vector<LeadRange> ranges;
    for (const std::int64_t horizon : horizons) {
        ranges.push_back({horizon, horizon});
    }
    return ranges;
}

/// A count, but never quite zero: which of the quiet hours is the quietest must not be lost.
double orderedCount(float log)
{
    constexpr double kLeast = 0.01;
    const double whole = std::exp(static_cast<double>(log));
    return std::max(whole - 1, kLeast * whole);
}

std::size_t countShards(const std::vector<std::size_t>& shardOf)
{
    std::size_t count = 0;
    for (const std::size_t shard : shardOf) {
        count = std::max(count, shard + 1);
    }
    return count;
}

} // namespace

Forecaster::Forecaster(ForecasterShape shape, const Tuning& tuning)
    : m_shape(std::move(shape)), m_tuning(tuning), m_shards(countShards(m_shape.shardOf)),
      m_nextHour(m_shards, 1, tuning), m_busiest(m_shards, kHours, tuning),
      m_hourSums(m_shape.shardOf.size()), m_hourRows(m_shape.shardOf.size())
{
    ISO_CHECK(m_shape.stepMinutes > 0 && 60 % m_shape.stepMinutes == 0);
    m_steps = std::make_unique<Panel>(Panel::Shape{m_shape.shardOf.size(), m_shape.stepMinutes,
                                                   m_shape.firstMinute, rangesOf(m_shape.horizons)},
                                      tuning);
    m_hourly = std::make_unique<Panel>(Panel::Shape{m_shards, 60, m_shape.firstMinute / 60 * 60,
                                                    kHourRanges, m_shape.stepMinutes < 60},
                                       tuning);
}

Forecaster::~Forecaster() = default;

std::int64_t Forecaster::nextMinute() const
{
    return m_shape.firstMinute + m_steps->rows() * m_shape.stepMinutes;
}

Status Forecaster::observe(std::int64_t minute, std::span<const double> counts)
{
    ISO_CHECK(counts.size() == m_shape.shardOf.size());
    if ((minute - m_shape.firstMinute) % m_shape.stepMinutes != 0) {
        return makeError(Code::InvalidArgument, "a row is not on the grid of the steps",
                         "rows are equally spaced; leave out those that were not measured");
    }
    if (minute < nextMinute()) {
        return {};
    }
    ISO_TRY(skipTo(minute));
    return observeRow(counts);
}

Status Forecaster::skipTo(std::int64_t minute)
{
    const std::vector<double> missing(m_shape.shardOf.size(), kNotMeasured);
    while (nextMinute() < minute) {
        ISO_TRY(observeRow(missing));
    }
    return {};
}

Status Forecaster::observeRow(std::span<const double> counts)
{
    // What the hour left to do does not look at rows: it goes on beside them.
    Status status = m_steps->finish();
    std::vector<LogCode> codes(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) {
        codes[i] = encodeCount(counts[i]);
        if (codes[i] != kMissingCode) {
            m_hourSums[i] += counts[i];
            ++m_hourRows[i];
        }
    }
    const Status taken = m_steps->observe(codes);
    status = status.ok() ? taken : status;
    if (nextMinute() % 60 == 0) {
        const Status hour = closeHour();
        status = status.ok() ? hour : status;
    }
    return status;
}

std::vector<LogCode> Forecaster::hourTotals()
{
    const int rows = 60 / m_shape.stepMinutes;
    std::vector<double> totals(m_shards, 0.0);
    for (std::size_t i = 0; i < m_hourSums.size(); ++i) {
        // Half an hour stands for the whole; less is not measured.
        const double known = m_hourRows[i];
        totals[m_shape.shardOf[i]] +=
            2 * m_hourRows[i] >= rows ? m_hourSums[i] * rows / known : kNotMeasured;
    }
    std::fill(m_hourSums.begin(), m_hourSums.end(), 0.0);
    std::fill(m_hourRows.begin(), m_hourRows.end(), std::uint8_t{0});
    std::vector<LogCode> codes(m_shards);
    std::transform(totals.begin(), totals.end(), codes.begin(), encodeCount);
    return codes;
}

Status Forecaster::closeHour()
{
    const Status before = finishHour();
    const std::vector<LogCode> codes = hourTotals();
    m_hourly->setFine(fineRates());
    const Status status = m_hourly->observe(codes);
    std::vector<float> logs(m_shards);
    std::transform(codes.begin(), codes.end(), logs.begin(), decodeLog);
    m_nextHour.observe(logs);
    m_busiest.observe(logs);
    m_making.clear();
    m_pathDue = true;
    return before.ok() ? status : before;
}

void Forecaster::makePath()
{
    auto made = m_hourly->forecast(static_cast<std::int64_t>(m_making.size()) + 1);
    std::vector<PathHour> hour(m_shards);
    std::transform(made.begin(), made.end(), hour.begin(), [](const MixedForecast& one) {
        return PathHour{one.value, one.low, one.high, one.experts[kProfileDays],
                        one.experts[kKernel]};
    });
    if (m_making.empty()) {
        m_makingFirst = std::move(made);
    }
    m_making.push_back(std::move(hour));
    if (m_making.size() == kHours) {
        m_path.swap(m_making);
        m_making.clear();
        m_firstHour.swap(m_makingFirst);
        m_pathDue = false;
        decide();
    }
}

Result<bool> Forecaster::work()
{
    ISO_ASSIGN(const bool worked, m_steps->work());
    if (worked) {
        return true;
    }
    return workHour();
}

Result<bool> Forecaster::workHour()
{
    ISO_ASSIGN(const bool worked, m_hourly->work());
    if (worked) {
        return true;
    }
    if (!m_pathDue) {
        return false;
    }
    makePath();
    return true;
}

Status Forecaster::finishHour()
{
    Status first;
    for (;;) {
        const Result<bool> worked = workHour();
        first = first.ok() && !worked.ok() ? Status(worked.error()) : first;
        if (worked.ok() && !*worked) {
            return first;
        }
    }
}

Status Forecaster::finish()
{
    const Status steps = m_steps->finish();
    const Status hour = finishHour();
    return steps.ok() ? hour : steps;
}

std::vector<float> Forecaster::fineRates() const
{
    if (m_shape.stepMinutes == 60) {
        return {};
    }
    const SlotHistory& history = m_steps->history();
    std::vector<double> rates(m_shards, 0.0);
    for (std::size_t i = 0; i < m_shape.shardOf.size(); ++i) {
        const float last = history.at(i, history.rows() - 1);
        rates[m_shape.shardOf[i]] += std::isnan(last) ? kNotMeasured : countOf(last);
    }
    std::vector<float> logs(m_shards);
    std::transform(rates.begin(), rates.end(), logs.begin(), [this](double rate) {
        return static_cast<float>(std::log1p(rate * 60 / m_shape.stepMinutes));
    });
    return logs;
}

void Forecaster::decide()
{
    std::vector<PeakModel::Expected> next(m_shards);
    std::vector<PeakModel::Expected> busiest(m_shards);
    for (std::size_t shard = 0; shard < m_shards; ++shard) {
        const PathHour& first = m_path.front()[shard];
        next[shard] = {first.value, first.high - first.value};
        busiest[shard] = {kMissing, kMissing};
        for (const std::vector<PathHour>& hour : m_path) {
            PeakModel::Expected& peak = busiest[shard];
            peak.value = std::fmax(peak.value, hour[shard].value);
            peak.spread = std::fmax(peak.spread, hour[shard].high - hour[shard].value);
        }
    }
    const double reference = referenceCount();
    const float level = hotLevel(reference);
    m_nextHour.decide(next, level);
    m_busiest.decide(busiest, level);
    // The hour that has ended is the last full one until the next ends.
    m_day = DayAhead{m_shape.firstMinute / 60 * 60 + m_hourly->rows() * 60,
                     std::isnan(reference) ? 0 : reference,
                     {}};
    makeDay();
}

float Forecaster::hotLevel(double reference)
{
    constexpr double kHot = 0.8;
    return std::isnan(reference) ? kMissing : static_cast<float>(std::log1p(kHot * reference));
}

double Forecaster::referenceCount() const
{
    constexpr double kPercentile = 0.99;
    const SlotHistory& history = m_hourly->history();
    CodeCounts counts;
    for (std::int64_t back = 1; back <= 168; ++back) {
        for (std::size_t shard = 0; shard < m_shards; ++shard) {
            counts.add(history.codeAt(shard, history.rows() - back));
        }
    }
    return counts.percentile(kPercentile);
}

void Forecaster::makeDay()
{
    // Four values an hour: mean, low, high, decision.
    using Logs = Eigen::Array<float, 4 * kHours, 1>;
    m_day->shards.resize(m_shards);
    for (std::size_t shard = 0; shard < m_shards; ++shard) {
        float busiest = kMissing;
        for (const std::vector<PathHour>& hour : m_path) {
            busiest = std::fmax(busiest, hour[shard].value);
        }
        const float raise = m_busiest.decisions()[shard] - busiest;
        Logs logs;
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            const PathHour& made = m_path[hour][shard];
            const float decision = hour == 0 ? m_nextHour.decisions()[shard] : made.value + raise;
            logs.segment<4>(4 * static_cast<Eigen::Index>(hour)) << made.value, made.low, made.high,
                decision;
        }
        const Logs counts = logs.isNaN().select(kMissing, logs.max(0.0F).min(32.0F).exp() - 1);
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            const float* of = &counts(4 * static_cast<Eigen::Index>(hour));
            m_day->shards[shard][hour] = {of[0], of[1], of[2], of[3]};
        }
    }
}

Result<std::vector<DecisionRates>> Forecaster::decisions()
{
    ISO_TRY(finish());
    if (nextMinute() % 60 != 0 || m_path.empty()) {
        return makeError(Code::FailedPrecondition, "decisions are made on full hours only");
    }
    std::vector<DecisionRates> rates(m_shards);
    const auto rateOf = [](float value) { return std::isnan(value) ? 0.0 : countOf(value); };
    for (std::size_t shard = 0; shard < m_shards; ++shard) {
        rates[shard] = {rateOf(m_nextHour.decisions()[shard]),
                        rateOf(m_busiest.decisions()[shard])};
    }
    return rates;
}

std::vector<MixedForecast> Forecaster::points(std::size_t which)
{
    (void)m_steps->finish(); // an error of the trees: the other models go on
    return m_steps->forecast(m_shape.horizons[which]);
}

std::array<float, Forecaster::kHours> Forecaster::smoothPath(std::size_t shard) const
{
    std::array<float, kHours> steady{};
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        steady[hour] = m_path[hour][shard].value;
    }
    // The shapes of other experts, on the path's own level.
    const std::array<float, kHours> path = steady;
    float voices = 1;
    for (const auto expert : {&PathHour::profile, &PathHour::kernel}) {
        float shift = 0;
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            shift += (path[hour] - m_path[hour][shard].*expert) / kHours;
        }
        if (std::isnan(shift)) {
            continue;
        }
        voices += 1;
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            const float own = m_path[hour][shard].*expert + shift;
            steady[hour] += (own - steady[hour]) / voices;
        }
    }
    std::array<float, kHours> smooth{};
    for (std::size_t hour = 0; hour < kHours; ++hour) {
        const std::size_t before = hour == 0 ? hour : hour - 1;
        const std::size_t after = hour + 1 == kHours ? hour : hour + 1;
        smooth[hour] = steady[before] / 4 + steady[hour] / 2 + steady[after] / 4;
    }
    return smooth;
}

Result<std::vector<std::array<double, Forecaster::kHours>>> Forecaster::hours()
{
    ISO_TRY(finish());
    if (nextMinute() % 60 != 0 || m_path.empty()) {
        return makeError(Code::FailedPrecondition, "hours are forecast on full hours only");
    }
    std::vector<std::array<double, kHours>> counts(m_shards);
    for (std::size_t shard = 0; shard < m_shards; ++shard) {
        const std::array<float, kHours> path = smoothPath(shard);
        for (std::size_t hour = 0; hour < kHours; ++hour) {
            counts[shard][hour] = std::isnan(path[hour]) ? 0.0 : orderedCount(path[hour]);
        }
    }
    return counts;
}

std::size_t Forecaster::bytes() const
{
    const std::size_t hours =
        kHours * (2 * sizeof(PathHour) + sizeof(HourForecast)) + 2 * sizeof(MixedForecast);
    return m_steps->bytes() + m_hourly->bytes() + m_shards * hours;
}

} // namespace isotherm::predict
