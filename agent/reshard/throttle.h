// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace isotherm::reshard
{

/// How much of its time a copy may work so that the application keeps its pace: less when the
/// application does less than before or the server answers late, slowly more while it does not.
/// Pure: times and counts come from outside. Not thread-safe.
class Throttle
{
public:
    struct Look
    {
        std::chrono::microseconds at{0};     ///< on any steady clock
        std::uint64_t committed = 0;         ///< the application's transactions so far
        std::chrono::microseconds answer{0}; ///< how long the server took to tell
    };

    static constexpr double kLeast = 0.05;

    /// Before the copy: what is normal. Two looks at least a second apart.
    void learn(const Look& look);
    /// While copying; looks closer than a second are ignored, the server counts in lumps.
    void look(const Look& look);

    /// In [kLeast, 1].
    [[nodiscard]] double share() const { return m_share; }
    /// How long to rest after a piece that took `work`.
    [[nodiscard]] std::chrono::microseconds restAfter(std::chrono::microseconds work) const;

private:
    std::optional<Look> m_first;
    std::optional<Look> m_last;
    std::optional<double> m_normalRate; ///< transactions a second
    std::chrono::microseconds m_normalAnswer{0};
    double m_share = 0.5;
};

} // namespace isotherm::reshard
