// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/predict/log_count.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// What is summed over a sliding window of known values; integers, so that nothing drifts.
struct WindowSum
{
    std::uint32_t sum = 0;
    std::uint16_t count = 0;

    /// NaN: nothing known.
    [[nodiscard]] float mean() const
    {
        return count == 0 ? kMissing
                          : static_cast<float>(sum) / (kCodesPerUnit * static_cast<float>(count));
    }
};

/// The windows of which means are kept up to date; all but the last two end now.
enum class Window { Hour, Hours3, Hours6, Day, Week, DayBefore, DayWeekAgo };
inline constexpr std::size_t kWindows = 7;

/// The last five weeks of every series in two bytes a value, with sliding sums. Rows are numbered
/// from 0; a row is never changed. Not thread-safe.
class SlotHistory
{
public:
    SlotHistory(std::size_t series, std::size_t rowsPerHour);

    [[nodiscard]] std::size_t series() const { return m_series; }
    /// How many rows there are, the forgotten ones included: the number of the next row.
    [[nodiscard]] std::int64_t rows() const { return m_rows; }

    /// One value for each series. Missing is kMissingCode.
    void push(std::span<const LogCode> codes);

    /// NaN: missing, forgotten, or not yet there.
    [[nodiscard]] float at(std::size_t series, std::int64_t row) const;
    /// Mean over the known ones of [row - reach, row + reach]; rows not yet there are not used.
    [[nodiscard]] float around(std::size_t series, std::int64_t row, std::int64_t reach) const;
    [[nodiscard]] const WindowSum& window(std::size_t series, Window window) const
    {
        return m_windows[series * kWindows + static_cast<std::size_t>(window)];
    }
    /// Standard deviation over the last day; 0 when fewer than two values are known.
    [[nodiscard]] float daySpread(std::size_t series) const;
    /// Share of zeros among the known values of the last day.
    [[nodiscard]] float dayZeros(std::size_t series) const;

    [[nodiscard]] std::size_t bytes() const;

private:
    struct DayShape
    {
        std::uint64_t squares = 0;
        std::uint16_t zeros = 0;
    };

    [[nodiscard]] LogCode codeAt(std::size_t series, std::int64_t row) const;
    void slide(std::size_t series, LogCode code);

    const std::size_t m_series;
    const std::int64_t m_perDay;
    const std::int64_t m_capacity;
    std::array<std::int64_t, kWindows> m_first{}; ///< how many rows ago a window begins …
    std::array<std::int64_t, kWindows> m_last{};  ///< … and ends
    std::int64_t m_rows = 0;
    std::vector<LogCode> m_codes; ///< by series, then row modulo capacity
    std::vector<WindowSum> m_windows;
    std::vector<DayShape> m_shapes;
};

} // namespace isotherm::predict
