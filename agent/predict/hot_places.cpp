// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/hot_places.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace isotherm::predict
{

HotPlaces::HotPlaces(std::size_t series, std::size_t most)
    : m_placeOf(series, -1), m_seriesAt(std::min(series, most))
{
    std::iota(m_seriesAt.begin(), m_seriesAt.end(), std::size_t{0});
    std::iota(m_placeOf.begin(), m_placeOf.begin() + static_cast<std::ptrdiff_t>(m_seriesAt.size()),
              0);
}

std::vector<std::size_t> HotPlaces::choose(std::span<const float> rates)
{
    std::vector<std::size_t> changed;
    if (enough()) {
        return changed;
    }
    std::vector<std::size_t> order(m_placeOf.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto rate = [&](std::size_t i) { return std::isnan(rates[i]) ? -1.0F : rates[i]; };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return rate(a) > rate(b); });
    const std::size_t safe = std::min(order.size(), size() * 3 / 2);
    std::vector<bool> keep(order.size(), false);
    for (std::size_t i = 0; i < safe; ++i) {
        keep[order[i]] = true;
    }
    std::size_t next = 0;
    for (std::size_t place = 0; place < size(); ++place) {
        std::size_t& series = m_seriesAt[place];
        if (keep[series]) {
            continue;
        }
        while (m_placeOf[order[next]] >= 0) {
            ++next;
        }
        m_placeOf[order[next]] = static_cast<std::int32_t>(place);
        m_placeOf[series] = -1;
        series = order[next];
        changed.push_back(place);
    }
    return changed;
}

} // namespace isotherm::predict
