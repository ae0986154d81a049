// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/sharding/keyspace_plan.h"
#include "tests/unit/sharding/shard_world.h"
// clang-format on

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::sharding;
using namespace isotherm::sharding::test;

namespace
{

KeyspaceFacts facts()
{
    KeyspaceFacts facts;
    facts.tables = {"public.orders"};
    facts.keyColumns = {"id"};
    facts.keyTypes = {KeyType::Integer};
    facts.rows = 1'000'000;
    facts.bytes = ByteCount(25'000'000'000);
    facts.rowBounds = evenRows(0, 1000);
    facts.boundsFrom = "the server's statistics";
    return facts;
}

} // namespace

class TestKeyspacePlan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void planKeyspace_size_decides();
    void planKeyspace_growth_isPlannedFor();
    void planKeyspace_load_decidesWhenItIsMore();
    void planKeyspace_load_movesTheBoundaries();
    void planKeyspace_fewKeys_saysSo();
    void planKeyspace_warnings();
    void planKeyspace_anything_coversTheWholeRange();
};

void TestKeyspacePlan::planKeyspace_size_decides()
{
    const KeyspacePlan plan = planKeyspace(facts(), {}, {});
    QCOMPARE(plan.shards.size(), std::size_t{3}); // 25 GB, at most 10 GB each
    QVERIFY(plan.reasons.front().starts_with("size:"));
    for (const PlannedShard& shard : plan.shards) {
        QVERIFY(std::abs(static_cast<double>(shard.rows) - 333'333) < 15'000);
        QVERIFY(!shard.loadShare);
    }
    KeyspaceWishes wishes;
    wishes.targetSize = ByteCount(5'000'000'000);
    QCOMPARE(planKeyspace(facts(), wishes, {}).shards.size(), std::size_t{5});
    wishes.shards = 7;
    QCOMPARE(planKeyspace(facts(), wishes, {}).shards.size(), std::size_t{7});
}

void TestKeyspacePlan::planKeyspace_growth_isPlannedFor()
{
    KeyspaceFacts growing = facts();
    growing.bytesPerDay = ByteCount(500'000'000); // 45 GB in 90 days
    QCOMPARE(planKeyspace(growing, {}, {}).shards.size(), std::size_t{7});
}

void TestKeyspacePlan::planKeyspace_load_decidesWhenItIsMore()
{
    KeyspaceFacts busy = facts();
    busy.load = 3.1;
    const KeyspacePlan plan = planKeyspace(busy, {}, {});
    QCOMPARE(plan.shards.size(), std::size_t{7}); // at most half the limit each
    QVERIFY(plan.reasons.front().starts_with("load:"));
}

void TestKeyspacePlan::planKeyspace_load_movesTheBoundaries()
{
    KeyspaceFacts skewed = facts();
    skewed.keys = evenLoads(0, 100, 100); // all of the load on a tenth of the rows
    KeyspaceWishes wishes;
    wishes.shards = 2;
    const KeyspacePlan plan = planKeyspace(skewed, wishes, {});
    QCOMPARE(plan.shards.size(), std::size_t{2});
    QVERIFY(*plan.shards[0].range.end < keyOf(200)); // by rows alone it would be 500
    QVERIFY(plan.reasons.back().find("rows and load") != std::string::npos);
}

void TestKeyspacePlan::planKeyspace_fewKeys_saysSo()
{
    KeyspaceFacts few = facts();
    few.rowBounds = {keyOf(1), keyOf(2)};
    KeyspaceWishes wishes;
    wishes.shards = 5;
    const KeyspacePlan plan = planKeyspace(few, wishes, {});
    QVERIFY(plan.shards.size() < 5);
    QVERIFY(!plan.warnings.empty());
    few.rowBounds.clear();
    QCOMPARE(planKeyspace(few, wishes, {}).shards.size(), std::size_t{1});
}

void TestKeyspacePlan::planKeyspace_warnings()
{
    KeyspaceFacts bad = facts();
    QVERIFY(planKeyspace(bad, {}, {}).warnings.empty());
    bad.keyAscends = true;
    bad.tablesWithoutKey = {"public.lines"};
    bad.keys.bars = {barOf(0, 0.7), hotKey(500, 0.3)};
    QCOMPARE(planKeyspace(bad, {}, {}).warnings.size(), std::size_t{3});
}

void TestKeyspacePlan::planKeyspace_anything_coversTheWholeRange()
{
    const std::uint64_t seed = std::random_device{}();
    qInfo("seed %llu", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    for (int round = 0; round < 100; ++round) {
        KeyspaceFacts some = facts();
        some.rowBounds = evenRows(0, 1 + static_cast<std::int64_t>(random() % 2000),
                                  1 + static_cast<std::int64_t>(random() % 100));
        some.rowBounds.erase(std::unique(some.rowBounds.begin(), some.rowBounds.end()),
                             some.rowBounds.end());
        if (random() % 2 == 0) {
            some.keys = ZipfKeys(random, 50, 1.0).exact(0);
        }
        KeyspaceWishes wishes;
        wishes.shards = 1 + static_cast<std::uint32_t>(random() % 40);
        const KeyspacePlan plan = planKeyspace(some, wishes, {});
        QVERIFY(!plan.shards.empty() && plan.shards.size() <= *wishes.shards);
        QVERIFY(plan.shards.front().range.begin.empty());
        QVERIFY(!plan.shards.back().range.end);
        std::uint64_t rows = 0;
        for (std::size_t i = 0; i < plan.shards.size(); ++i) {
            QVERIFY(!plan.shards[i].range.empty());
            QVERIFY(i == 0 || plan.shards[i - 1].range.end == plan.shards[i].range.begin);
            rows += plan.shards[i].rows;
        }
        QVERIFY(rows <= 1'000'000 && rows + 200 >= 1'000'000);
    }
}

QTEST_APPLESS_MAIN(TestKeyspacePlan)
#include "tst_keyspace_plan.moc"
