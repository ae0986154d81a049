// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace isotherm::predict
{

/// Places for the hottest series, where a model is too large to be kept for each. To begin with the
/// first series have them. Not thread-safe.
class HotPlaces
{
public:
    static constexpr std::size_t kNone = ~std::size_t{0};

    HotPlaces(std::size_t series, std::size_t most);

    [[nodiscard]] std::size_t size() const { return m_seriesAt.size(); }
    /// Every series has a place.
    [[nodiscard]] bool enough() const { return m_seriesAt.size() == m_placeOf.size(); }
    [[nodiscard]] std::size_t seriesAt(std::size_t place) const { return m_seriesAt[place]; }
    /// kNone: it has none.
    [[nodiscard]] std::size_t placeOf(std::size_t series) const
    {
        return m_placeOf[series] < 0 ? kNone : static_cast<std::size_t>(m_placeOf[series]);
    }

    /// Gives the places to the series with the highest rates; NaN counts as the lowest. A series
    /// keeps its place while it is among the hottest one and a half times as many. The places that
    /// changed hands.
    [[nodiscard]] std::vector<std::size_t> choose(std::span<const float> rates);

    [[nodiscard]] std::size_t bytes() const
    {
        return m_placeOf.size() * sizeof(std::int32_t) + m_seriesAt.size() * sizeof(std::size_t);
    }

private:
    std::vector<std::int32_t> m_placeOf; ///< by series; -1: none
    std::vector<std::size_t> m_seriesAt; ///< by place
};

} // namespace isotherm::predict
