// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/colour_map.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

namespace isotherm::viewmath
{
namespace
{

/// Control points, evenly spaced; a Catmull-Rom curve goes through them.
constexpr std::array<Rgb, 10> kInferno = {0xff000004, 0xff1b0c41, 0xff4a0c6b, 0xff781c6d,
                                          0xffa52c60, 0xffcf4446, 0xffed6925, 0xfffb9b06,
                                          0xfff7d13d, 0xfffcffa4};
constexpr std::array<Rgb, 10> kCividis = {0xff00224e, 0xff123570, 0xff3b496c, 0xff575d6d,
                                          0xff707173, 0xff8a8678, 0xffa59c74, 0xffc3b369,
                                          0xffe1cc55, 0xfffee838};
constexpr std::array<Rgb, 10> kViridis = {0xff440154, 0xff482878, 0xff3e4989, 0xff31688e,
                                          0xff26828e, 0xff1f9e89, 0xff35b779, 0xff6ece58,
                                          0xffb5de2b, 0xfffde725};
constexpr std::array<Rgb, 2> kGreys = {0xff101010, 0xfffafafa};

std::span<const Rgb> controlPoints(ColourMap map)
{
    switch (map) {
    case ColourMap::Inferno:
        return kInferno;
    case ColourMap::Cividis:
        return kCividis;
    case ColourMap::Viridis:
        return kViridis;
    case ColourMap::Greys:
        return kGreys;
    }
    return kGreys;
}

double channel(Rgb colour, unsigned shift)
{
    return static_cast<double>((colour >> shift) & 0xffU);
}

double catmullRom(const std::array<double, 4>& p, double t)
{
    return 0.5 *
           (2.0 * p[1] + (p[2] - p[0]) * t + (2.0 * p[0] - 5.0 * p[1] + 4.0 * p[2] - p[3]) * t * t +
            (3.0 * p[1] - p[0] - 3.0 * p[2] + p[3]) * t * t * t);
}

} // namespace

std::string_view colourMapName(ColourMap map)
{
    switch (map) {
    case ColourMap::Inferno:
        return "inferno";
    case ColourMap::Cividis:
        return "cividis";
    case ColourMap::Viridis:
        return "viridis";
    case ColourMap::Greys:
        return "greys";
    }
    return "inferno";
}

std::optional<ColourMap> parseColourMap(std::string_view name)
{
    for (const ColourMap map : kColourMaps) {
        if (colourMapName(map) == name) {
            return map;
        }
    }
    return std::nullopt;
}

Rgb colourAt(ColourMap map, double position)
{
    const std::span<const Rgb> points = controlPoints(map);
    const double scaled = std::clamp(position, 0.0, 1.0) * static_cast<double>(points.size() - 1);
    const auto segment = std::min(static_cast<std::size_t>(scaled), points.size() - 2);
    const double t = scaled - static_cast<double>(segment);
    const auto point = [&](std::ptrdiff_t offset) {
        const auto index = static_cast<std::ptrdiff_t>(segment) + offset;
        return points[static_cast<std::size_t>(
            std::clamp<std::ptrdiff_t>(index, 0, static_cast<std::ptrdiff_t>(points.size()) - 1))];
    };
    Rgb colour = 0xff000000;
    for (const unsigned shift : {0U, 8U, 16U}) {
        const double value = catmullRom({channel(point(-1), shift), channel(point(0), shift),
                                         channel(point(1), shift), channel(point(2), shift)},
                                        t);
        colour |= static_cast<Rgb>(std::lround(std::clamp(value, 0.0, 255.0))) << shift;
    }
    return colour;
}

ColourTable colourTable(ColourMap map, Rgb missing)
{
    ColourTable table{};
    table[0] = missing;
    for (std::size_t i = 1; i < table.size(); ++i) {
        table[i] = colourAt(map, static_cast<double>(i - 1) / 254.0);
    }
    return table;
}

double luminance(Rgb colour)
{
    const auto linear = [](double value) {
        const double x = value / 255.0;
        return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(channel(colour, 16)) + 0.7152 * linear(channel(colour, 8)) +
           0.0722 * linear(channel(colour, 0));
}

} // namespace isotherm::viewmath
