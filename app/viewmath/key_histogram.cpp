// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/key_histogram.h"

#include <algorithm>
#include <cmath>

namespace isotherm::viewmath
{

BarCuts cutsOf(const ChangeRecord& change)
{
    const std::vector<KeyBar>& bars = change.evidence.histogram;
    BarCuts cuts;
    for (std::size_t part = 1; part < change.parts.size() && bars.size() > 1; ++part) {
        const Key& begin = change.parts[part].range.begin;
        const auto bar = std::ranges::lower_bound(bars, begin, {}, &KeyBar::from);
        const auto index = static_cast<std::size_t>(bar - bars.begin());
        const std::size_t lowest = cuts.empty() ? 1 : cuts.back() + 1;
        if (lowest < bars.size()) {
            cuts.push_back(std::clamp(index, lowest, bars.size() - 1));
        }
    }
    return cuts;
}

BarCuts movedCut(const BarCuts& cuts, std::size_t index, double bar, std::size_t bars)
{
    if (index >= cuts.size()) {
        return cuts;
    }
    const std::size_t lowest = index == 0 ? 1 : cuts[index - 1] + 1;
    const std::size_t highest = index + 1 < cuts.size() ? cuts[index + 1] - 1 : bars - 1;
    BarCuts moved = cuts;
    moved[index] = static_cast<std::size_t>(
        std::lround(std::clamp(bar, static_cast<double>(lowest), static_cast<double>(highest))));
    return moved;
}

std::vector<PartShare> partShares(std::span<const KeyBar> bars, const BarCuts& cuts)
{
    std::vector<PartShare> parts(cuts.size() + 1);
    std::size_t part = 0;
    for (std::size_t bar = 0; bar < bars.size(); ++bar) {
        while (part < cuts.size() && bar >= cuts[part]) {
            ++part;
        }
        parts[part].load += bars[bar].loadShare;
        parts[part].rows += bars[bar].rowShare;
    }
    return parts;
}

double imbalance(std::span<const PartShare> parts)
{
    if (parts.size() < 2) {
        return 0.0;
    }
    const auto [low, high] = std::ranges::minmax_element(parts, {}, &PartShare::load);
    const double sum = low->load + high->load;
    return sum > 0.0 ? (high->load - low->load) / sum : 0.0;
}

std::vector<std::string> cutKeys(std::span<const KeyBar> bars, const BarCuts& cuts)
{
    std::vector<std::string> keys;
    for (const std::size_t cut : cuts) {
        keys.push_back(bars[cut].label);
    }
    return keys;
}

std::optional<std::size_t> nearestCut(const BarCuts& cuts, double bar, double reach)
{
    std::optional<std::size_t> nearest;
    double best = reach;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        const double distance = std::abs(static_cast<double>(cuts[i]) - bar);
        if (distance <= best) {
            best = distance;
            nearest = i;
        }
    }
    return nearest;
}

} // namespace isotherm::viewmath
