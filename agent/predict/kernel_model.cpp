// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/kernel_model.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isotherm::predict
{
namespace
{

constexpr std::int64_t kWindowHours = 24;
constexpr std::int64_t kLeastHours = 8 * 24;
constexpr float kLeastSpread = 0.15F;
constexpr float kAgeHalfLifeHours = 28 * 24;

/// Distance on the clock, 0…1.
float clockDistance(std::int64_t a, std::int64_t b)
{
    const std::int64_t apart = std::abs(a - b) % 24;
    return static_cast<float>(std::min(apart, 24 - apart)) / 12.0F;
}

} // namespace

KernelModel::KernelModel(const Shape& shape, const Tuning& tuning)
    : m_shape(shape), m_tuning(tuning), m_perHour(60 / shape.stepMinutes),
      m_hours(static_cast<std::int64_t>(tuning.kernelDays) * 24), m_memberOf(shape.series, -1)
{
    for (std::size_t i = 0; i < std::min(shape.series, tuning.kernelSeries); ++i) {
        addMember(i);
    }
}

void KernelModel::addMember(std::size_t series)
{
    const auto hours = static_cast<std::size_t>(m_hours);
    m_memberOf[series] = static_cast<std::int32_t>(m_members.size());
    m_members.push_back(
        {series, std::vector<LogCode>(hours * static_cast<std::size_t>(m_perHour), kMissingCode),
         std::vector<float>(hours, kMissing), std::vector<float>(hours, kMissing),
         std::vector<float>(hours, 0.0F)});
}

void KernelModel::choose(std::span<const float> rates)
{
    if (m_members.size() == m_shape.series) {
        return;
    }
    std::vector<std::size_t> order(m_shape.series);
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rate = [&](std::size_t i) { return std::isnan(rates[i]) ? -1.0F : rates[i]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rate(a) > rate(b); });
    // A member stays while it is among the hottest one and a half times as many.
    const std::size_t safe = std::min(order.size(), m_members.size() * 3 / 2);
    std::vector<bool> keep(m_shape.series, false);
    for (std::size_t i = 0; i < safe; ++i) {
        keep[order[i]] = true;
    }
    std::size_t next = 0;
    for (Member& member : m_members) {
        if (keep[member.series]) {
            continue;
        }
        while (m_memberOf[order[next]] >= 0) {
            ++next;
        }
        m_memberOf[order[next]] = m_memberOf[member.series];
        m_memberOf[member.series] = -1;
        member.series = order[next];
        std::fill(member.rows.begin(), member.rows.end(), kMissingCode);
        std::fill(member.hours.begin(), member.hours.end(), kMissing);
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
    for (Member& member : m_members) {
        member.rows[static_cast<std::size_t>(m_rowCount) % member.rows.size()] =
            codes[member.series];
    }
    ++m_rowCount;
    if (hourEnds) {
        for (Member& member : m_members) {
            closeHour(member);
        }
    }
}

void KernelModel::closeHour(Member& member) const
{
    const auto hours = static_cast<std::size_t>(m_hours);
    const auto hour = static_cast<std::size_t>(hourOfRow(m_rowCount - 1)) % hours;
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
    member.hours[hour] = known > 0 ? sum / known : kMissing;
    double windowSum = 0;
    double squares = 0;
    double count = 0;
    for (std::size_t back = 0; back < kWindowHours; ++back) {
        if (const float x = member.hours[(hour + hours - back) % hours]; !std::isnan(x)) {
            windowSum += static_cast<double>(x);
            squares += static_cast<double>(x) * static_cast<double>(x);
            count += 1;
        }
    }
    const bool enough = count >= kWindowHours / 2;
    const double mean = enough ? windowSum / count : 0;
    member.means[hour] = enough ? static_cast<float>(mean) : kMissing;
    member.spreads[hour] =
        enough ? static_cast<float>(std::sqrt(std::max(0.0, squares / count - mean * mean))) : 0;
}

std::optional<KernelModel::Similar> KernelModel::lookBack(std::size_t series) const
{
    const bool fullHour = (m_shape.firstMinute + m_rowCount * m_shape.stepMinutes) % 60 == 0;
    if (m_memberOf[series] < 0 || !fullHour || m_rowCount < kLeastHours * m_perHour) {
        return std::nullopt;
    }
    const Member& member = m_members[static_cast<std::size_t>(m_memberOf[series])];
    const std::int64_t newest = hourOfRow(m_rowCount - 1);
    const std::int64_t first = newest + 1 - std::min(m_hours, m_rowCount / m_perHour);
    const auto at = [&](const std::vector<float>& ring, std::int64_t hour) {
        return ring[static_cast<std::size_t>(hour % m_hours)];
    };
    const float mean = at(member.means, newest);
    if (std::isnan(mean)) {
        return std::nullopt;
    }
    std::vector<float> window(kWindowHours);
    for (std::int64_t i = 0; i < kWindowHours; ++i) {
        window[static_cast<std::size_t>(i)] = at(member.hours, newest - i) - mean;
    }
    const float spread = std::max(at(member.spreads, newest), kLeastSpread);
    Similar similar{static_cast<std::size_t>(m_memberOf[series]), {}};
    similar.weights.assign(static_cast<std::size_t>(newest - first), 0.0F);
    float least = std::numeric_limits<float>::max();
    for (std::int64_t hour = first + kWindowHours; hour < newest; ++hour) {
        const float itsMean = at(member.means, hour);
        float sum = 0;
        float known = 0;
        for (std::int64_t i = 0; i < kWindowHours && !std::isnan(itsMean); ++i) {
            const float apart =
                at(member.hours, hour - i) - itsMean - window[static_cast<std::size_t>(i)];
            if (!std::isnan(apart)) {
                sum += apart * apart;
                known += 1;
            }
        }
        float distance = kMissing;
        if (known >= kWindowHours / 2) {
            const float clock = m_tuning.kernelClock * clockDistance(hour, newest);
            distance = std::sqrt(sum / known / (spread * spread) + clock * clock);
            least = std::min(least, distance);
        }
        similar.weights[static_cast<std::size_t>(hour - first)] = distance;
    }
    for (std::size_t i = 0; i < similar.weights.size(); ++i) {
        const float distance = similar.weights[i];
        const auto age = static_cast<float>(similar.weights.size() - i);
        similar.weights[i] = static_cast<std::int64_t>(i) < kWindowHours || std::isnan(distance)
                                 ? 0.0F
                                 : std::exp(-(distance - least) / m_tuning.kernelWidth) *
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
        const float mean = member.means[static_cast<std::size_t>((newest - count + i) % m_hours)];
        if (!std::isnan(x) && !std::isnan(mean)) {
            sum += static_cast<double>(w * (x - mean));
            weight += static_cast<double>(w);
        }
    }
    return weight > 1e-9 ? static_cast<float>(sum / weight) : kMissing;
}

std::size_t KernelModel::bytes() const
{
    std::size_t sum = m_memberOf.size() * sizeof(std::int32_t);
    for (const Member& member : m_members) {
        sum += member.rows.size() * sizeof(LogCode) + 3 * member.hours.size() * sizeof(float);
    }
    return sum;
}

} // namespace isotherm::predict
