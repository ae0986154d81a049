// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/heat_scene.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace isotherm::viewmath
{
namespace
{

constexpr std::size_t kSteps = 4096;

/// Levels of a linear 4,096-step table: pow() and log() once per step, not once per cell.
class LevelTable
{
public:
    explicit LevelTable(const ValueScale& scale)
        : m_factor(static_cast<float>(kSteps - 1) / static_cast<float>(scale.top))
    {
        for (std::size_t i = 0; i < kSteps; ++i) {
            m_levels[i] =
                scale.level(static_cast<float>(static_cast<double>(i) / (kSteps - 1) * scale.top));
        }
    }

    [[nodiscard]] Level operator()(float value) const
    {
        if (std::isnan(value)) {
            return kMissingLevel;
        }
        const float step =
            std::clamp(value * m_factor + 0.5F, 0.0F, static_cast<float>(kSteps - 1));
        return m_levels[static_cast<std::size_t>(step)];
    }

private:
    float m_factor;
    std::array<Level, kSteps> m_levels{};
};

std::vector<Level> levelsFrom(const HeatMatrix& matrix, Statistic statistic,
                              const ValueScale& scale, std::size_t firstColumn)
{
    const std::vector<float>& values = statistic == Statistic::Max ? matrix.max : matrix.mean;
    const std::size_t begin = std::min(firstColumn * matrix.rows.size(), values.size());
    std::vector<Level> levels(values.size() - begin);
    const LevelTable table(scale);
    std::transform(values.begin() + static_cast<std::ptrdiff_t>(begin), values.end(),
                   levels.begin(), table);
    return levels;
}

ColumnGrid gridOf(const HeatMatrix& matrix)
{
    const double step = std::chrono::duration<double>(matrix.step).count();
    return {toSeconds(matrix.start), step > 0.0 ? step : 1.0, matrix.columns, matrix.rows.size()};
}

} // namespace

void HeatScene::rebuild(const HeatMatrix& matrix, Statistic statistic, const ValueScale& scale)
{
    m_grid = gridOf(matrix);
    m_scale = scale;
    m_statistic = statistic;
    m_forecastFrom = std::min(matrix.forecastFrom, matrix.columns);
    m_pyramid.reset(matrix.rows.size(), levelsFrom(matrix, statistic, scale, 0));
}

void HeatScene::refresh(const HeatMatrix& matrix, std::size_t firstColumn)
{
    m_grid = gridOf(matrix);
    m_forecastFrom = std::min(matrix.forecastFrom, matrix.columns);
    m_pyramid.writeColumns(firstColumn, levelsFrom(matrix, m_statistic, m_scale, firstColumn));
}

} // namespace isotherm::viewmath
