// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Value rate(double value)
{
    return std::isnan(value) ? Value() : Value(RateValue{value, "rows/s"});
}

Value ratio(double value)
{
    return std::isnan(value) ? Value() : Value(RatioValue{value});
}

Value ratio(const std::optional<double>& value)
{
    return value ? Value(RatioValue{*value}) : Value();
}

/// Every stretch of time of every series: for machines, and for one shard.
Listing stretches(const std::vector<ForecastSeries>& all)
{
    Listing listing{"forecast",
                    {{"shard", "SHARD", Align::Right},
                     {"range", "RANGE"},
                     {"from", "FROM"},
                     {"to", "TO"},
                     {"mean_rows_per_second", "EXPECTED", Align::Right},
                     {"low_rows_per_second", "10 %", Align::Right},
                     {"high_rows_per_second", "90 %", Align::Right},
                     {"made", ""}},
                    {}};
    for (const ForecastSeries& series : all) {
        for (std::size_t i = 0; i < series.mean.size(); ++i) {
            const WallTime from = series.start + series.step * static_cast<int>(i);
            listing.rows.push_back({series.shard.get(), series.rangeText, from, from + series.step,
                                    rate(series.mean[i]), rate(series.low[i]), rate(series.high[i]),
                                    series.made});
        }
    }
    return listing;
}

/// A line a shard.
Listing outlook(const std::vector<ForecastSeries>& all)
{
    Listing listing{"forecast",
                    {{"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"range", "RANGE"},
                     {"next", "THIS HOUR", Align::Right},
                     {"low", "10 %", Align::Right},
                     {"high", "90 %", Align::Right},
                     {"busiest", "BUSIEST", Align::Right},
                     {"busiest_at", "AT"},
                     {"quietest", "QUIETEST", Align::Right},
                     {"quietest_at", "AT"},
                     {"made", "MADE"}},
                    {}};
    for (const ForecastSeries& series : all) {
        if (series.mean.empty()) {
            continue;
        }
        const auto busiest = std::max_element(series.mean.begin(), series.mean.end());
        const auto quietest = std::min_element(series.mean.begin(), series.mean.end());
        const auto at = [&](auto place) {
            return series.start + series.step * static_cast<int>(place - series.mean.begin());
        };
        listing.rows.push_back({series.shard.get(), series.keyspace, series.rangeText,
                                rate(series.mean[0]), rate(series.low[0]), rate(series.high[0]),
                                rate(*busiest), at(busiest), rate(*quietest), at(quietest),
                                series.made});
    }
    return listing;
}

/// "trees 0.41, ridge 0.32": the heaviest first, what weighs next to nothing left out.
std::string modelsText(std::vector<ModelShare> models)
{
    std::stable_sort(models.begin(), models.end(),
                     [](const auto& a, const auto& b) { return a.weight > b.weight; });
    std::string text;
    for (const ModelShare& model : models) {
        if (model.weight >= 0.01) {
            std::array<char, 48> share{};
            std::snprintf(share.data(), share.size(), "%s %.2f", model.model.c_str(), model.weight);
            text += (text.empty() ? "" : ", ") + std::string(share.data());
        }
    }
    return text;
}

std::vector<std::string> leftOut(const std::vector<ModelShare>& models)
{
    std::vector<std::string> names;
    for (const ModelShare& model : models) {
        if (model.left) {
            names.push_back(model.model);
        }
    }
    return names;
}

Listing pointsOf(const ShardExplanation& explanation)
{
    Listing listing{"points",
                    {{"lead_seconds", "AHEAD", Align::Right},
                     {"mean_rows_per_second", "EXPECTED", Align::Right},
                     {"low_rows_per_second", "10 %", Align::Right},
                     {"high_rows_per_second", "90 %", Align::Right}},
                    {}};
    for (const ForecastPoint& point : explanation.points) {
        listing.rows.push_back({point.lead, rate(point.mean), rate(point.low), rate(point.high)});
    }
    return listing;
}

Listing modelsOf(const ShardExplanation& explanation)
{
    Listing listing{"models",
                    {{"model", "MODEL"},
                     {"weight", "WEIGHT", Align::Right},
                     {"error", "ERROR", Align::Right},
                     {"left", "LEFT OUT"}},
                    {}};
    for (const ModelShare& model : explanation.models) {
        listing.rows.push_back(
            {model.model, RatioValue{model.weight}, ratio(model.error), model.left});
    }
    return listing;
}

Record explanationRecord(const ShardExplanation& of)
{
    const auto rateOf = [](const std::optional<double>& value) {
        return value ? rate(*value) : Value();
    };
    Record record{"explanation",
                  {{"shard", "shard", of.shard.get()},
                   {"keyspace", "keyspace", of.keyspace},
                   {"range", "range", of.rangeText},
                   {"rows_per_second", "load now", rateOf(of.rowsPerSecond)},
                   {"temperature", "temperature now", ratio(of.temperature)},
                   {"reference_rows_per_second", "temperature 1 is", rateOf(of.reference)},
                   {"reference_why", "because of", of.referenceWhy},
                   {"forecast_state", "forecast", of.forecastState},
                   {"forecast_made", "made", orUnknown(of.forecastMade)},
                   {"horizon_seconds", "horizon", of.horizon},
                   {"horizon_why", "because", of.horizonWhy},
                   {"decision_rows_per_second", "peak to decide by", rateOf(of.decisionRate)},
                   {"predicted_temperature", "predicted", ratio(of.predictedTemperature)},
                   {"crossing", "crosses", orUnknown(of.crossing)},
                   {"crossing_what", "and becomes", of.crossingWhat},
                   {"acted", "schedule follows it", of.acted}},
                  {}};
    if (of.next) {
        record.fields.push_back({"next_backup", "next backup", of.next->due});
        record.fields.push_back({"next_kind", "kind", std::string(backupKindName(of.next->kind))});
        record.fields.push_back({"next_reason", "because", of.next->reason});
    }
    record.parts = {pointsOf(of), modelsOf(of)};
    return record;
}

} // namespace

Listing forecastQualityTable(const std::vector<ForecastQuality>& qualities)
{
    Listing listing{"forecast_quality",
                    {{"keyspace", "KEYSPACE"},
                     {"state", "STATE"},
                     {"lead_seconds", "AHEAD", Align::Right},
                     {"error", "ERROR", Align::Right},
                     {"naive_error", "SEASONAL NAIVE", Align::Right},
                     {"above_high", "ABOVE 90 %", Align::Right},
                     {"drifting", "DRIFTING", Align::Right},
                     {"models", "MODELS"},
                     {"left_out", "LEFT OUT"}},
                    {}};
    for (const ForecastQuality& quality : qualities) {
        if (quality.horizons.empty()) {
            listing.rows.push_back({quality.keyspace, quality.state, Value(), Value(), Value(),
                                    Value(), quality.drifting, std::string(),
                                    std::vector<std::string>()});
        }
        for (const HorizonQuality& horizon : quality.horizons) {
            listing.rows.push_back({quality.keyspace, quality.state, horizon.lead,
                                    ratio(horizon.error), ratio(horizon.naiveError),
                                    ratio(horizon.aboveHigh), quality.drifting,
                                    modelsText(horizon.models), leftOut(horizon.models)});
        }
    }
    return listing;
}

ExitCode showForecast(Session& session, const ForecastArguments& arguments)
{
    const bool past = !arguments.made.empty();
    const auto ask = [&]() -> Result<std::vector<ForecastSeries>> {
        const std::vector<ShardId> shards = toShardIds(arguments.selection.shards);
        if (!past) {
            return session.agent.forecast().forecasts({arguments.selection.keyspace, shards});
        }
        PastForecastQuery query;
        const WallTime now = session.clock.wallNow();
        query.shards = shards;
        ISO_ASSIGN(query.from, parseInstant(arguments.from, now));
        ISO_ASSIGN(query.to, parseInstant(arguments.to, now));
        ISO_ASSIGN(query.lead, parseDuration(arguments.made));
        return session.agent.forecast().pastForecasts(query);
    };
    const auto series = ask();
    if (!series.ok()) {
        return reportError(session.terminal, series.error());
    }
    const bool brief =
        session.format == Format::Table && !past && arguments.selection.shards.empty();
    return show(session, brief ? outlook(*series) : stretches(*series));
}

ExitCode showForecastQuality(Session& session)
{
    const auto qualities = session.agent.forecast().forecastQuality();
    if (!qualities.ok()) {
        return reportError(session.terminal, qualities.error());
    }
    return show(session, forecastQualityTable(*qualities));
}

ExitCode explainShard(Session& session, std::uint64_t shard)
{
    const auto explanation = session.agent.forecast().explain(ShardId(shard));
    if (!explanation.ok()) {
        return reportError(session.terminal, explanation.error());
    }
    return show(session, explanationRecord(*explanation));
}

} // namespace isotherm::ctl
