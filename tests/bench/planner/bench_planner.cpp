// SPDX-License-Identifier: Apache-2.0
// isotherm-bench-planner [reactive|waves|predictive]: decision quality of the sharding planner on
// simulated, seeded load. One JSON object a line; the peers are the budgets of DESIGN and ANCHORS.
#include "tests/bench/planner/measures.h"

#include <string>

int main(int argc, char** argv)
{
    const std::string only = argc > 1 ? argv[1] : "";
    if (only.empty() || only == "reactive") {
        isotherm::bench::measureReactive();
    }
    if (only.empty() || only == "waves") {
        isotherm::bench::measureWaves();
    }
    if (only.empty() || only == "predictive") {
        isotherm::bench::measurePredictive();
    }
    return 0;
}
