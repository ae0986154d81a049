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

/// The last four weeks of every series in two bytes a value, with sliding sums. Where a step is a
/// quarter of an hour or less, lags are smoothed over the rows beside them, and what is older than
/// eight days is kept as means of three rows. Rows are numbered from 0; a row is never changed. Not
/// thread-safe.
class SlotHistory
{
public:
    SlotHistory(std::size_t series, std::size_t rowsPerHour);

    [[nodiscard]] std::size_t series() const { return m_series; }
    /// How many rows there are, the forgotten ones included: the number of the next row.
    [[nodiscard]] std::int64_t rows() const { return m_rows; }

    /// One value for each series. Missing is kMissingCode.
    void push(std::span<const LogCode> codes);

    /// The value itself; kMissingCode: missing, not yet there, or not kept row by row any more.
    [[nodiscard]] LogCode codeAt(std::size_t series, std::int64_t row) const
    {
        return rowAt(row)[series];
    }
    /// The same as ln(1 + y); NaN for missing.
    [[nodiscard]] float at(std::size_t series, std::int64_t row) const
    {
        return decodeLog(codeAt(series, row));
    }
    /// The value at a row, smoothed where lags are, of the series from `first` on, as many as there
    /// is room for in `to`; NaN: nothing known around it.
    void around(std::int64_t row, std::size_t first, std::span<float> to) const;
    [[nodiscard]] WindowSum window(std::size_t series, Window window) const
    {
        const std::size_t place = static_cast<std::size_t>(window) * m_series + series;
        return {m_sums[place], m_counts[place]};
    }
    /// Standard deviation over the last day; 0 when fewer than two values are known.
    [[nodiscard]] float daySpread(std::size_t series) const;
    /// Share of zeros among the known values of the last day.
    [[nodiscard]] float dayZeros(std::size_t series) const;

    [[nodiscard]] std::size_t bytes() const;

private:
    /// All series at a row; a row of missing codes where it is not there.
    [[nodiscard]] const LogCode* rowAt(std::int64_t row) const;
    [[nodiscard]] const LogCode* bucketAt(std::int64_t bucket) const;
    void slide(std::span<const LogCode> codes);
    /// The three rows that the next three rows take the place of become one.
    void condense();
    void aroundRecent(std::int64_t row, std::size_t first, std::span<float> to) const;
    void aroundOld(std::int64_t row, std::size_t first, std::span<float> to) const;

    const std::size_t m_series;
    const std::int64_t m_perDay;
    const bool m_smooth;                          ///< lags are
    const std::int64_t m_kept;                    ///< rows kept one by one
    const std::int64_t m_older;                   ///< means of three rows kept before those
    std::array<std::int64_t, kWindows> m_first{}; ///< how many rows ago a window begins …
    std::array<std::int64_t, kWindows> m_last{};  ///< … and ends
    std::int64_t m_rows = 0;
    std::vector<LogCode> m_codes;         ///< by row modulo m_kept, then series
    std::vector<LogCode> m_buckets;       ///< by bucket modulo m_older, then series
    std::vector<LogCode> m_nothing;       ///< a row of missing codes
    std::vector<std::uint32_t> m_sums;    ///< by window, then series
    std::vector<std::uint16_t> m_counts;  ///< the same
    std::vector<std::uint64_t> m_squares; ///< of the codes of the last day
    std::vector<std::uint16_t> m_zeros;
};

} // namespace isotherm::predict
