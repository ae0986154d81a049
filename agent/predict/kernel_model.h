// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/hot_places.h"
#include "agent/predict/log_count.h"
#include "agent/predict/tuning.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// Nadaraya-Watson regression for the hottest series: what followed when the last 24 hours looked
/// like these? Twelve weeks of a member's rows are kept. Not thread-safe.
class KernelModel
{
public:
    struct Shape
    {
        std::size_t series = 0;
        int stepMinutes = 10;
        std::int64_t firstMinute = 0;
    };
    KernelModel(const Shape& shape, const Tuning& tuning);

    /// The next row of all series.
    void push(std::span<const LogCode> codes);

    /// How alike every past hour is to now, for one series; made once, used for many horizons.
    /// nullopt: not a member, too little history, or now is not a full hour.
    struct Similar
    {
        std::size_t member = 0;
        std::vector<float> weights; ///< by hour, the last one is the newest
    };
    [[nodiscard]] std::optional<Similar> lookBack(std::size_t series) const;
    /// Expected deviation from the mean of the last 24 hours, `lead` rows ahead (1: the next row).
    /// NaN when nothing alike is known that far ahead.
    [[nodiscard]] float predict(const Similar& similar, std::int64_t lead) const;

    /// Chooses the members by the rates of the last day, once there are more series than places.
    void choose(std::span<const float> rates);
    [[nodiscard]] std::size_t bytes() const;

private:
    struct Member
    {
        std::vector<LogCode> rows; ///< a ring
        /// A ring of hourly means, the last ones once more before its beginning, so that a window
        /// is in one piece.
        std::vector<float> hours;
        std::vector<float> means;  ///< a ring: mean of the 24 hours up to and with this one
        float spread = 0;          ///< of the last 24 hours
        std::uint32_t unknown = 0; ///< a bit for each of the last 24 hours that was not measured
    };

    void closeHour(Member& member) const;
    /// The 24 hours up to and with `hour`.
    [[nodiscard]] const float* windowAt(const Member& member, std::int64_t hour) const;
    [[nodiscard]] std::size_t placeOf(std::int64_t hour) const;
    [[nodiscard]] std::int64_t hourOfRow(std::int64_t row) const;

    const Shape m_shape;
    const Tuning m_tuning;
    const std::int64_t m_perHour;
    const std::int64_t m_hours;  ///< kept
    std::int64_t m_rowCount = 0; ///< of all rows pushed
    HotPlaces m_places;
    std::vector<Member> m_members; ///< by place
};

} // namespace isotherm::predict
