// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_forecast.h"

#include "shared/proto/convert_helpers.h"

namespace isotherm::proto
{
namespace
{

using detail::milliseconds;

v1::ModelShare toWire(const ModelShare& share)
{
    v1::ModelShare message;
    message.set_model(validUtf8(share.model));
    message.set_weight(share.weight);
    message.set_error(share.error);
    message.set_left(share.left);
    return message;
}

template <class Field>
std::vector<ModelShare> takeShares(const Field& field)
{
    std::vector<ModelShare> shares;
    for (const v1::ModelShare& share : field) {
        shares.push_back({share.model(), share.weight(), share.error(), share.left()});
    }
    return shares;
}

v1::ForecastSeries toWire(const ForecastSeries& series)
{
    v1::ForecastSeries message;
    message.set_shard(series.shard.get());
    message.set_keyspace(validUtf8(series.keyspace));
    message.set_range_text(validUtf8(series.rangeText));
    message.set_made_micros(toUnixMicros(series.made));
    message.set_start_micros(toUnixMicros(series.start));
    message.set_step_millis(series.step.count());
    message.set_reference(series.reference);
    message.mutable_mean()->Assign(series.mean.begin(), series.mean.end());
    message.mutable_low()->Assign(series.low.begin(), series.low.end());
    message.mutable_high()->Assign(series.high.begin(), series.high.end());
    return message;
}

ForecastSeries fromWire(const v1::ForecastSeries& message)
{
    ForecastSeries series;
    series.shard = ShardId(message.shard());
    series.keyspace = message.keyspace();
    series.rangeText = message.range_text();
    series.made = fromUnixMicros(message.made_micros());
    series.start = fromUnixMicros(message.start_micros());
    series.step = milliseconds(message.step_millis());
    series.reference = message.reference();
    series.mean.assign(message.mean().begin(), message.mean().end());
    series.low.assign(message.low().begin(), message.low().end());
    series.high.assign(message.high().begin(), message.high().end());
    return series;
}

v1::ForecastQuality toWire(const ForecastQuality& quality)
{
    v1::ForecastQuality message;
    message.set_keyspace(validUtf8(quality.keyspace));
    message.set_state(validUtf8(quality.state));
    if (quality.made) {
        message.set_made_micros(toUnixMicros(*quality.made));
    }
    if (quality.learned) {
        message.set_learned_micros(toUnixMicros(*quality.learned));
    }
    message.set_series(quality.series);
    message.set_drifting(quality.drifting);
    message.set_acted(quality.acted);
    for (const HorizonQuality& horizon : quality.horizons) {
        v1::HorizonQuality& one = *message.add_horizons();
        one.set_lead_millis(horizon.lead.count());
        one.set_error(horizon.error);
        one.set_naive_error(horizon.naiveError);
        one.set_above_high(horizon.aboveHigh);
        one.set_outcomes(horizon.outcomes);
        for (const ModelShare& share : horizon.models) {
            *one.add_models() = toWire(share);
        }
    }
    return message;
}

ForecastQuality fromWire(const v1::ForecastQuality& message)
{
    ForecastQuality quality;
    quality.keyspace = message.keyspace();
    quality.state = message.state();
    if (message.has_made_micros()) {
        quality.made = fromUnixMicros(message.made_micros());
    }
    if (message.has_learned_micros()) {
        quality.learned = fromUnixMicros(message.learned_micros());
    }
    quality.series = message.series();
    quality.drifting = message.drifting();
    quality.acted = message.acted();
    for (const v1::HorizonQuality& horizon : message.horizons()) {
        quality.horizons.push_back({milliseconds(horizon.lead_millis()), horizon.error(),
                                    horizon.naive_error(), horizon.above_high(), horizon.outcomes(),
                                    takeShares(horizon.models())});
    }
    return quality;
}

} // namespace

v1::ListForecastsRequest toProto(const ForecastQuery& query)
{
    v1::ListForecastsRequest message;
    message.set_keyspace(validUtf8(query.keyspace));
    detail::putIds(message.mutable_shards(), query.shards);
    return message;
}

ForecastQuery fromProto(const v1::ListForecastsRequest& message)
{
    return {message.keyspace(), detail::takeIds<ShardId>(message.shards())};
}

v1::ListPastForecastsRequest toProto(const PastForecastQuery& query)
{
    v1::ListPastForecastsRequest message;
    detail::putIds(message.mutable_shards(), query.shards);
    message.set_from_micros(toUnixMicros(query.from));
    message.set_to_micros(toUnixMicros(query.to));
    message.set_lead_millis(query.lead.count());
    return message;
}

PastForecastQuery fromProto(const v1::ListPastForecastsRequest& message)
{
    return {detail::takeIds<ShardId>(message.shards()), fromUnixMicros(message.from_micros()),
            fromUnixMicros(message.to_micros()), milliseconds(message.lead_millis())};
}

v1::ListForecastsResponse toProto(const std::vector<ForecastSeries>& series)
{
    v1::ListForecastsResponse message;
    for (const ForecastSeries& one : series) {
        *message.add_series() = toWire(one);
    }
    return message;
}

Result<std::vector<ForecastSeries>> fromProto(const v1::ListForecastsResponse& message)
{
    std::vector<ForecastSeries> series;
    series.reserve(static_cast<std::size_t>(message.series_size()));
    for (const v1::ForecastSeries& one : message.series()) {
        if (one.low_size() != one.mean_size() || one.high_size() != one.mean_size()) {
            return makeError(Code::Internal, "the agent sent a forecast whose sizes do not agree",
                             "agent and client may be of different versions");
        }
        series.push_back(fromWire(one));
    }
    return series;
}

v1::ShardExplanation toProto(const ShardExplanation& explanation)
{
    v1::ShardExplanation message;
    message.set_shard(explanation.shard.get());
    message.set_keyspace(validUtf8(explanation.keyspace));
    message.set_range_text(validUtf8(explanation.rangeText));
    const auto put = [](const std::optional<double>& value, auto set) {
        if (value) {
            set(*value);
        }
    };
    put(explanation.rowsPerSecond, [&](double value) { message.set_rows_per_second(value); });
    put(explanation.temperature, [&](double value) { message.set_temperature(value); });
    put(explanation.reference, [&](double value) { message.set_reference(value); });
    put(explanation.decisionRate, [&](double value) { message.set_decision_rate(value); });
    put(explanation.predictedTemperature,
        [&](double value) { message.set_predicted_temperature(value); });
    message.set_reference_why(validUtf8(explanation.referenceWhy));
    message.set_horizon_millis(explanation.horizon.count());
    message.set_horizon_why(validUtf8(explanation.horizonWhy));
    message.set_forecast_state(validUtf8(explanation.forecastState));
    if (explanation.forecastMade) {
        message.set_forecast_made_micros(toUnixMicros(*explanation.forecastMade));
    }
    message.set_acted(explanation.acted);
    for (const ForecastPoint& point : explanation.points) {
        v1::ForecastPoint& one = *message.add_points();
        one.set_lead_millis(point.lead.count());
        one.set_mean(point.mean);
        one.set_low(point.low);
        one.set_high(point.high);
    }
    for (const ModelShare& share : explanation.models) {
        *message.add_models() = toWire(share);
    }
    if (explanation.crossing) {
        message.set_crossing_micros(toUnixMicros(*explanation.crossing));
    }
    message.set_crossing_what(validUtf8(explanation.crossingWhat));
    if (explanation.next) {
        *message.mutable_next() = toProto(*explanation.next);
    }
    return message;
}

ShardExplanation fromProto(const v1::ShardExplanation& message)
{
    ShardExplanation explanation;
    explanation.shard = ShardId(message.shard());
    explanation.keyspace = message.keyspace();
    explanation.rangeText = message.range_text();
    const auto take = [](bool has, double value) {
        return has ? std::optional(value) : std::nullopt;
    };
    explanation.rowsPerSecond = take(message.has_rows_per_second(), message.rows_per_second());
    explanation.temperature = take(message.has_temperature(), message.temperature());
    explanation.reference = take(message.has_reference(), message.reference());
    explanation.referenceWhy = message.reference_why();
    explanation.horizon = milliseconds(message.horizon_millis());
    explanation.horizonWhy = message.horizon_why();
    explanation.decisionRate = take(message.has_decision_rate(), message.decision_rate());
    explanation.predictedTemperature =
        take(message.has_predicted_temperature(), message.predicted_temperature());
    explanation.forecastState = message.forecast_state();
    if (message.has_forecast_made_micros()) {
        explanation.forecastMade = fromUnixMicros(message.forecast_made_micros());
    }
    explanation.acted = message.acted();
    for (const v1::ForecastPoint& point : message.points()) {
        explanation.points.push_back(
            {milliseconds(point.lead_millis()), point.mean(), point.low(), point.high()});
    }
    explanation.models = takeShares(message.models());
    if (message.has_crossing_micros()) {
        explanation.crossing = fromUnixMicros(message.crossing_micros());
    }
    explanation.crossingWhat = message.crossing_what();
    if (message.has_next()) {
        explanation.next = fromProto(message.next());
    }
    return explanation;
}

v1::GetForecastQualityResponse toProto(const std::vector<ForecastQuality>& qualities)
{
    v1::GetForecastQualityResponse message;
    for (const ForecastQuality& quality : qualities) {
        *message.add_keyspaces() = toWire(quality);
    }
    return message;
}

std::vector<ForecastQuality> fromProto(const v1::GetForecastQualityResponse& message)
{
    std::vector<ForecastQuality> qualities;
    for (const v1::ForecastQuality& quality : message.keyspaces()) {
        qualities.push_back(fromWire(quality));
    }
    return qualities;
}

} // namespace isotherm::proto
