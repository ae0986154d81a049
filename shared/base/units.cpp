// SPDX-License-Identifier: Apache-2.0
#include "shared/base/units.h"

#include <array>
#include <charconv>
#include <cstdio>

namespace isotherm
{

std::string formatLsn(Lsn lsn)
{
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "%X/%X", static_cast<unsigned>(lsn.get() >> 32U),
                  static_cast<unsigned>(lsn.get() & 0xFFFFFFFFU));
    return text.data();
}

std::optional<Lsn> parseLsn(std::string_view text)
{
    const std::size_t slash = text.find('/');
    if (slash == std::string_view::npos) {
        return std::nullopt;
    }
    std::uint64_t value = 0;
    for (const std::string_view half : {text.substr(0, slash), text.substr(slash + 1)}) {
        std::uint32_t part = 0;
        const auto [end, error] = std::from_chars(half.data(), half.data() + half.size(), part, 16);
        if (error != std::errc() || end != half.data() + half.size()) {
            return std::nullopt;
        }
        value = value << 32U | part;
    }
    return Lsn(value);
}

std::string formatBytes(ByteCount bytes)
{
    static constexpr std::array<const char*, 6> kUnits = {"B", "kB", "MB", "GB", "TB", "PB"};
    auto value = static_cast<double>(bytes.get());
    std::size_t unit = 0;
    while (value >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1000.0;
        ++unit;
    }
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), unit == 0 || value >= 99.95 ? "%.0f %s" : "%.1f %s",
                  value, kUnits[unit]);
    return text.data();
}

} // namespace isotherm
