// SPDX-License-Identifier: Apache-2.0
// clang-format off: moc cannot read libstdc++'s <concepts> unless <string> came before it
#include <string>
// clang-format on
#include "agent/api/heat_feed.h"
#include "tests/unit/api/fake_agent_service.h"

#include <QtTest/QtTest>
#include <cmath>
#include <cstring>
#include <random>

using namespace isotherm;
using namespace isotherm::api;
using namespace isotherm::test;

namespace
{

constexpr HeatFollow kFollow{HeatMetric::Rows, std::chrono::seconds(60), std::chrono::seconds(1)};

/// What a client would have after the messages.
struct Picture
{
    std::chrono::milliseconds step{0};
    std::map<WallTime, std::vector<float>> columns;

    void apply(const HeatMatrix& matrix)
    {
        if (matrix.step != step) {
            columns.clear();
            step = matrix.step;
        }
        for (std::size_t column = 0; column < matrix.columns; ++column) {
            const auto begin = matrix.mean.begin() + static_cast<long>(column * matrix.rows.size());
            columns[matrix.columnStart(column)] = {begin,
                                                   begin + static_cast<long>(matrix.rows.size())};
        }
    }
};

} // namespace

class TestHeatFeed : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void window_ends_afterNow();
    void changes_firstLook_isTheWindow();
    void changes_nothingNew_isNothing();
    void changes_timePasses_sendsTheNewColumns();
    void changes_shardAdded_sendsTheWindow();
    void changes_clockStepsBack_sendsTheWindow();
    void changes_longPause_sendsTheWindow();
    void changes_random_pictureEqualsTheService();
    void lastColumns_forecast_keepsItsPlace();
};

void TestHeatFeed::window_ends_afterNow()
{
    FakeAgentService fake;
    const WallTime now = fake.state().now + std::chrono::milliseconds(300);
    HeatFeed feed(fake, kFollow);
    const HeatMatrix matrix = feed.window(now).value();
    QCOMPARE(matrix.columns, std::size_t{60});
    QVERIFY(matrix.end() > now && matrix.end() - now <= std::chrono::seconds(1));
}

void TestHeatFeed::changes_firstLook_isTheWindow()
{
    FakeAgentService fake;
    HeatFeed feed(fake, kFollow);
    const auto first = feed.changes(fake.state().now).value();
    QVERIFY(first.has_value());
    QCOMPARE(first->columns, std::size_t{60});
}

void TestHeatFeed::changes_nothingNew_isNothing()
{
    FakeAgentService fake;
    HeatFeed feed(fake, kFollow);
    QVERIFY(feed.window(fake.state().now).ok());
    // Missing values are equal to missing values.
    QVERIFY(!feed.changes(fake.state().now).value().has_value());
    QVERIFY(!feed.changes(fake.state().now + std::chrono::milliseconds(400)).value().has_value());
}

void TestHeatFeed::changes_timePasses_sendsTheNewColumns()
{
    FakeAgentService fake;
    HeatFeed feed(fake, kFollow);
    QVERIFY(feed.window(fake.state().now).ok());
    fake.edit([](FakeState& state) { state.now += std::chrono::seconds(3); });
    const auto changes = feed.changes(fake.state().now).value();
    QVERIFY(changes.has_value());
    QCOMPARE(changes->columns, std::size_t{3});
    QVERIFY(changes->end() > fake.state().now);
    QVERIFY(!feed.changes(fake.state().now).value().has_value());
}

void TestHeatFeed::changes_shardAdded_sendsTheWindow()
{
    FakeAgentService fake;
    HeatFeed feed(fake, kFollow);
    QVERIFY(feed.window(fake.state().now).ok());
    fake.edit([](FakeState& state) { state.shards.push_back(sampleState(5).shards[4]); });
    const auto changes = feed.changes(fake.state().now).value();
    QVERIFY(changes.has_value());
    QCOMPARE(changes->columns, std::size_t{60});
    QCOMPARE(changes->rows.size(), std::size_t{5});
}

void TestHeatFeed::changes_clockStepsBack_sendsTheWindow()
{
    FakeAgentService fake;
    HeatFeed feed(fake, kFollow);
    QVERIFY(feed.window(fake.state().now).ok());
    fake.edit([](FakeState& state) { state.now -= std::chrono::hours(1); });
    const auto changes = feed.changes(fake.state().now).value();
    QVERIFY(changes.has_value());
    QCOMPARE(changes->columns, std::size_t{60});
}

void TestHeatFeed::changes_longPause_sendsTheWindow()
{
    FakeAgentService fake;
    HeatFeed feed(fake, kFollow);
    QVERIFY(feed.window(fake.state().now).ok());
    fake.edit([](FakeState& state) { state.now += std::chrono::hours(1); });
    QCOMPARE(feed.changes(fake.state().now).value()->columns, std::size_t{60});
}

void TestHeatFeed::changes_random_pictureEqualsTheService()
{
    const unsigned seed = std::random_device{}();
    qInfo("seed %u", seed);
    std::mt19937 random(seed);
    for (const HeatFollow& follow :
         {kFollow, HeatFollow{HeatMetric::Bytes, std::chrono::hours(2), std::chrono::seconds(10)},
          HeatFollow{HeatMetric::Reads, std::chrono::hours(6), std::chrono::seconds(1)}}) {
        FakeAgentService fake;
        HeatFeed feed(fake, follow);
        Picture picture;
        picture.apply(feed.window(fake.state().now).value());
        for (int step = 0; step < 200; ++step) {
            const std::chrono::milliseconds pause(random() % 5'000);
            fake.edit([&](FakeState& state) { state.now += pause; });
            if (const auto changes = feed.changes(fake.state().now).value()) {
                picture.apply(*changes);
            }
            HeatFeed fresh(fake, follow);
            const HeatMatrix expected = fresh.window(fake.state().now).value();
            QCOMPARE(expected.step, picture.step);
            for (std::size_t column = 0; column < expected.columns; ++column) {
                const auto found = picture.columns.find(expected.columnStart(column));
                QVERIFY(found != picture.columns.end());
                QVERIFY(std::memcmp(found->second.data(),
                                    &expected.mean[column * expected.rows.size()],
                                    expected.rows.size() * sizeof(float)) == 0);
            }
        }
    }
}

void TestHeatFeed::lastColumns_forecast_keepsItsPlace()
{
    HeatMatrix matrix;
    matrix.step = std::chrono::seconds(1);
    matrix.columns = 4;
    matrix.forecastFrom = 3;
    matrix.rows = {{ShardId(1), "k", "r"}};
    matrix.mean = matrix.max = {1, 2, 3, 4};
    const HeatMatrix part = lastColumns(matrix, 2);
    QCOMPARE(part.columns, std::size_t{2});
    QCOMPARE(part.forecastFrom, std::size_t{1});
    QVERIFY(part.start == matrix.columnStart(2));
    QVERIFY(part.mean == (std::vector<float>{3, 4}));
}

QTEST_GUILESS_MAIN(TestHeatFeed)
#include "tst_heat_feed.moc"
