// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/key_loads.h"

#include "agent/sharding/cuts.h"

#include <algorithm>
#include <map>

namespace isotherm::sharding
{
namespace
{

using heat::KeyUse;

constexpr std::size_t kBars = 128;
constexpr std::size_t kTop = 64;
constexpr double kHotKey = 0.05;

struct Point
{
    double below = 0; ///< the part of the load at lower keys
    bool single = false;
};

/// The key alone: a bar that begins at it, and one that begins right behind it.
void addHotKey(std::map<Key, Point>& points, const Key& key, const Point& at,
               const std::vector<KeyType>& types, double share)
{
    const auto after = keyAfter(key, types);
    points[key] = {at.below, after.has_value()};
    if (after) {
        points.emplace(*after, Point{at.below + share, false});
    }
}

} // namespace

KeyLoads keyLoadsOf(const heat::KeySketch& sketch, const KeyRange& range,
                    const std::vector<KeyType>& types)
{
    KeyLoads loads;
    heat::KeySketch inside = sketch;
    inside.keepOnly(range);
    loads.observations = static_cast<double>(inside.observations(KeyUse::All));
    loads.from = "changes and sampled queries";
    std::map<Key, Point> points;
    for (const heat::KeyQuantile& quantile : inside.quantiles(KeyUse::All, kBars)) {
        points.emplace(quantile.key, Point{quantile.below, false});
        if (quantile.at >= kHotKey) {
            addHotKey(points, quantile.key, {quantile.below, true}, types, quantile.at);
        }
    }
    for (const heat::KeyShare& top : inside.top(KeyUse::All, kTop)) {
        const auto known = points.find(top.key);
        if (top.share < kHotKey || (known != points.end() && known->second.single)) {
            continue;
        }
        if (const auto below = inside.below(KeyUse::All, top.key)) {
            addHotKey(points, top.key, {*below, true}, types, top.share);
        }
    }
    if (points.empty() && inside.top(KeyUse::All, 1).empty()) {
        return loads;
    }
    points.emplace(range.begin, Point{});
    for (auto point = points.begin(); point != points.end(); ++point) {
        const auto next = std::next(point);
        KeyBar bar;
        bar.from = point->first;
        bar.label = formatKey(point->first, types);
        bar.loadShare =
            std::max(0.0, (next == points.end() ? 1.0 : next->second.below) - point->second.below);
        bar.singleKey = point->second.single;
        loads.bars.push_back(std::move(bar));
    }
    return loads;
}

} // namespace isotherm::sharding
