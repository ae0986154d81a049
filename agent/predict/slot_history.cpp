// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/slot_history.h"

#include "shared/base/check.h"

#include <algorithm>

namespace isotherm::predict
{
namespace
{

constexpr std::int64_t kKeptDays = 29; ///< four weeks and what the smoothing of a lag reaches

} // namespace

SlotHistory::SlotHistory(std::size_t series, std::size_t rowsPerHour)
    : m_series(series), m_perDay(static_cast<std::int64_t>(24 * rowsPerHour)),
      m_capacity(kKeptDays * m_perDay),
      m_codes(series * static_cast<std::size_t>(m_capacity), kMissingCode),
      m_windows(series * kWindows), m_shapes(series)
{
    const auto hour = static_cast<std::int64_t>(rowsPerHour);
    m_first = {hour, 3 * hour, 6 * hour, m_perDay, 7 * m_perDay, 2 * m_perDay, 8 * m_perDay};
    m_last = {0, 0, 0, 0, 0, m_perDay, 7 * m_perDay};
}

LogCode SlotHistory::codeAt(std::size_t series, std::int64_t row) const
{
    if (row < 0 || row >= m_rows || row < m_rows - m_capacity) {
        return kMissingCode;
    }
    return m_codes[series * static_cast<std::size_t>(m_capacity) +
                   static_cast<std::size_t>(row % m_capacity)];
}

float SlotHistory::at(std::size_t series, std::int64_t row) const
{
    return decodeLog(codeAt(series, row));
}

float SlotHistory::around(std::size_t series, std::int64_t row, std::int64_t reach) const
{
    std::uint32_t sum = 0;
    std::uint32_t count = 0;
    for (std::int64_t i = row - reach; i <= row + reach; ++i) {
        if (const LogCode code = codeAt(series, i); code != kMissingCode) {
            sum += code;
            ++count;
        }
    }
    return count == 0 ? kMissing
                      : static_cast<float>(sum) / (kCodesPerUnit * static_cast<float>(count));
}

void SlotHistory::slide(std::size_t series, LogCode code)
{
    WindowSum* windows = &m_windows[series * kWindows];
    for (std::size_t w = 0; w < kWindows; ++w) {
        const LogCode in = m_last[w] == 0 ? code : codeAt(series, m_rows - m_last[w]);
        const LogCode out = codeAt(series, m_rows - m_first[w]);
        if (in != kMissingCode) {
            windows[w].sum += in;
            ++windows[w].count;
        }
        if (out != kMissingCode) {
            windows[w].sum -= out;
            --windows[w].count;
        }
    }
    const LogCode out = codeAt(series, m_rows - m_perDay);
    DayShape& shape = m_shapes[series];
    if (code != kMissingCode) {
        shape.squares += std::uint64_t{code} * code;
        shape.zeros = static_cast<std::uint16_t>(shape.zeros + (code == 0 ? 1 : 0));
    }
    if (out != kMissingCode) {
        shape.squares -= std::uint64_t{out} * out;
        shape.zeros = static_cast<std::uint16_t>(shape.zeros - (out == 0 ? 1 : 0));
    }
}

void SlotHistory::push(std::span<const LogCode> codes)
{
    ISO_CHECK(codes.size() == m_series);
    const auto place = static_cast<std::size_t>(m_rows % m_capacity);
    for (std::size_t i = 0; i < m_series; ++i) {
        slide(i, codes[i]);
        m_codes[i * static_cast<std::size_t>(m_capacity) + place] = codes[i];
    }
    ++m_rows;
}

float SlotHistory::daySpread(std::size_t series) const
{
    const WindowSum& day = window(series, Window::Day);
    if (day.count < 2) {
        return 0;
    }
    const double count = day.count;
    const double mean = static_cast<double>(day.sum) / count;
    const double variance = static_cast<double>(m_shapes[series].squares) / count - mean * mean;
    return static_cast<float>(std::sqrt(std::max(0.0, variance)) /
                              static_cast<double>(kCodesPerUnit));
}

float SlotHistory::dayZeros(std::size_t series) const
{
    const WindowSum& day = window(series, Window::Day);
    return day.count == 0
               ? 0.0F
               : static_cast<float>(m_shapes[series].zeros) / static_cast<float>(day.count);
}

std::size_t SlotHistory::bytes() const
{
    return m_codes.size() * sizeof(LogCode) + m_windows.size() * sizeof(WindowSum) +
           m_shapes.size() * sizeof(DayShape);
}

} // namespace isotherm::predict
