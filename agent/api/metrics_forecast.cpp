// SPDX-License-Identifier: Apache-2.0
#include "agent/api/metrics_forecast.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <cmath>

namespace isotherm::api
{
namespace
{

/// The hottest of the first `hours`, as a temperature; NaN: not known.
double hottest(const std::vector<float>& rates, std::size_t hours, double reference)
{
    float worst = std::nanf("");
    for (std::size_t i = 0; i < std::min(hours, rates.size()); ++i) {
        worst = std::fmax(worst, rates[i]);
    }
    return std::isnan(worst) ? std::nan("") : std::min(1.0, static_cast<double>(worst) / reference);
}

MetricFamily temperatures(const std::vector<ForecastSeries>& all)
{
    MetricFamily family{"isotherm_shard_temperature_predicted_ratio",
                        "Temperature of the hottest hour within the horizon, 0 to 1",
                        {}};
    for (const ForecastSeries& series : all) {
        // The first hour has begun already: the next one is within the hour, too.
        for (const auto& [horizon, hours] : {std::pair{"1h", 2}, std::pair{"24h", 24}}) {
            for (const auto& [quantile, rates] :
                 {std::pair{"0.1", &series.low}, std::pair{"mean", &series.mean},
                  std::pair{"0.9", &series.high}}) {
                const double value =
                    series.reference > 0
                        ? hottest(*rates, static_cast<std::size_t>(hours), series.reference)
                        : std::nan("");
                if (!std::isnan(value)) {
                    family.samples.push_back({{{"keyspace", series.keyspace},
                                               {"shard", std::to_string(series.shard.get())},
                                               {"horizon", horizon},
                                               {"quantile", quantile}},
                                              value});
                }
            }
        }
    }
    return family;
}

} // namespace

void addForecasts(std::vector<MetricFamily>& families, ForecastService& service,
                  std::size_t shardLimit)
{
    if (const auto series = service.forecasts({}); series.ok() && series->size() <= shardLimit) {
        families.push_back(temperatures(*series));
    }
    const auto qualities = service.forecastQuality();
    if (!qualities.ok()) {
        return;
    }
    MetricFamily error{"isotherm_forecast_abs_error_ratio",
                       "Error of past forecasts on the log scale: 0.1 is about 10 %",
                       {}};
    MetricFamily naive{"isotherm_forecast_naive_error_ratio",
                       "The same of the better of yesterday's and last week's value",
                       {}};
    MetricFamily drifting{
        "isotherm_forecast_series_drifting", "Series that depart from what is usual", {}};
    for (const ForecastQuality& quality : *qualities) {
        if (quality.made) {
            drifting.samples.push_back(
                {{{"keyspace", quality.keyspace}}, static_cast<double>(quality.drifting)});
        }
        for (const HorizonQuality& horizon : quality.horizons) {
            const std::map<std::string, std::string> labels = {
                {"keyspace", quality.keyspace}, {"horizon", formatDuration(horizon.lead)}};
            if (!std::isnan(horizon.error)) {
                error.samples.push_back({labels, horizon.error});
                naive.samples.push_back({labels, horizon.naiveError});
            }
        }
    }
    families.push_back(std::move(error));
    families.push_back(std::move(naive));
    families.push_back(std::move(drifting));
}

} // namespace isotherm::api
