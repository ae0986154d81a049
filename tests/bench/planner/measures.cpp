// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/planner/measures.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace isotherm::bench
{

void print(const char* metric, const char* unit, double ours, double budget, std::size_t n)
{
    std::printf("{\"bench\":\"planner\",\"metric\":\"%s\",\"unit\":\"%s\",\"ours\":%.4g,"
                "\"peer\":%.4g,\"peer_name\":\"budget\",\"ratio\":%.4g,\"n\":%zu}\n",
                metric, unit, ours, budget, budget > 0 ? ours / budget : ours, n);
    std::fflush(stdout);
}

double percentile(std::vector<double> values, double fraction)
{
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    const auto rank =
        static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(values.size())));
    return values[std::max<std::size_t>(rank, 1) - 1];
}

} // namespace isotherm::bench
