// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/slot_history.h"

#include "shared/base/check.h"

#include <algorithm>
#include <cmath>

namespace isotherm::predict
{
namespace
{

constexpr std::int64_t kKeptDays = 29;   ///< four weeks and what the smoothing of a lag reaches
constexpr std::int64_t kRecentDays = 8;  ///< what sliding windows and daily lags reach
constexpr std::int64_t kBucket = 3;      ///< rows that are one once they are older
constexpr std::int64_t kSmoothFrom = 96; ///< steps a day from which a lag is smoothed

std::int64_t keptRows(std::int64_t perDay)
{
    return perDay >= kSmoothFrom ? kRecentDays * perDay + kBucket : kKeptDays * perDay;
}

std::int64_t keptBuckets(std::int64_t perDay)
{
    return perDay >= kSmoothFrom ? (kKeptDays - kRecentDays) * perDay / kBucket : 0;
}

/// Weighted means of codes, for a span of series.
class CodeMeans
{
public:
    explicit CodeMeans(std::span<float> to) : m_to(to) {}

    /// At `weight` each; nullptr: nothing there.
    struct Source
    {
        const LogCode* codes = nullptr;
        std::uint32_t weight = 1;
    };
    void of(const std::array<Source, 3>& sources)
    {
        for (std::size_t i = 0; i < m_to.size(); ++i) {
            std::uint32_t sum = 0;
            std::uint32_t weight = 0;
            for (const Source& source : sources) {
                const std::uint32_t code = source.codes[i];
                const std::uint32_t w = code == kMissingCode ? 0U : source.weight;
                sum += w * code;
                weight += w;
            }
            m_to[i] = weight == 0
                          ? kMissing
                          : static_cast<float>(sum) / (kCodesPerUnit * static_cast<float>(weight));
        }
    }

private:
    std::span<float> m_to;
};

} // namespace

SlotHistory::SlotHistory(std::size_t series, std::size_t rowsPerHour)
    : m_series(series), m_perDay(static_cast<std::int64_t>(24 * rowsPerHour)),
      m_smooth(m_perDay >= kSmoothFrom), m_kept(keptRows(m_perDay)), m_older(keptBuckets(m_perDay)),
      m_codes(series * static_cast<std::size_t>(m_kept), kMissingCode),
      m_buckets(series * static_cast<std::size_t>(m_older), kMissingCode),
      m_nothing(series, kMissingCode), m_sums(series * kWindows), m_counts(series * kWindows),
      m_squares(series), m_zeros(series)
{
    ISO_CHECK(m_perDay % kBucket == 0);
    const auto hour = static_cast<std::int64_t>(rowsPerHour);
    m_first = {hour, 3 * hour, 6 * hour, m_perDay, 7 * m_perDay, 2 * m_perDay, 8 * m_perDay};
    m_last = {0, 0, 0, 0, 0, m_perDay, 7 * m_perDay};
}

const LogCode* SlotHistory::rowAt(std::int64_t row) const
{
    if (row < 0 || row >= m_rows || row < m_rows - m_kept) {
        return m_nothing.data();
    }
    return &m_codes[static_cast<std::size_t>(row % m_kept) * m_series];
}

const LogCode* SlotHistory::bucketAt(std::int64_t bucket) const
{
    const std::int64_t made = m_rows <= m_kept ? 0 : (m_rows - m_kept + kBucket - 1) / kBucket;
    if (bucket < 0 || bucket >= made || bucket < made - m_older) {
        return m_nothing.data();
    }
    return &m_buckets[static_cast<std::size_t>(bucket % m_older) * m_series];
}

void SlotHistory::around(std::int64_t row, std::size_t first, std::span<float> to) const
{
    if (m_older > 0 && row >= 0 && row < m_rows - m_kept) {
        aroundOld(row, first, to);
    } else {
        aroundRecent(row, first, to);
    }
}

void SlotHistory::aroundRecent(std::int64_t row, std::size_t first, std::span<float> to) const
{
    if (!m_smooth) {
        const LogCode* codes = rowAt(row) + first;
        std::transform(codes, codes + to.size(), to.begin(), decodeLog);
        return;
    }
    CodeMeans(to).of(
        {{{rowAt(row - 1) + first, 1}, {rowAt(row) + first, 1}, {rowAt(row + 1) + first, 1}}});
}

void SlotHistory::aroundOld(std::int64_t row, std::size_t first, std::span<float> to) const
{
    // A bucket's middle is its second row; between two middles, both count by how near they are.
    const std::int64_t bucket = row / kBucket;
    const std::int64_t other = bucket + row % kBucket - 1;
    CodeMeans(to).of(
        {{{bucketAt(bucket) + first, 2}, {bucketAt(other) + first, 1}, {m_nothing.data(), 1}}});
}

void SlotHistory::slide(std::span<const LogCode> codes)
{
    for (std::size_t w = 0; w < kWindows; ++w) {
        const LogCode* in = m_last[w] == 0 ? codes.data() : rowAt(m_rows - m_last[w]);
        const LogCode* out = rowAt(m_rows - m_first[w]);
        std::uint32_t* sums = &m_sums[w * m_series];
        std::uint16_t* counts = &m_counts[w * m_series];
        for (std::size_t i = 0; i < m_series; ++i) {
            sums[i] +=
                (in[i] == kMissingCode ? 0U : in[i]) - (out[i] == kMissingCode ? 0U : out[i]);
            counts[i] = static_cast<std::uint16_t>(counts[i] + (in[i] == kMissingCode ? 0 : 1) -
                                                   (out[i] == kMissingCode ? 0 : 1));
        }
    }
    const LogCode* out = rowAt(m_rows - m_perDay);
    const auto square = [](LogCode code) {
        return code == kMissingCode ? std::uint64_t{0} : std::uint64_t{code} * code;
    };
    for (std::size_t i = 0; i < m_series; ++i) {
        m_squares[i] += square(codes[i]) - square(out[i]);
        m_zeros[i] = static_cast<std::uint16_t>(m_zeros[i] + (codes[i] == 0 ? 1 : 0) -
                                                (out[i] == 0 ? 1 : 0));
    }
}

void SlotHistory::condense()
{
    const std::int64_t row = m_rows - m_kept;
    if (m_older == 0 || row < 0 || row % kBucket != 0) {
        return;
    }
    LogCode* bucket = &m_buckets[static_cast<std::size_t>(row / kBucket % m_older) * m_series];
    std::vector<float> means(m_series);
    CodeMeans(means).of({{{rowAt(row), 1}, {rowAt(row + 1), 1}, {rowAt(row + 2), 1}}});
    std::transform(means.begin(), means.end(), bucket, [](float mean) {
        return std::isnan(mean) ? kMissingCode
                                : static_cast<LogCode>(std::lround(mean * kCodesPerUnit));
    });
}

void SlotHistory::push(std::span<const LogCode> codes)
{
    ISO_CHECK(codes.size() == m_series);
    slide(codes);
    condense();
    std::copy(codes.begin(), codes.end(),
              m_codes.begin() + static_cast<std::ptrdiff_t>(m_rows % m_kept) *
                                    static_cast<std::ptrdiff_t>(m_series));
    ++m_rows;
}

float SlotHistory::daySpread(std::size_t series) const
{
    const WindowSum day = window(series, Window::Day);
    if (day.count < 2) {
        return 0;
    }
    const double count = day.count;
    const double mean = static_cast<double>(day.sum) / count;
    const double variance = static_cast<double>(m_squares[series]) / count - mean * mean;
    return static_cast<float>(std::sqrt(std::max(0.0, variance)) /
                              static_cast<double>(kCodesPerUnit));
}

float SlotHistory::dayZeros(std::size_t series) const
{
    const WindowSum day = window(series, Window::Day);
    return day.count == 0 ? 0.0F
                          : static_cast<float>(m_zeros[series]) / static_cast<float>(day.count);
}

std::size_t SlotHistory::bytes() const
{
    return (m_codes.size() + m_buckets.size() + m_nothing.size() + m_counts.size() +
            m_zeros.size()) *
               sizeof(LogCode) +
           m_sums.size() * sizeof(std::uint32_t) + m_squares.size() * sizeof(std::uint64_t);
}

} // namespace isotherm::predict
