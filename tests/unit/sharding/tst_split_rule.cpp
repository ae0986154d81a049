// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/chance.h"
#include "agent/sharding/split_rule.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <set>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;
using namespace std::chrono_literals;

namespace
{

std::variant<SplitPlan, Refusal> decided(const ShardFacts& shard, ShardingState state)
{
    const auto sign = hotSign(shard, state);
    if (!sign) {
        qFatal("the shard is not hot");
    }
    return decideSplit(shard, *sign, state);
}

/// Low until `from`, high from there on.
std::vector<ForecastStep> risingForecast(std::chrono::minutes from, double high,
                                         std::chrono::minutes length = 6h)
{
    auto steps = flatForecast(0.3);
    for (ForecastStep& step : steps) {
        if (step.start >= kNow + from && step.start < kNow + from + length) {
            step.low = high / 1.1;
            step.median = high;
            step.high = high * 1.1;
        }
    }
    return steps;
}

} // namespace

class TestSplitRule : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void hotSign_twoDipsOfTwelve_hot();
    void hotSign_threeDips_not();
    void hotSign_tenSamplesOnly_hot();
    void hotSign_forecast_soonAndLasting();
    void hotSign_forecastTooLate_not();
    void hotSign_forecastTooShort_not();
    void hotSign_forecastUnsure_not();
    void limitOf_shards_withinOnePercent();
    void partsFor_peaks_clamped();
    void probabilityAbove_quantiles_areTheirOwn();
    void decideSplit_refusals_data();
    void decideSplit_refusals();
    void decideSplit_hot_plansEnoughParts();
    void decideSplit_peakAhead_plansForIt();
    void refusals_all_haveNameAndNextStep();
};

void TestSplitRule::hotSign_twoDipsOfTwelve_hot()
{
    ShardFacts shard = shardOf(1, 1.5);
    std::vector<double> loads(12, 1.5);
    loads[3] = loads[8] = 0.2;
    setRecent(shard, loads);
    const auto sign = hotSign(shard, stateOf({shard}));
    QVERIFY(sign);
    QCOMPARE(sign->trigger, ChangeTrigger::HotNow);
    QCOMPARE(sign->peak, 1.5);
    QVERIFY(sign->why.find("10 of the last 12") != std::string::npos);
}

void TestSplitRule::hotSign_threeDips_not()
{
    ShardFacts shard = shardOf(1, 1.5);
    std::vector<double> loads(12, 1.5);
    loads[3] = loads[8] = loads[9] = 0.2;
    setRecent(shard, loads);
    QVERIFY(!hotSign(shard, stateOf({shard})));
}

void TestSplitRule::hotSign_tenSamplesOnly_hot()
{
    ShardFacts shard = shardOf(1, 1.5);
    setRecent(shard, std::vector<double>(10, 1.5));
    QVERIFY(hotSign(shard, stateOf({shard})));
    setRecent(shard, std::vector<double>(9, 1.5));
    QVERIFY(!hotSign(shard, stateOf({shard})));
}

void TestSplitRule::hotSign_forecast_soonAndLasting()
{
    ShardFacts shard = shardOf(1, 0.3);
    shard.forecast = risingForecast(10min, 2.1);
    const auto sign = hotSign(shard, stateOf({shard}));
    QVERIFY(sign);
    QCOMPARE(sign->trigger, ChangeTrigger::HotSoon);
    QCOMPARE(*sign->expectedAt, kNow + 10min);
    QVERIFY(*sign->probability > 0.99);
    QCOMPARE(*sign->lasting, std::chrono::milliseconds(6h));
    QCOMPARE(sign->peak, 2.1);
}

void TestSplitRule::hotSign_forecastTooLate_not()
{
    ShardFacts shard = shardOf(1, 0.3);
    shard.forecast = risingForecast(50min, 2.1); // a minute's work: later will do
    QVERIFY(!hotSign(shard, stateOf({shard})));
    shard.size = ByteCount(40'000'000'000); // 2,000 s to copy: now, or it is too late
    QVERIFY(hotSign(shard, stateOf({shard})));
}

void TestSplitRule::hotSign_forecastTooShort_not()
{
    ShardFacts shard = shardOf(1, 0.3);
    shard.size = ByteCount(20'000'000'000); // 1,010 s: 3 times that are 50 minutes
    shard.forecast = risingForecast(10min, 2.1, 40min);
    QVERIFY(!hotSign(shard, stateOf({shard})));
    shard.forecast = risingForecast(10min, 2.1, 60min);
    QVERIFY(hotSign(shard, stateOf({shard})));
}

void TestSplitRule::hotSign_forecastUnsure_not()
{
    ShardFacts shard = shardOf(1, 0.3);
    shard.forecast = risingForecast(10min, 1.1);
    for (ForecastStep& step : shard.forecast) {
        step.low = step.median / 2; // a tenth of the time it is below 0.55
        step.high = step.median * 2;
    }
    QVERIFY(!hotSign(shard, stateOf({shard})));
}

void TestSplitRule::limitOf_shards_withinOnePercent()
{
    std::set<double> limits;
    for (std::uint64_t id = 1; id <= 1000; ++id) {
        const double limit = limitOf(shardOf(id, 0), {});
        QVERIFY(limit >= 0.99 && limit <= 1.01);
        limits.insert(limit);
    }
    QVERIFY(limits.size() > 300); // a thousand shards do not act in the same second
}

void TestSplitRule::partsFor_peaks_clamped()
{
    QCOMPARE(partsFor(0.2, {}), std::size_t{2});
    QCOMPARE(partsFor(1.0, {}), std::size_t{2});
    QCOMPARE(partsFor(1.01, {}), std::size_t{3});
    QCOMPARE(partsFor(2.0, {}), std::size_t{4});
    QCOMPARE(partsFor(100, {}), std::size_t{8});
}

void TestSplitRule::probabilityAbove_quantiles_areTheirOwn()
{
    const ForecastStep step{kNow, 10min, 0.5, 1.0, 3.0};
    QVERIFY(std::abs(probabilityAbove(step, 1.0) - 0.5) < 1e-9);
    QVERIFY(std::abs(probabilityAbove(step, 3.0) - 0.1) < 1e-9);
    QVERIFY(std::abs(probabilityAbove(step, 0.5) - 0.9) < 1e-9);
    QVERIFY(probabilityAbove(step, 10) < 0.01);
    const ForecastStep sure{kNow, 10min, 1, 1, 1};
    QCOMPARE(probabilityAbove(sure, 1.0), 1.0);
    QCOMPARE(probabilityAbove(sure, 1.1), 0.0);
}

void TestSplitRule::decideSplit_refusals_data()
{
    QTest::addColumn<int>("which");
    QTest::addColumn<QString>("expected");
    const std::vector<QString> names = {"default-shard", "pinned",        "cooling-down",
                                        "too-small",     "scan-spanning", "no-target-node",
                                        "node-not-busy", "node-wide",     "too-few-samples",
                                        "single-key",    "not-worth-it"};
    for (int i = 0; i < static_cast<int>(names.size()); ++i) {
        QTest::newRow(qPrintable(names[i])) << i << names[i];
    }
}

void TestSplitRule::decideSplit_refusals()
{
    QFETCH(int, which);
    QFETCH(QString, expected);
    ShardFacts shard = shardOf(1, 1.5);
    ShardingState state = stateOf({shard});
    switch (which) {
    case 0:
        shard.isDefault = true;
        break;
    case 1:
        shard.pinned = "a restore reads it";
        break;
    case 2:
        state.history = {{ChangeKind::Split, "orders", shard.range, kNow - 5min}};
        break;
    case 3:
        shard.size = ByteCount(2 * state.policy.leastSize.get() - 1);
        break;
    case 4:
        shard.rowsPerRead = 100'001;
        break;
    case 5:
        state.nodes["db1"].freeSpace = ByteCount(1'200'000'000);
        break;
    case 6:
        state.nodes["db1"].busy = 0.39;
        break;
    case 7:
        state.nodes["db1"].load = 10;
        break;
    case 8:
        shard.keys = {};
        break;
    case 9:
        shard.keys.bars = {barOf(1000, 0.04), hotKey(1500, 0.92), barOf(1501, 0.04)};
        break;
    default:
        shard.size = ByteCount(1'000'000'000'000); // 14 h to copy, for an hour's relief
        break;
    }
    const auto answer = decided(shard, state);
    QVERIFY(std::holds_alternative<Refusal>(answer));
    const Refusal& refusal = std::get<Refusal>(answer);
    QCOMPARE(QString::fromStdString(std::string(refusalName(refusal.reason))), expected);
    QVERIFY(!refusal.text.empty());
    QVERIFY(
        std::holds_alternative<SplitPlan>(decided(shardOf(1, 1.5), stateOf({shardOf(1, 1.5)}))));
}

void TestSplitRule::decideSplit_hot_plansEnoughParts()
{
    const ShardFacts shard = shardOf(1, 1.5);
    const auto answer = decided(shard, stateOf({shard}));
    QVERIFY(std::holds_alternative<SplitPlan>(answer));
    const SplitPlan& plan = std::get<SplitPlan>(answer);
    QCOMPARE(plan.cuts.parts.size(), std::size_t{3});
    for (const auto& part : plan.cuts.parts) {
        QVERIFY(part.loadShare * 1.5 <= 0.5 + 0.02); // each within the target
    }
}

void TestSplitRule::decideSplit_peakAhead_plansForIt()
{
    ShardFacts shard = shardOf(1, 1.1);
    shard.forecast = risingForecast(2h, 3.0);
    const auto answer = decided(shard, stateOf({shard}));
    QVERIFY(std::holds_alternative<SplitPlan>(answer));
    QCOMPARE(std::get<SplitPlan>(answer).cuts.parts.size(), std::size_t{6});
}

void TestSplitRule::refusals_all_haveNameAndNextStep()
{
    std::set<std::string_view> names;
    for (int i = 0; i <= static_cast<int>(RefusalReason::NotDecided); ++i) {
        const auto reason = static_cast<RefusalReason>(i);
        QVERIFY(names.insert(refusalName(reason)).second);
        QVERIFY(!nextStepOf(reason, ShardId(7)).empty());
        QVERIFY(nextStepOf(reason, ShardId(7)).find('%') == std::string::npos);
    }
}

QTEST_APPLESS_MAIN(TestSplitRule)
#include "tst_split_rule.moc"
