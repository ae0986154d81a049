// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/seasonal_model.h"

#include <algorithm>
#include <cmath>

namespace isotherm::predict
{
namespace
{

constexpr std::size_t kHoursPerWeek = 168;
constexpr std::int64_t kMinutesPerDay = 1440;
constexpr std::int64_t kMinutesPerWeek = 7 * kMinutesPerDay;
constexpr std::size_t kDailyLevel = 3;   ///< against which the profiles are learned
constexpr std::uint8_t kAdoptedDays = 3; ///< how firmly a neighbour's profile is believed
constexpr std::size_t kGrownDays = 14;

} // namespace

SeasonalModel::SeasonalModel(const Shape& shape, const Tuning& tuning)
    : m_shape(shape), m_tuning(tuning),
      m_perDay(static_cast<std::size_t>(kMinutesPerDay / shape.stepMinutes)),
      m_profileSize(m_perDay + kHoursPerWeek), m_profiles(shape.series * kProfiles * m_profileSize),
      m_levels(shape.series * kProfiles * kLevels, kMissing), m_seen(shape.series),
      m_adopted(shape.series)
{
    for (std::size_t k = 0; k < kLevels; ++k) {
        m_gain[k] = 1.0F - std::exp(-static_cast<float>(shape.stepMinutes) /
                                    (60.0F * tuning.levelHours[k]));
    }
}

std::size_t SeasonalModel::daySlot(std::int64_t row) const
{
    const std::int64_t minute = m_shape.firstMinute + row * m_shape.stepMinutes;
    return static_cast<std::size_t>((minute % kMinutesPerDay) / m_shape.stepMinutes);
}

std::size_t SeasonalModel::weekHour(std::int64_t row) const
{
    const std::int64_t minute = m_shape.firstMinute + row * m_shape.stepMinutes;
    return static_cast<std::size_t>((minute % kMinutesPerWeek) / 60);
}

float SeasonalModel::season(std::size_t series, std::size_t profile, std::int64_t row) const
{
    float value = 0;
    seasons(profile, row, series, {&value, 1});
    return value;
}

void SeasonalModel::seasons(std::size_t profile, std::int64_t row, std::size_t first,
                            std::span<float> to) const
{
    const float* ofDay = slotOf(profile, daySlot(row)) + first;
    const float* ofWeek = slotOf(profile, m_perDay + weekHour(row)) + first;
    for (std::size_t i = 0; i < to.size(); ++i) {
        to[i] = ofDay[i] + ofWeek[i];
    }
}

bool SeasonalModel::adopt(std::size_t series)
{
    if (m_grown == 0) {
        return false;
    }
    const auto grown = [this](std::size_t other) { return m_seen[other] >= kGrownDays * m_perDay; };
    std::vector<std::size_t> models;
    for (std::size_t i = series; i-- > 0;) {
        if (grown(i)) {
            models.push_back(i);
            break;
        }
    }
    for (std::size_t i = series + 1; i < m_shape.series; ++i) {
        if (grown(i)) {
            models.push_back(i);
            break;
        }
    }
    for (std::size_t profile = 0; profile < kProfiles; ++profile) {
        for (std::size_t slot = 0; slot < m_profileSize; ++slot) {
            float* values = slotOf(profile, slot);
            for (const std::size_t other : models) {
                values[series] += values[other] / static_cast<float>(models.size());
            }
        }
    }
    return !models.empty();
}

void SeasonalModel::begin(std::size_t series, float value, std::size_t slot, std::size_t hour)
{
    if (adopt(series)) {
        m_adopted[series] = kAdoptedDays;
    }
    for (std::size_t profile = 0; profile < kProfiles; ++profile) {
        const float season =
            slotOf(profile, slot)[series] + slotOf(profile, m_perDay + hour)[series];
        for (std::size_t k = 0; k < kLevels; ++k) {
            levelOf(profile, k)[series] = value - season;
        }
    }
}

void SeasonalModel::learn(std::size_t series, float value, std::size_t slot, std::size_t hour)
{
    if (std::isnan(levelOf(0, 0)[series])) {
        begin(series, value, slot, hour);
    }
    const auto days = static_cast<float>(m_seen[series] / m_perDay + m_adopted[series]);
    const float perHour = static_cast<float>(m_perDay) / 24.0F;
    // A young level is the mean of what it has seen.
    const float young = 1.0F / static_cast<float>(m_seen[series] + 1);
    for (std::size_t profile = 0; profile < kProfiles; ++profile) {
        float& ofDay = slotOf(profile, slot)[series];
        float& ofWeek = slotOf(profile, m_perDay + hour)[series];
        const float error = value - levelOf(profile, kDailyLevel)[series] - ofDay - ofWeek;
        ofDay += std::max(m_tuning.dayGain[profile], 1.0F / (days + 2.0F)) * error;
        ofWeek +=
            std::max(m_tuning.weekGain[profile], 1.0F / (days / 7.0F + 3.0F)) / perHour * error;
        const float without = value - ofDay - ofWeek;
        for (std::size_t k = 0; k < kLevels; ++k) {
            float& level = levelOf(profile, k)[series];
            level += std::max(m_gain[k], young) * (without - level);
        }
    }
    ++m_seen[series];
    m_grown += m_seen[series] == kGrownDays * m_perDay ? 1 : 0;
}

void SeasonalModel::update(std::int64_t row, std::span<const LogCode> codes)
{
    const std::size_t slot = daySlot(row);
    const std::size_t hour = weekHour(row);
    std::array<double, 2> sums{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < m_shape.series; ++i) {
        if (codes[i] != kMissingCode) {
            learn(i, decodeLog(codes[i]), slot, hour);
        }
        const float fast = levelOf(0, 0)[i];
        if (!std::isnan(fast)) {
            const float daily = levelOf(0, kDailyLevel)[i];
            sums[0] += static_cast<double>(fast - daily);
            sums[1] += static_cast<double>(daily - levelOf(0, kLevels - 1)[i]);
            ++count;
        }
    }
    if (count > 0) {
        m_common = {static_cast<float>(sums[0] / static_cast<double>(count)),
                    static_cast<float>(sums[1] / static_cast<double>(count))};
    }
}

std::size_t SeasonalModel::bytes() const
{
    return (m_profiles.size() + m_levels.size() + m_seen.size()) * sizeof(float) + m_adopted.size();
}

} // namespace isotherm::predict
