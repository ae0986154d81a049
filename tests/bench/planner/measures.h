// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

/// Decision quality on simulated load, seeded: the same figures on every machine.
namespace isotherm::bench
{

/// One JSON object a line, as all benches print them; the peer is the budget.
void print(const char* metric, const char* unit, double ours, double budget, std::size_t n);

/// Nearest rank, `fraction` in (0, 1]; 0 without values.
[[nodiscard]] double percentile(std::vector<double> values, double fraction);

/// From the first hot second to the decision, with two dips in every twelve seconds; and how even
/// the parts are, cut by a sketch of sampled accesses.
void measureReactive();
/// Turning round: load that stops for ten minutes, and square waves of many periods.
void measureWaves();
/// Splits ahead of recurring peaks, with the forecaster on simulated days.
void measurePredictive();

} // namespace isotherm::bench
