// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_forecast.h"

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace std::chrono_literals;

namespace
{

const WallTime kNow = fromUnixMicros(1'700'000'000'000'000);

/// What it is after it went over the wire.
template <class Message, class Record>
auto sent(const Record& record)
{
    const Message message = proto::toProto(record);
    Message received;
    ISO_CHECK(received.ParseFromString(message.SerializeAsString()));
    return proto::fromProto(received);
}

} // namespace

class TstConvertForecast : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void series_roundTrip_isTheSame()
    {
        ForecastSeries series;
        series.shard = ShardId(7);
        series.keyspace = "orders";
        series.rangeText = "[0, 100)";
        series.made = kNow;
        series.start = kNow - 10min;
        series.step = 1h;
        series.reference = 512.5;
        series.mean = {1.5F, std::nanf("")};
        series.low = {1.0F, 2.0F};
        series.high = {2.0F, 3.0F};
        const auto back = sent<proto::v1::ListForecastsResponse>(std::vector{series});
        QVERIFY(back.ok());
        const ForecastSeries& one = back->front();
        QCOMPARE(one.shard, series.shard);
        QCOMPARE(one.keyspace, series.keyspace);
        QCOMPARE(one.rangeText, series.rangeText);
        QCOMPARE(one.made, series.made);
        QCOMPARE(one.start, series.start);
        QCOMPARE(one.step, series.step);
        QCOMPARE(one.reference, series.reference);
        QCOMPARE(one.mean[0], 1.5F);
        QVERIFY(std::isnan(one.mean[1])); // unknown stays unknown
        QCOMPARE(one.low, series.low);
        QCOMPARE(one.high, series.high);
    }

    void series_ofUnequalSizes_isRefused()
    {
        proto::v1::ListForecastsResponse message;
        message.add_series()->add_mean(1);
        const auto back = proto::fromProto(message);
        QVERIFY(!back.ok());
        QCOMPARE(back.error().code, Code::Internal);
    }

    void explanation_roundTrip_isTheSame()
    {
        ShardExplanation explanation;
        explanation.shard = ShardId(7);
        explanation.keyspace = "orders";
        explanation.rangeText = "[0, 100)";
        explanation.rowsPerSecond = 10;
        explanation.temperature = 0.25;
        explanation.referenceWhy = "the configured hot_rate";
        explanation.horizon = 6h;
        explanation.horizonWhy = "until its next backup";
        explanation.decisionRate = 33;
        explanation.predictedTemperature = 0.825;
        explanation.forecastState = "live";
        explanation.forecastMade = kNow;
        explanation.acted = false;
        explanation.points = {{10min, 1, 0.5, 2}, {1h, 3, 2, 4}};
        explanation.models = {{"trees", 0.6, 0.2, false}, {"kernel", 0, 0.9, true}};
        explanation.crossing = kNow + 5h;
        explanation.crossingWhat = "hot (0.93 > 0.80)";
        explanation.next = ScheduleEntry{
            ShardId(7), "orders", "[0, 100)",       kNow + 5h, BackupKind::Incremental,
            0.25,       24h,      "brought forward"};
        const ShardExplanation back = sent<proto::v1::ShardExplanation>(explanation);
        QCOMPARE(back.shard, explanation.shard);
        QCOMPARE(back.rangeText, explanation.rangeText);
        QCOMPARE(*back.rowsPerSecond, 10.0);
        QCOMPARE(*back.temperature, 0.25);
        QVERIFY(!back.reference); // none is none
        QCOMPARE(back.referenceWhy, explanation.referenceWhy);
        QCOMPARE(back.horizon, explanation.horizon);
        QCOMPARE(back.horizonWhy, explanation.horizonWhy);
        QCOMPARE(*back.decisionRate, 33.0);
        QCOMPARE(*back.predictedTemperature, 0.825);
        QCOMPARE(back.forecastState, explanation.forecastState);
        QCOMPARE(*back.forecastMade, kNow);
        QCOMPARE(back.acted, false);
        QCOMPARE(back.points, explanation.points);
        QCOMPARE(back.models, explanation.models);
        QCOMPARE(*back.crossing, *explanation.crossing);
        QCOMPARE(back.crossingWhat, explanation.crossingWhat);
        QCOMPARE(*back.next, *explanation.next);
        QVERIFY(!sent<proto::v1::ShardExplanation>(ShardExplanation()).next);
    }

    void quality_roundTrip_isTheSame()
    {
        ForecastQuality quality;
        quality.keyspace = "orders";
        quality.state = "catching up (40 %)";
        quality.learned = kNow - 24h;
        quality.series = 20;
        quality.drifting = 3;
        quality.acted = false;
        quality.horizons = {{1h, 0.2, 0.4, 0.09, 480, {{"ridge", 0.5, 0.21, false}}}};
        const auto back =
            sent<proto::v1::GetForecastQualityResponse>(std::vector{quality, ForecastQuality()});
        QCOMPARE(back.size(), std::size_t{2});
        QCOMPARE(back[0], quality);
    }

    void queries_roundTrip_areTheSame()
    {
        const ForecastQuery query{"orders", {ShardId(1), ShardId(2)}};
        const ForecastQuery back = sent<proto::v1::ListForecastsRequest>(query);
        QCOMPARE(back.keyspace, query.keyspace);
        QCOMPARE(back.shards, query.shards);
        const PastForecastQuery past{{ShardId(3)}, kNow - 24h, kNow, 6h};
        const PastForecastQuery pastBack = sent<proto::v1::ListPastForecastsRequest>(past);
        QCOMPARE(pastBack.shards, past.shards);
        QCOMPARE(pastBack.from, past.from);
        QCOMPARE(pastBack.to, past.to);
        QCOMPARE(pastBack.lead, past.lead);
    }
};

QTEST_GUILESS_MAIN(TstConvertForecast)
#include "tst_convert_forecast.moc"
