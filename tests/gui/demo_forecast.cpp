// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/demo_forecast.h"

#include <algorithm>

namespace isotherm::test
{
namespace
{

using namespace std::chrono_literals;

constexpr auto kStep = 300s;

WallTime nowTime()
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

HorizonQuality qualityOf(std::chrono::hours lead, double error, double naive)
{
    HorizonQuality quality;
    quality.lead = lead;
    quality.error = error;
    quality.naiveError = naive;
    quality.aboveHigh = 0.096;
    quality.outcomes = 4'200;
    quality.models = {{"holt-winters", 0.4, error, false}, {"trees", 0.6, error, lead > 12h}};
    return quality;
}

} // namespace

std::vector<ForecastSeries> DemoForecast::series(WallTime from, WallTime to) const
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(from.time_since_epoch());
    const WallTime start(seconds / kStep * kStep);
    std::vector<ForecastSeries> all;
    for (std::size_t i = 0; i < m_world.shards().size(); ++i) {
        ForecastSeries one;
        one.shard = m_world.shards()[i].id;
        one.keyspace = m_world.shards()[i].keyspace;
        one.rangeText = m_world.shards()[i].rangeText;
        one.made = nowTime();
        one.start = start;
        one.step = kStep;
        one.reference = kReference;
        for (WallTime at = start; at < to; at += kStep) {
            const auto rate = static_cast<float>(m_world.rate(i, at + kStep / 2));
            one.mean.push_back(rate);
            one.low.push_back(rate * 0.75F);
            one.high.push_back(rate * 1.25F);
        }
        all.push_back(std::move(one));
    }
    return all;
}

Result<std::vector<ForecastSeries>> DemoForecast::forecasts(const ForecastQuery& /*query*/)
{
    ISO_TRY(m_log("forecasts", {}));
    return series(nowTime(), nowTime() + 24h);
}

Result<std::vector<ForecastSeries>> DemoForecast::pastForecasts(const PastForecastQuery& query)
{
    ISO_TRY(m_log("pastForecasts", {}));
    return series(query.from, std::min(query.to, nowTime()));
}

Result<ShardExplanation> DemoForecast::explain(ShardId shard)
{
    ISO_TRY(m_log("explain", std::to_string(shard.get())));
    const auto& shards = m_world.shards();
    const auto found = std::ranges::find(shards, shard, &ShardRecord::id);
    if (found == shards.end()) {
        return makeError(Code::NotFound, "no such shard");
    }
    ShardExplanation explained;
    explained.shard = shard;
    explained.keyspace = found->keyspace;
    explained.rangeText = found->rangeText;
    const auto index = static_cast<std::size_t>(found - shards.begin());
    explained.rowsPerSecond = m_world.rate(index, nowTime());
    explained.temperature = std::min(1.0, *explained.rowsPerSecond / kReference);
    explained.reference = kReference;
    explained.referenceWhy = "the 99th percentile of the keyspace's last 168 h";
    explained.horizon = 1h;
    explained.horizonWhy = "the next backup is at most 1 h away";
    explained.forecastState = "live";
    explained.models = {{"holt-winters", 0.4, 0.21, false}, {"trees", 0.6, 0.18, false}};
    explained.crossing = nowTime() + 17min;
    explained.crossingWhat = "hot (0.93 > 0.80)";
    return explained;
}

Result<std::vector<ForecastQuality>> DemoForecast::forecastQuality()
{
    ForecastQuality quality;
    quality.keyspace = "accounts";
    quality.state = "live";
    quality.made = nowTime() - 12min;
    quality.learned = nowTime() - 200h;
    quality.series = m_world.shards().size();
    quality.drifting = 1;
    quality.horizons = {qualityOf(1h, 0.17, 0.26), qualityOf(6h, 0.22, 0.29),
                        qualityOf(24h, 0.27, 0.31)};
    return std::vector<ForecastQuality>{quality};
}

} // namespace isotherm::test
