// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/features.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace isotherm::predict
{
namespace
{

constexpr std::int64_t kMinutesPerDay = 1440;
constexpr std::int64_t kThursday = 4; ///< 1970-01-01

constexpr std::size_t kBlock = 256; ///< series at a time

PackedFeature pack(float value)
{
    if (std::isnan(value)) {
        return kNoFeature;
    }
    const float scaled = std::clamp(value * kFeatureUnit, -32767.0F, 32767.0F);
    return static_cast<PackedFeature>(scaled + std::copysign(0.5F, scaled));
}

} // namespace

/// Some neighbouring series' rows.
class FeatureMaker::Block
{
public:
    Block(std::size_t first, std::span<FeatureRow> rows) : m_first(first), m_rows(rows) {}
    [[nodiscard]] std::size_t first() const { return m_first; }
    /// Scratch, a value a series.
    using Values = std::array<float, kBlock>;
    [[nodiscard]] std::span<float> of(Values& values) const
    {
        return std::span(values).first(m_rows.size());
    }
    void relative(std::size_t feature, std::span<const float> values) const
    {
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            m_rows[i].packed[feature] = pack(values[i] - m_rows[i].base);
        }
    }
    void absolute(std::size_t feature, std::span<const float> values) const
    {
        for (std::size_t i = 0; i < m_rows.size(); ++i) {
            m_rows[i].packed[feature] = pack(values[i]);
        }
    }

private:
    std::size_t m_first;
    std::span<FeatureRow> m_rows;
};

FeatureMaker::FeatureMaker(const SlotHistory& history, const SeasonalModel& seasonal,
                           const SeasonalModel::Shape& shape)
    : m_history(history), m_seasonal(seasonal), m_shape(shape),
      m_perDay(kMinutesPerDay / shape.stepMinutes), m_recent(shape.series)
{
}

void FeatureMaker::refresh()
{
    for (std::size_t i = 0; i < m_shape.series; ++i) {
        m_recent[i] = recentOf(i);
    }
}

FeatureRow FeatureMaker::recentOf(std::size_t series) const
{
    FeatureRow row;
    row.base = m_history.window(series, Window::Day).mean();
    if (std::isnan(row.base)) { // a gap of a day: the slow level still knows
        row.base = m_seasonal.level(series, 0, kLevels - 2);
    }
    const std::int64_t now = m_history.rows();
    const std::int64_t perHour = m_perDay / 24;
    float last = kMissing;
    for (std::int64_t back = 1; back <= perHour && std::isnan(last); ++back) {
        last = m_history.at(series, now - back);
    }
    const auto mean = [&](Window window) { return m_history.window(series, window).mean(); };
    const auto absolute = [&](std::size_t feature, float value) {
        row.packed[feature] = pack(value);
    };
    const auto relative = [&](std::size_t feature, float value) {
        absolute(feature, value - row.base);
    };
    relative(kLast, last);
    relative(kHour1, mean(Window::Hour));
    relative(kHours3, mean(Window::Hours3));
    relative(kHours6, mean(Window::Hours6));
    absolute(kTrendDay, row.base - mean(Window::DayBefore));
    absolute(kTrendWeek, row.base - mean(Window::DayWeekAgo));
    relative(kTrendMean, mean(Window::Week));
    absolute(kBase, row.base);
    absolute(kSpread, m_history.daySpread(series));
    absolute(kZeros, m_history.dayZeros(series));
    relative(kFine, series < m_fine.size() ? m_fine[series] : kMissing);
    for (std::size_t k = 0; k < kLevels; ++k) {
        relative(kLevels0 + k, m_seasonal.level(series, 0, k));
        relative(kLevels1 + k, m_seasonal.level(series, 1, k));
    }
    absolute(kCommonFast, m_seasonal.common()[0]);
    absolute(kCommonSlow, m_seasonal.common()[1]);
    return row;
}

void FeatureMaker::addLags(const Block& block, std::int64_t target) const
{
    const std::int64_t now = m_history.rows();
    const std::int64_t perWeek = 7 * m_perDay;
    const auto latest = [&](std::int64_t period) { // the first lag whose row is known
        return std::max<std::int64_t>((target - (now - 1) + period - 1) / period, 1);
    };
    Block::Values scratch;
    const std::span<float> values = block.of(scratch);
    const auto lag = [&](std::size_t feature, std::int64_t back) {
        m_history.around(target - back, block.first(), values);
        block.relative(feature, values);
    };
    const std::int64_t day = latest(m_perDay);
    const std::int64_t week = latest(perWeek);
    lag(kDay1, day * m_perDay);
    lag(kDay2, (day + 1) * m_perDay);
    lag(kWeek1, week * perWeek);
    lag(kWeek2, (week + 1) * perWeek);
    Block::Values sums;
    Block::Values counts;
    const auto meanOf = [&](std::size_t feature, std::int64_t first, std::int64_t count,
                            std::int64_t period) {
        sums.fill(0);
        counts.fill(0);
        for (std::int64_t lagged = first; lagged < first + count; ++lagged) {
            m_history.around(target - lagged * period, block.first(), values);
            for (std::size_t i = 0; i < values.size(); ++i) {
                const bool known = !std::isnan(values[i]);
                sums[i] += known ? values[i] : 0.0F;
                counts[i] += known ? 1.0F : 0.0F;
            }
        }
        for (std::size_t i = 0; i < values.size(); ++i) {
            values[i] = counts[i] > 0 ? sums[i] / counts[i] : kMissing;
        }
        block.relative(feature, values);
    };
    meanOf(kDays7, day, 7, m_perDay);
    meanOf(kWeeks4, week, 4, perWeek);
}

void FeatureMaker::addSeasons(const Block& block, std::int64_t target) const
{
    Block::Values scratch;
    const std::span<float> values = block.of(scratch);
    for (std::size_t profile = 0; profile < kProfiles; ++profile) {
        m_seasonal.seasons(profile, target, block.first(), values);
        block.absolute(kSeason0 + profile, values);
    }
}

FeatureRow FeatureMaker::calendarOf(std::int64_t target) const
{
    const std::int64_t minute = m_shape.firstMinute + target * m_shape.stepMinutes;
    const std::int64_t weekday = (minute / kMinutesPerDay + kThursday) % 7;
    const float clock = static_cast<float>(minute % kMinutesPerDay) / kMinutesPerDay;
    const float angle = 2.0F * std::numbers::pi_v<float> * clock;
    FeatureRow row;
    row.packed[kDaySin] = pack(std::sin(angle));
    row.packed[kDayCos] = pack(std::cos(angle));
    row.packed[kDaySin2] = pack(std::sin(2 * angle));
    row.packed[kDayCos2] = pack(std::cos(2 * angle));
    row.packed[kWeekend] = pack(weekday == 0 || weekday == 6 ? 1.0F : 0.0F);
    row.packed[kWeekday] = pack(static_cast<float>(weekday));
    row.packed[kClock] = pack(clock);
    return row;
}

std::vector<FeatureRow> FeatureMaker::make(const Target& target) const
{
    const std::int64_t row = m_history.rows() - 1 + target.lead;
    const FeatureRow calendar = calendarOf(row);
    std::vector<FeatureRow> rows = m_recent;
    for (FeatureRow& one : rows) {
        for (const std::size_t feature :
             {kDaySin, kDayCos, kDaySin2, kDayCos2, kWeekend, kWeekday, kClock}) {
            one.packed[feature] = calendar.packed[feature];
        }
        one.packed[kLead] = pack(target.placeInGroup);
    }
    for (std::size_t first = 0; first < rows.size(); first += kBlock) {
        const Block block(first,
                          std::span(rows).subspan(first, std::min(kBlock, rows.size() - first)));
        addLags(block, row);
        addSeasons(block, row);
    }
    return rows;
}

} // namespace isotherm::predict
