// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/log_count.h"
#include "agent/predict/tuning.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isotherm::predict
{

inline constexpr std::size_t kLevels = 5;   ///< smoothing constants of the level
inline constexpr std::size_t kProfiles = 2; ///< fast and slow seasonal profile

/// Double-seasonal Holt-Winters on ln(1 + y), additive, without trend: a value is level + profile
/// of the day (a step's resolution) + profile of the week (an hour's). Each of two profiles has
/// five levels that forget at different speeds; which of them is believed at a horizon is not
/// decided here. Moves with every row; missing values move nothing. Not thread-safe.
class SeasonalModel
{
public:
    /// `firstMinute`: local time of row 0 in minutes since 1970-01-01, a multiple of the step.
    struct Shape
    {
        std::size_t series = 0;
        int stepMinutes = 10;
        std::int64_t firstMinute = 0;
    };
    SeasonalModel(const Shape& shape, const Tuning& tuning);

    /// Row `row` of all series has these values.
    void update(std::int64_t row, std::span<const LogCode> codes);

    /// Profile `profile` of a series at a row, past or future.
    [[nodiscard]] float season(std::size_t series, std::size_t profile, std::int64_t row) const;
    /// The same of the series from `first` on, as many as there is room for in `to`.
    void seasons(std::size_t profile, std::int64_t row, std::size_t first,
                 std::span<float> to) const;
    /// NaN before the series' first value.
    [[nodiscard]] float level(std::size_t series, std::size_t profile, std::size_t which) const
    {
        return m_levels[(profile * kLevels + which) * m_shape.series + series];
    }
    /// Known values seen so far.
    [[nodiscard]] std::uint32_t seen(std::size_t series) const { return m_seen[series]; }
    /// Mean over the series of how far the fastest level stands above the daily one, and the daily
    /// one above the slowest: what moves all of them.
    [[nodiscard]] std::array<float, 2> common() const { return m_common; }

    [[nodiscard]] std::size_t bytes() const;

private:
    [[nodiscard]] std::size_t daySlot(std::int64_t row) const;
    [[nodiscard]] std::size_t weekHour(std::int64_t row) const;
    /// A slot of a profile, of all series: the day's slots come first, then the week's hours.
    [[nodiscard]] float* slotOf(std::size_t profile, std::size_t slot)
    {
        return &m_profiles[(profile * m_profileSize + slot) * m_shape.series];
    }
    [[nodiscard]] const float* slotOf(std::size_t profile, std::size_t slot) const
    {
        return &m_profiles[(profile * m_profileSize + slot) * m_shape.series];
    }
    [[nodiscard]] float* levelOf(std::size_t profile, std::size_t which)
    {
        return &m_levels[(profile * kLevels + which) * m_shape.series];
    }
    [[nodiscard]] const float* levelOf(std::size_t profile, std::size_t which) const
    {
        return &m_levels[(profile * kLevels + which) * m_shape.series];
    }
    void learn(std::size_t series, float value, std::size_t slot, std::size_t hour);
    void begin(std::size_t series, float value, std::size_t slot, std::size_t hour);
    /// Takes over what the nearest grown series on either side know of day and week.
    [[nodiscard]] bool adopt(std::size_t series);

    const Shape m_shape;
    const Tuning m_tuning;
    const std::size_t m_perDay;
    const std::size_t m_profileSize;
    std::array<float, kLevels> m_gain{};
    std::vector<float> m_profiles; ///< by profile and slot, then series
    std::vector<float> m_levels;   ///< by profile and level, then series
    std::size_t m_grown = 0;       ///< series that can lend their profiles
    std::vector<std::uint32_t> m_seen;
    std::vector<std::uint8_t> m_adopted; ///< days of experience taken over from neighbours
    std::array<float, 2> m_common{};
};

} // namespace isotherm::predict
