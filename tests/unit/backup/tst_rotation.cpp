// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/backup/rotation.h"
// clang-format on

#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

using namespace isotherm;
using namespace isotherm::backup;
using std::chrono::hours;
using std::chrono::minutes;

namespace
{

const RotationOptions kOptions;
const WallTime kBegin = rotationAt(fromUnixMicros(1'700'000'000'000'000), kOptions).begin;

/// Busy by day, each shard with a quiet hour of its own.
std::optional<double> wave(ShardId shard, WallTime moment)
{
    const double hour = std::chrono::duration<double, std::ratio<3600>>(moment - kBegin).count();
    return 100.0 - 50.0 * std::cos((hour - static_cast<double>(shard.get() % 24)) / 12.0 * M_PI);
}

std::optional<double> unknown(ShardId, WallTime)
{
    return std::nullopt;
}

std::vector<RotationShard> manyShards(std::size_t count, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::lognormal_distribution<double> size(20, 1);
    std::vector<RotationShard> shards;
    for (std::size_t i = 0; i < count; ++i) {
        shards.push_back({ShardId(i + 1), ByteCount(static_cast<std::uint64_t>(size(random))), {}});
    }
    return shards;
}

} // namespace

class TstRotation : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void rotationAt_anyMoment_tilesTime()
    {
        const WallTime moment = fromUnixMicros(1'700'000'000'123'456);
        for (const WallTime at : {moment, WallTime{}, fromUnixMicros(-1)}) {
            const RotationSpan span = rotationAt(at, kOptions);
            QVERIFY(span.begin <= at && at < span.end);
            QCOMPARE(rotationAt(span.end, kOptions).begin, span.end);
            QCOMPARE(rotationAt(span.end - std::chrono::microseconds(1), kOptions).begin,
                     span.begin);
        }
    }

    void planRotation_untouchedRotation_givesEveryShardOneTurn()
    {
        const auto turns = planRotation(manyShards(1'000, 1), wave, kBegin, kOptions);
        std::set<ShardId> seen;
        for (const FullTurn& turn : turns) {
            QVERIFY(seen.insert(turn.shard).second);
            QVERIFY(turn.slot >= kBegin && turn.slot < kBegin + kOptions.rotation);
            QVERIFY(!turn.reason.empty());
        }
        QCOMPARE(seen.size(), std::size_t(1'000));
    }

    void planRotation_manyShards_balancesBytes()
    {
        const auto shards = manyShards(2'000, 2);
        std::map<ShardId, std::uint64_t> sizes;
        double all = 0;
        for (const RotationShard& shard : shards) {
            sizes[shard.shard] = shard.size.get();
            all += static_cast<double>(shard.size.get());
        }
        std::map<WallTime, double> slots;
        const auto sameForAll = [](ShardId, WallTime moment) { return wave(ShardId(1), moment); };
        for (const FullTurn& turn : planRotation(shards, sameForAll, kBegin, kOptions)) {
            slots[turn.slot] += static_cast<double>(sizes[turn.shard]);
        }
        for (const auto& [slot, bytes] : slots) {
            QVERIFY2(bytes <= all / 168 * 1.25, qPrintable(QString::number(bytes / all * 168)));
        }
    }

    void planRotation_knownLoad_choosesQuietHours()
    {
        double chosen = 0;
        const auto turns = planRotation(manyShards(500, 3), wave, kBegin, kOptions);
        for (const FullTurn& turn : turns) {
            chosen += *wave(turn.shard, turn.slot) / static_cast<double>(turns.size());
        }
        QVERIFY2(chosen < 60, qPrintable(QString::number(chosen))); // the mean is 100, the least 50
    }

    /// Runs a rotation hour by hour, planning anew each time with what is left.
    void planRotation_askedEveryHour_givesExactlyOneFull()
    {
        auto shards = manyShards(300, 4);
        std::map<ShardId, int> fulls;
        for (WallTime now = kBegin; now < kBegin + kOptions.rotation; now += minutes(60)) {
            for (const FullTurn& turn : planRotation(shards, wave, now, kOptions)) {
                if (turn.slot <= now) {
                    ++fulls[turn.shard];
                    shards[turn.shard.get() - 1].lastFull = now;
                }
            }
        }
        QCOMPARE(fulls.size(), std::size_t(300));
        QVERIFY(std::all_of(fulls.begin(), fulls.end(),
                            [](const auto& count) { return count.second == 1; }));
    }

    void planRotation_fullOfThisRotation_hasNoTurnLeft()
    {
        std::vector<RotationShard> shards = {
            {ShardId(1), ByteCount(10), kBegin}, // its very first moment counts
            {ShardId(2), ByteCount(10), kBegin - std::chrono::microseconds(1)}};
        const auto turns = planRotation(shards, wave, kBegin + hours(5), kOptions);
        QCOMPARE(turns.size(), std::size_t(1));
        QCOMPARE(turns.front().shard, ShardId(2));
    }

    void planRotation_lastMinutes_stillPlacesEveryShard()
    {
        const WallTime now = kBegin + kOptions.rotation - minutes(1);
        const auto turns = planRotation(manyShards(50, 5), wave, now, kOptions);
        QCOMPARE(turns.size(), std::size_t(50));
        for (const FullTurn& turn : turns) {
            QCOMPARE(turn.slot, kBegin + kOptions.rotation - hours(1));
        }
    }

    void planRotation_nothingKnown_spreadsEvenly()
    {
        std::vector<RotationShard> shards;
        for (std::uint64_t i = 1; i <= 336; ++i) {
            shards.push_back({ShardId(i), ByteCount(0), {}}); // even empty ones
        }
        std::map<WallTime, int> slots;
        for (const FullTurn& turn : planRotation(shards, unknown, kBegin, kOptions)) {
            ++slots[turn.slot];
        }
        QCOMPARE(slots.size(), std::size_t(168));
        for (const auto& [slot, count] : slots) {
            QCOMPARE(count, 2);
        }
    }

    void planRotation_sameInput_samePlan()
    {
        auto shards = manyShards(200, 6);
        const auto first = planRotation(shards, wave, kBegin + hours(30), kOptions);
        std::reverse(shards.begin(), shards.end());
        QVERIFY(first == planRotation(shards, wave, kBegin + hours(30), kOptions));
    }
};

QTEST_GUILESS_MAIN(TstRotation)
#include "tst_rotation.moc"
