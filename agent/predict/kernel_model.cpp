// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/kernel_model.h"

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>

namespace isotherm::predict
{
namespace
{

constexpr int kWindowHours = 24;
constexpr std::size_t kAhead = kWindowHours - 1; ///< hours that are there twice
constexpr float kFarthestClock = 2.01F / 12;     ///< other times of the day would weigh nothing
using Hours = Eigen::Array<float, kWindowHours, 1>;
constexpr std::uint32_t kNothingKnown = 0xFFFFFFU; ///< a bit an hour
constexpr std::int64_t kLeastHours = 8 * 24;
constexpr float kLeastSpread = 0.15F;
constexpr float kAgeHalfLifeHours = 28 * 24;

/// Distance on the clock, 0…1.
float clockDistance(std::int64_t a, std::int64_t b)
{
    const std::int64_t apart = std::abs(a - b) % 24;
    return static_cast<float>(std::min(apart, 24 - apart)) / 12.0F;
}

/// Distance between two hours' days of the week: 0 the same, ½ both working days or both not,
/// else 1.
float dayDistance(std::int64_t a, std::int64_t b)
{
    constexpr std::int64_t kThursday = 4; // 1970-01-01
    const std::int64_t first = (a / 24 + kThursday) % 7;
    const std::int64_t second = (b / 24 + kThursday) % 7;
    const auto weekend = [](std::int64_t day) { return day == 0 || day == 6; };
    if (first == second) {
        return 0;
    }
    return weekend(first) == weekend(second) ? 0.5F : 1.0F;
}

} // namespace

KernelModel::KernelModel(const Shape& shape, const Tuning& tuning)
    : m_shape(shape), m_tuning(tuning), m_perHour(60 / shape.stepMinutes),
      m_hours(static_cast<std::int64_t>(tuning.kernelDays) * 24),
      m_places(shape.series, tuning.kernelSeries)
{
    const auto hours = static_cast<std::size_t>(m_hours);
    const Member empty{
        std::vector<LogCode>(hours * static_cast<std::size_t>(m_perHour), kMissingCode),
        std::vector<float>(hours + kAhead, 0.0F), std::vector<float>(hours, kMissing), 0.0F,
        kNothingKnown};
    m_members.assign(m_places.size(), empty);
}

void KernelModel::choose(std::span<const float> rates)
{
    for (const std::size_t place : m_places.choose(rates)) {
        Member& member = m_members[place];
        std::fill(member.rows.begin(), member.rows.end(), kMissingCode);
        member.unknown = kNothingKnown;
        std::fill(member.means.begin(), member.means.end(), kMissing);
    }
}

std::int64_t KernelModel::hourOfRow(std::int64_t row) const
{
    return (m_shape.firstMinute + row * m_shape.stepMinutes) / 60;
}

void KernelModel::push(std::span<const LogCode> codes)
{
    const bool hourEnds = hourOfRow(m_rowCount + 1) != hourOfRow(m_rowCount);
    for (std::size_t place = 0; place < m_members.size(); ++place) {
        std::vector<LogCode>& rows = m_members[place].rows;
        rows[static_cast<std::size_t>(m_rowCount) % rows.size()] = codes[m_places.seriesAt(place)];
    }
    ++m_rowCount;
    if (hourEnds) {
        for (Member& member : m_members) {
            closeHour(member);
        }
    }
}

std::size_t KernelModel::placeOf(std::int64_t hour) const
{
    return static_cast<std::size_t>((hour + m_hours) % m_hours);
}

const float* KernelModel::windowAt(const Member& member, std::int64_t hour) const
{
    return &member.hours[placeOf(hour)]; // the hour itself is kAhead further on
}

void KernelModel::closeHour(Member& member) const
{
    const std::int64_t now = hourOfRow(m_rowCount - 1);
    float sum = 0;
    float known = 0;
    for (std::int64_t row = std::max<std::int64_t>(0, m_rowCount - m_perHour); row < m_rowCount;
         ++row) {
        const float x = decodeLog(member.rows[static_cast<std::size_t>(row) % member.rows.size()]);
        if (!std::isnan(x)) {
            sum += x;
            known += 1;
        }
    }
    const float before = member.means[placeOf(now - 1)];
    const bool measured = known > 0;
    // An hour that was not measured looks like the mean of its day; its window counts it as
    // unknown.
    const float value = measured ? sum / known : (std::isnan(before) ? 0.0F : before);
    const std::size_t place = placeOf(now);
    const std::size_t kept = member.means.size();
    member.hours[place + kAhead] = value;
    if (place + kAhead >= kept) {
        member.hours[place + kAhead - kept] = value;
    }
    member.unknown =
        static_cast<std::uint32_t>((member.unknown << 1U) | (measured ? 0U : 1U)) & kNothingKnown;
    const bool enough = std::popcount(member.unknown) <= kWindowHours / 2;
    const Eigen::Map<const Hours> window(windowAt(member, now));
    const float mean = window.mean();
    member.means[place] = enough ? mean : kMissing;
    member.spread = std::sqrt((window - mean).square().mean());
}

std::optional<KernelModel::Similar> KernelModel::lookBack(std::size_t series) const
{
    const bool fullHour = (m_shape.firstMinute + m_rowCount * m_shape.stepMinutes) % 60 == 0;
    const std::size_t place = m_places.placeOf(series);
    if (place == HotPlaces::kNone || !fullHour || m_rowCount < kLeastHours * m_perHour) {
        return std::nullopt;
    }
    const Member& member = m_members[place];
    const std::int64_t newest = hourOfRow(m_rowCount - 1);
    const std::int64_t first = newest + 1 - std::min(m_hours, m_rowCount / m_perHour);
    const float mean = member.means[placeOf(newest)];
    if (std::isnan(mean)) {
        return std::nullopt;
    }
    const Hours window = Eigen::Map<const Hours>(windowAt(member, newest)) - mean;
    const float spread = std::max(member.spread, kLeastSpread);
    Similar similar{place, {}};
    similar.weights.assign(static_cast<std::size_t>(newest - first), kMissing);
    float least = std::numeric_limits<float>::max();
    for (std::int64_t hour = first + kWindowHours; hour < newest; ++hour) {
        const float apart = clockDistance(hour, newest);
        const float itsMean = member.means[placeOf(hour)];
        if (apart > kFarthestClock || std::isnan(itsMean)) {
            continue;
        }
        const Eigen::Map<const Hours> other(windowAt(member, hour));
        const float shape = (other - itsMean - window).square().mean();
        const float clock = m_tuning.kernelClock * apart;
        const float day = m_tuning.kernelDay * dayDistance(hour, newest);
        const float distance = std::sqrt(shape / (spread * spread) + clock * clock + day * day);
        least = std::min(least, distance);
        similar.weights[static_cast<std::size_t>(hour - first)] = distance;
    }
    for (std::size_t i = 0; i < similar.weights.size(); ++i) {
        float& weight = similar.weights[i]; // still a distance
        const auto age = static_cast<float>(similar.weights.size() - i);
        weight = std::isnan(weight) ? 0.0F
                                    : std::exp(-(weight - least) / m_tuning.kernelWidth) *
                                          std::exp2(-age / kAgeHalfLifeHours);
    }
    return similar;
}

float KernelModel::predict(const Similar& similar, std::int64_t lead) const
{
    const Member& member = m_members[similar.member];
    const std::int64_t newest = hourOfRow(m_rowCount - 1);
    const auto count = static_cast<std::int64_t>(similar.weights.size());
    double sum = 0;
    double weight = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const float w = similar.weights[static_cast<std::size_t>(i)];
        const std::int64_t row = m_rowCount - (count - i) * m_perHour + lead - 1;
        if (w <= 0 || row >= m_rowCount || row < 0) {
            continue;
        }
        const float x = decodeLog(member.rows[static_cast<std::size_t>(row) % member.rows.size()]);
        const float mean = member.means[placeOf(newest - count + i)];
        if (!std::isnan(x) && !std::isnan(mean)) {
            sum += static_cast<double>(w * (x - mean));
            weight += static_cast<double>(w);
        }
    }
    return weight > 1e-9 ? static_cast<float>(sum / weight) : kMissing;
}

std::size_t KernelModel::bytes() const
{
    std::size_t sum = m_places.bytes();
    for (const Member& member : m_members) {
        sum += member.rows.size() * sizeof(LogCode) +
               (member.hours.size() + member.means.size()) * sizeof(float);
    }
    return sum;
}

} // namespace isotherm::predict
