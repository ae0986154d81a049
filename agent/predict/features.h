// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/seasonal_model.h"
#include "agent/predict/slot_history.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace isotherm::predict
{

/// What the models see of a series at an origin, for a row ahead. All on the log scale, relative to
/// the base (the mean of the last 24 h) unless said otherwise.
enum Feature : std::size_t {
    kLast,  ///< the newest known value of the last hour
    kHour1, ///< means of the last 1, 3, 6 hours
    kHours3,
    kHours6,
    kDay1, ///< around the target's slot on the latest known day, and the one before
    kDay2,
    kDays7, ///< the latest seven days' mean at the target's slot
    kWeek1, ///< around the target's slot in the latest known week, and the one before
    kWeek2,
    kWeeks4,                       ///< mean of four weeks
    kTrendDay,                     ///< base - the day before's mean
    kTrendWeek,                    ///< base - the mean of the day a week ago
    kTrendMean,                    ///< mean of the last 7 days - base
    kLevels0,                      ///< five Holt-Winters levels of the fast profile …
    kLevels1 = kLevels0 + kLevels, ///< … and of the slow one
    kSeason0 = kLevels1 + kLevels, ///< the profiles at the target, not relative
    kSeason1,
    kDaySin, ///< the target's time of day as an angle, and twice that
    kDayCos,
    kDaySin2,
    kDayCos2,
    kWeekend,    ///< 1 on the two days that follow "Friday" of local time
    kWeekday,    ///< 0…6
    kClock,      ///< hour of the day / 24
    kBase,       ///< the base itself
    kSpread,     ///< standard deviation of the last day
    kZeros,      ///< share of zeros in the last day
    kCommonFast, ///< SeasonalModel::common
    kCommonSlow,
    kFine, ///< the last step's rate, where a panel of hours is told of it
    kLead, ///< where in its group of horizons the target stands, 0…1
    kFeatureCount
};

/// Features in two bytes each, 1/1024 apart; kNoFeature: missing.
using PackedFeature = std::int16_t;
inline constexpr PackedFeature kNoFeature = -32768;
inline constexpr float kFeatureUnit = 1024.0F;

struct FeatureRow
{
    float base = kMissing; ///< NaN: nothing is known of the last day, no forecast but Holt-Winters'
    std::array<PackedFeature, kFeatureCount> packed{};

    [[nodiscard]] bool known(std::size_t feature) const { return packed[feature] != kNoFeature; }
    /// 0 for missing: "as the last day's mean".
    [[nodiscard]] float value(std::size_t feature) const
    {
        return known(feature) ? static_cast<float>(packed[feature]) / kFeatureUnit : 0.0F;
    }
};

/// Which row is to be forecast, from the history's end.
struct Target
{
    std::int64_t lead = 1; ///< rows ahead; 1: the next one
    float placeInGroup = 0;
};

/// Makes features from the state after the newest row, of all series at once. Holds references; not
/// thread-safe.
class FeatureMaker
{
public:
    FeatureMaker(const SlotHistory& history, const SeasonalModel& seasonal,
                 const SeasonalModel::Shape& shape);

    /// What is known of the series at a finer step, as ln(1 + rate an own step), by series; used
    /// from the next refresh() on, until it is set again. Empty: nothing.
    void setFine(std::vector<float> fine) { m_fine = std::move(fine); }
    /// What does not depend on the target is made once a row. Call it after each row.
    void refresh();

    /// One row a series. Precondition: refresh() was called after the newest row.
    [[nodiscard]] std::vector<FeatureRow> make(const Target& target) const;

private:
    class Block;
    [[nodiscard]] FeatureRow recentOf(std::size_t series) const;
    void addLags(const Block& block, std::int64_t target) const;
    void addSeasons(const Block& block, std::int64_t target) const;
    [[nodiscard]] FeatureRow calendarOf(std::int64_t target) const;

    const SlotHistory& m_history;
    const SeasonalModel& m_seasonal;
    const SeasonalModel::Shape m_shape;
    const std::int64_t m_perDay;
    std::vector<float> m_fine;
    std::vector<FeatureRow> m_recent; ///< by series: what does not depend on the target
};

} // namespace isotherm::predict
