// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/backup/schedule_ahead.h"
// clang-format on

#include <QtTest/QtTest>
#include <map>

using namespace isotherm;
using namespace isotherm::backup;
using std::chrono::hours;
using std::chrono::minutes;

namespace
{

const RotationOptions kWeek;
const WallTime kBegin = rotationAt(fromUnixMicros(1'700'000'000'000'000), kWeek).begin;

AheadShard shardOf(std::uint64_t id, double temperature)
{
    AheadShard shard;
    shard.facts.shard = ShardId(id);
    shard.facts.temperature = temperature;
    shard.facts.lastBackup = kBegin;
    shard.chain = {.hasBackup = true, .captured = true};
    shard.keyspace = "orders";
    for (int week = 0; week < 8; ++week) { // each week on the same day
        shard.turns.push_back({ShardId(id), kBegin + kWeek.rotation * week + hours(24), "its turn"});
    }
    return shard;
}

AheadOptions optionsUntil(WallTime until)
{
    AheadOptions options;
    options.policy.jitter = 0;
    options.until = until;
    return options;
}

std::map<BackupKind, int> kindsOf(const std::vector<ScheduleEntry>& entries)
{
    std::map<BackupKind, int> kinds;
    for (const ScheduleEntry& entry : entries) {
        ++kinds[entry.kind];
    }
    return kinds;
}

} // namespace

class TstScheduleAhead : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void ahead_oneWeek_isOneFullAndIncrementsByTemperature()
    {
        auto kinds = kindsOf(scheduleAhead({shardOf(1, 0.9)}, kBegin, optionsUntil(kBegin + hours(168))));
        QCOMPARE(kinds[BackupKind::Synthetic], 1);
        QVERIFY(std::abs(kinds[BackupKind::Incremental] - 166) <= 1); // every hour but the full's
        kinds = kindsOf(scheduleAhead({shardOf(1, 0.1)}, kBegin, optionsUntil(kBegin + hours(168))));
        QCOMPARE(kinds[BackupKind::Synthetic], 1);
        QVERIFY(kinds[BackupKind::Incremental] <= 7); // every day
    }

    void ahead_objective_onlyShortens()
    {
        AheadShard shard = shardOf(1, 0.1);
        shard.facts.rpo = minutes(10);
        const auto often = scheduleAhead({shard}, kBegin, optionsUntil(kBegin + hours(10)));
        QVERIFY(often.size() >= 74 && often.size() <= 76); // at 80 % of it
        shard.facts.rpo = hours(24 * 30);
        const auto daily = scheduleAhead({shard}, kBegin, optionsUntil(kBegin + hours(23)));
        QVERIFY(daily.empty()); // not longer than the rule
    }

    void ahead_manyRotations_readsTheDatabaseEveryFourth()
    {
        AheadOptions options = optionsUntil(kBegin + kWeek.rotation * 8);
        options.fullsOnly = true;
        const auto entries = scheduleAhead({shardOf(1, 0.1)}, kBegin, options);
        QCOMPARE(entries.size(), std::size_t(8));
        for (std::size_t i = 0; i < entries.size(); ++i) { // the last one before was from it
            QCOMPARE(entries[i].kind, i % 4 == 3 ? BackupKind::Full : BackupKind::Synthetic);
            QVERIFY(entries[i].due >= kBegin + kWeek.rotation * static_cast<int>(i) + hours(24));
            QVERIFY(entries[i].due < kBegin + kWeek.rotation * static_cast<int>(i) + hours(25));
        }
        options.rules.databaseEvery = 1;
        QCOMPARE(kindsOf(scheduleAhead({shardOf(1, 0.1)}, kBegin, options))[BackupKind::Full], 8);
    }

    void ahead_longChain_isCompacted()
    {
        AheadOptions options = optionsUntil(kBegin + hours(23)); // before its turn
        options.rules.maxDeltas = 10;
        auto shard = shardOf(1, 0.9);
        shard.tables = 2;
        const auto kinds = kindsOf(scheduleAhead({shard}, kBegin, options));
        QCOMPARE(kinds.at(BackupKind::Synthetic), 3); // after five increments of two tables each
    }

    void ahead_notCaptured_isFromTheDatabaseEachTime()
    {
        auto shard = shardOf(1, 0.9);
        shard.chain.captured = false;
        const auto kinds = kindsOf(scheduleAhead({shard}, kBegin, optionsUntil(kBegin + hours(10))));
        QCOMPARE(kinds.size(), std::size_t(1));
        QCOMPARE(kinds.begin()->first, BackupKind::Full);
    }

    void ahead_manyShards_soonestFirstAndNoMoreThanTheLimit()
    {
        std::vector<AheadShard> shards;
        for (std::uint64_t i = 1; i <= 20; ++i) {
            shards.push_back(shardOf(i, static_cast<double>(i) / 20));
        }
        AheadOptions options = optionsUntil(kBegin + hours(168));
        const auto all = scheduleAhead(shards, kBegin, options);
        QVERIFY(std::is_sorted(all.begin(), all.end(),
                               [](const auto& a, const auto& b) { return a.due < b.due; }));
        options.limit = 30;
        const auto first = scheduleAhead(shards, kBegin, options);
        QCOMPARE(first.size(), std::size_t(30));
        QVERIFY(std::equal(first.begin(), first.end(), all.begin()));
        for (const ScheduleEntry& entry : all) {
            QVERIFY(!entry.reason.empty());
        }
    }
};

QTEST_GUILESS_MAIN(TstScheduleAhead)
#include "tst_schedule_ahead.moc"
