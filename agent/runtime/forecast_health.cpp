// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/forecast_health.h"

#include "shared/base/time_text.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace isotherm::runtime
{
namespace
{

constexpr std::size_t kDriftShare = 4;                  ///< one series in so many
constexpr std::uint64_t kEnoughOutcomes = 48;           ///< a series
constexpr auto kLearning = std::chrono::hours(14 * 24); ///< till then little can be expected

std::string twoDigits(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.2f", value);
    return text.data();
}

} // namespace

std::vector<std::string> forecastDiagnosticCodes(const std::string& keyspace)
{
    return {"forecast.drift." + keyspace, "forecast.model_left." + keyspace,
            "forecast.poor." + keyspace};
}

std::vector<Diagnostic> forecastDiagnostics(const predict::KeyspaceForecast& made)
{
    const std::vector<std::string> codes = forecastDiagnosticCodes(made.keyspace);
    std::vector<Diagnostic> found;
    if (made.drifting * kDriftShare > made.series) {
        found.push_back({DiagnosticLevel::Warning, codes[0],
                         "the load of " + made.keyspace +
                             " departs from what is usual: " + std::to_string(made.drifting) +
                             " of " + std::to_string(made.series) + " series",
                         "forecasts learn anew every day until it is usual again; compare: "
                         "isothermctl forecast show"});
    }
    const bool learns = !made.learnedFrom || made.made - *made.learnedFrom < kLearning;
    std::string left;
    std::string poor;
    for (const HorizonQuality& horizon : made.horizons) {
        if (horizon.outcomes < kEnoughOutcomes * made.series) {
            continue;
        }
        for (const ModelShare& model : horizon.models) {
            if (model.left) {
                left += (left.empty() ? "" : ", ") + model.model + " at " +
                        formatDuration(horizon.lead);
            }
        }
        if (!learns && horizon.error > horizon.naiveError) {
            poor += (poor.empty() ? "" : ", ") + formatDuration(horizon.lead) + " (" +
                    twoDigits(horizon.error) + " against " + twoDigits(horizon.naiveError) + ")";
        }
    }
    if (!left.empty()) {
        found.push_back({DiagnosticLevel::Info, codes[1],
                         "forecasts of " + made.keyspace +
                             " do without models that lose to seasonal naive: " + left,
                         "they come back by themselves when they do better"});
    }
    if (!poor.empty()) {
        found.push_back({DiagnosticLevel::Warning, codes[2],
                         "forecasts of " + made.keyspace +
                             " are worse than the same hour of yesterday or last week: " + poor,
                         "nothing need follow them: [forecast] mode = \"only\""});
    }
    return found;
}

} // namespace isotherm::runtime
