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

PackedFeature pack(float value)
{
    if (std::isnan(value)) {
        return kNoFeature;
    }
    const float scaled = std::round(value * kFeatureUnit);
    return static_cast<PackedFeature>(std::clamp(scaled, -32767.0F, 32767.0F));
}

} // namespace

class FeatureMaker::Writer
{
public:
    explicit Writer(float base) { m_row.base = base; }
    void relative(std::size_t feature, float value) { absolute(feature, value - m_row.base); }
    void absolute(std::size_t feature, float value) { m_row.packed[feature] = pack(value); }
    [[nodiscard]] float base() const { return m_row.base; }
    [[nodiscard]] const FeatureRow& row() const { return m_row; }

private:
    FeatureRow m_row;
};

FeatureMaker::FeatureMaker(const SlotHistory& history, const SeasonalModel& seasonal,
                           const SeasonalModel::Shape& shape)
    : m_history(history), m_seasonal(seasonal), m_shape(shape),
      m_perDay(kMinutesPerDay / shape.stepMinutes)
{
}

void FeatureMaker::addRecent(Writer& to, std::size_t series) const
{
    const std::int64_t now = m_history.rows();
    const std::int64_t perHour = m_perDay / 24;
    float last = kMissing;
    for (std::int64_t back = 1; back <= perHour && std::isnan(last); ++back) {
        last = m_history.at(series, now - back);
    }
    const auto mean = [&](Window window) { return m_history.window(series, window).mean(); };
    to.relative(kLast, last);
    to.relative(kHour1, mean(Window::Hour));
    to.relative(kHours3, mean(Window::Hours3));
    to.relative(kHours6, mean(Window::Hours6));
    to.absolute(kTrendDay, to.base() - mean(Window::DayBefore));
    to.absolute(kTrendWeek, to.base() - mean(Window::DayWeekAgo));
    to.relative(kTrendMean, mean(Window::Week));
    to.absolute(kBase, to.base());
    to.absolute(kSpread, m_history.daySpread(series));
    to.absolute(kZeros, m_history.dayZeros(series));
    to.relative(kFine, series < m_fine.size() ? m_fine[series] : kMissing);
}

void FeatureMaker::addLags(Writer& to, std::size_t series, std::int64_t target) const
{
    const std::int64_t now = m_history.rows();
    const std::int64_t perWeek = 7 * m_perDay;
    const std::int64_t reach = m_perDay >= 96 ? 1 : 0; ///< only fine steps are smoothed
    const auto latest = [&](std::int64_t period) {     // the first lag whose row is known
        return (target - (now - 1) + period - 1) / period;
    };
    const std::int64_t day = std::max<std::int64_t>(latest(m_perDay), 1);
    const std::int64_t week = std::max<std::int64_t>(latest(perWeek), 1);
    to.relative(kDay1, m_history.around(series, target - day * m_perDay, reach));
    to.relative(kDay2, m_history.around(series, target - (day + 1) * m_perDay, reach));
    to.relative(kWeek1, m_history.around(series, target - week * perWeek, reach));
    to.relative(kWeek2, m_history.around(series, target - (week + 1) * perWeek, reach));
    const auto meanOf = [&](std::int64_t first, std::int64_t count, std::int64_t period) {
        float sum = 0;
        float known = 0;
        for (std::int64_t i = first; i < first + count; ++i) {
            if (const float x = m_history.around(series, target - i * period, reach);
                !std::isnan(x)) {
                sum += x;
                known += 1;
            }
        }
        return known > 0 ? sum / known : kMissing;
    };
    to.relative(kDays7, meanOf(day, 7, m_perDay));
    to.relative(kWeeks4, meanOf(week, 4, perWeek));
}

void FeatureMaker::addLevels(Writer& to, std::size_t series, std::int64_t target) const
{
    for (std::size_t k = 0; k < kLevels; ++k) {
        to.relative(kLevels0 + k, m_seasonal.level(series, 0, k));
        to.relative(kLevels1 + k, m_seasonal.level(series, 1, k));
    }
    to.absolute(kSeason0, m_seasonal.season(series, 0, target));
    to.absolute(kSeason1, m_seasonal.season(series, 1, target));
    to.absolute(kCommonFast, m_seasonal.common()[0]);
    to.absolute(kCommonSlow, m_seasonal.common()[1]);
}

void FeatureMaker::addCalendar(Writer& to, std::int64_t target) const
{
    const std::int64_t minute = m_shape.firstMinute + target * m_shape.stepMinutes;
    const std::int64_t weekday = (minute / kMinutesPerDay + kThursday) % 7;
    const float clock = static_cast<float>(minute % kMinutesPerDay) / kMinutesPerDay;
    const float angle = 2.0F * std::numbers::pi_v<float> * clock;
    to.absolute(kDaySin, std::sin(angle));
    to.absolute(kDayCos, std::cos(angle));
    to.absolute(kDaySin2, std::sin(2 * angle));
    to.absolute(kDayCos2, std::cos(2 * angle));
    to.absolute(kWeekend, weekday == 0 || weekday == 6 ? 1.0F : 0.0F);
    to.absolute(kWeekday, static_cast<float>(weekday));
    to.absolute(kClock, clock);
}

FeatureRow FeatureMaker::make(std::size_t series, const Target& target) const
{
    float base = m_history.window(series, Window::Day).mean();
    if (std::isnan(base)) { // a gap of a day: the slow level still knows
        base = m_seasonal.level(series, 0, kLevels - 2);
    }
    Writer writer(base);
    const std::int64_t row = m_history.rows() - 1 + target.lead;
    addRecent(writer, series);
    addLags(writer, series, row);
    addLevels(writer, series, row);
    addCalendar(writer, row);
    writer.absolute(kLead, target.placeInGroup);
    return writer.row();
}

} // namespace isotherm::predict
