// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace isotherm::attribution
{

/// Watches how many statements a second the server logs, and says which sampling rate would tell as
/// much for less. Where the keys are is known from some fifty statements a second: a half life of
/// 30 s (heat/key_tracker.h) then rests on two thousand. Each more only costs the server. Not
/// thread-safe.
class SampleAdvice
{
public:
    /// Statements a second that are enough.
    static constexpr double kEnough = 50;

    /// `statements` were logged in the last `seconds` (> 0).
    void note(std::uint64_t statements, double seconds);

    /// The rate to set instead of `rate` (0 < rate ≤ 1), of one digit; nullopt while `rate` is
    /// fine, or less than 20 s were seen.
    [[nodiscard]] std::optional<double> betterRate(double rate) const;
    /// Statements a second of about the last minute; 0 before the first note().
    [[nodiscard]] double perSecond() const;

private:
    double m_statements = 0; ///< discounted, like the seconds
    double m_seconds = 0;
};

} // namespace isotherm::attribution
