// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace isotherm::viewmath
{

/// 0xffRRGGBB, as an RGB32 image stores a pixel.
using Rgb = std::uint32_t;

/// The colour maps on offer: perceptually ordered, and readable without red-green vision.
enum class ColourMap : std::uint8_t { Inferno, Cividis, Viridis, Greys };

inline constexpr std::array<ColourMap, 4> kColourMaps = {ColourMap::Inferno, ColourMap::Cividis,
                                                         ColourMap::Viridis, ColourMap::Greys};

/// "inferno", …: for settings.
[[nodiscard]] std::string_view colourMapName(ColourMap map);
[[nodiscard]] std::optional<ColourMap> parseColourMap(std::string_view name);

/// The colour at `position` 0…1, cold to hot. Lightness grows all the way.
[[nodiscard]] Rgb colourAt(ColourMap map, double position);

/// One colour per level. Entry 0 (not measured) is `missing`, which no map contains.
using ColourTable = std::array<Rgb, 256>;
[[nodiscard]] ColourTable colourTable(ColourMap map, Rgb missing);

/// Relative luminance 0…1 of WCAG 2: which text colour is legible on `colour`.
[[nodiscard]] double luminance(Rgb colour);

} // namespace isotherm::viewmath
