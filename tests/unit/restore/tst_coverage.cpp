// SPDX-License-Identifier: Apache-2.0
// moc 6.4 cannot parse <compare>, which the header needs, unless it met <string> before it.
// clang-format off
#include <string>

#include "agent/restore/coverage.h"
// clang-format on

#include <QtTest/QtTest>
#include <algorithm>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace isotherm;
using namespace isotherm::restore;

namespace
{

/// The model's key space: the points 0 … kPoints-1, and a last one for everything above.
constexpr int kPoints = 60;

Key keyAt(int point)
{
    std::string encoded;
    appendKeyInteger(encoded, point);
    return Key(std::move(encoded));
}

/// [begin, end); begin 0 is sometimes the lowest key, end kPoints is "to the top".
KeyRange rangeOf(int begin, int end, bool openBelow = false)
{
    KeyRange range;
    if (!openBelow) {
        range.begin = keyAt(begin);
    }
    if (end < kPoints) {
        range.end = keyAt(end);
    }
    return range;
}

struct World
{
    std::vector<KeyRange> wanted;
    std::vector<Candidate> candidates;
};

World randomWorld(std::mt19937_64& random)
{
    const auto below = [&random](int limit) { return static_cast<int>(random() % limit); };
    World world;
    for (int at = below(8); at < kPoints;) {
        const int end = std::min(kPoints, at + 1 + below(15));
        world.wanted.push_back(rangeOf(at, end, at == 0));
        at = end + below(9); // 0: adjacent ranges stay two
    }
    const int count = below(9);
    for (int i = 0; i < count; ++i) {
        const int begin = below(kPoints);
        const int end = begin + 1 + below(kPoints - begin);
        Candidate candidate;
        candidate.backup = "backup-" + std::to_string(i);
        candidate.shard = ShardId(static_cast<std::uint64_t>(i + 1));
        candidate.range = rangeOf(begin, end, begin == 0 && below(2) == 0);
        candidate.asOf = fromUnixMicros(1'000 + below(5)); // equal moments do happen
        world.candidates.push_back(std::move(candidate));
    }
    return world;
}

bool holds(const std::vector<KeyRange>& ranges, const Key& key)
{
    return std::any_of(ranges.begin(), ranges.end(),
                       [&key](const KeyRange& range) { return range.contains(key); });
}

/// The moment of the newest candidate that holds `key`, asked of each in turn.
std::optional<WallTime> newestAt(const World& world, const Key& key)
{
    std::optional<WallTime> newest;
    for (const Candidate& candidate : world.candidates) {
        if (candidate.range.contains(key)) {
            newest = std::max(newest.value_or(candidate.asOf), candidate.asOf);
        }
    }
    return newest;
}

bool sortedAndDisjoint(const std::vector<KeyRange>& ranges)
{
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (ranges[i].empty() ||
            (i > 0 && (!ranges[i - 1].end || ranges[i].begin < *ranges[i - 1].end))) {
            return false;
        }
    }
    return true;
}

/// "" or what is wrong with the answer at one point.
std::string wrongAt(const World& world, const Coverage& coverage, const Key& key)
{
    int servedBy = 0;
    std::optional<WallTime> served;
    for (const Covered& covered : coverage.used) {
        if (holds(covered.ranges, key)) {
            ++servedBy;
            served = covered.candidate.asOf;
            if (!covered.candidate.range.contains(key)) {
                return "is taken from a backup that does not hold it";
            }
        }
    }
    const bool wanted = holds(world.wanted, key);
    const std::optional<WallTime> newest = newestAt(world, key);
    if (servedBy > 1) {
        return "comes twice";
    }
    if (!wanted) {
        return servedBy == 0 && !holds(coverage.missing, key) ? "" : "was not asked for";
    }
    if (newest != served) {
        return "does not come from the newest backup that holds it";
    }
    return holds(coverage.missing, key) == !newest ? "" : "is (not) missing";
}

} // namespace

class TstCoverage : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cover_randomWorlds_agreesWithTheModel()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (int round = 0; round < 3'000; ++round) {
            const World world = randomWorld(random);
            const Coverage coverage = cover(world.wanted, world.candidates);
            QVERIFY2(sortedAndDisjoint(coverage.missing), qPrintable(describe(round, seed)));
            std::set<std::string> used;
            for (const Covered& covered : coverage.used) {
                QVERIFY2(!covered.ranges.empty(), qPrintable(describe(round, seed)));
                QVERIFY2(sortedAndDisjoint(covered.ranges), qPrintable(describe(round, seed)));
                QVERIFY2(used.insert(covered.candidate.backup).second,
                         qPrintable(describe(round, seed)));
            }
            for (int point = -1; point <= kPoints; ++point) { // -1: only ranges open below
                const std::string wrong = wrongAt(world, coverage, keyAt(point));
                QVERIFY2(wrong.empty(), qPrintable(describe(round, seed) +
                                                   QStringLiteral(": %1 %2").arg(point).arg(
                                                       QString::fromStdString(wrong))));
            }
        }
    }

    void subtract_randomRanges_agreesWithTheModel()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (int round = 0; round < 3'000; ++round) {
            const World world = randomWorld(random);
            const int begin = static_cast<int>(random() % kPoints);
            const int end = static_cast<int>(random() % (kPoints + 1)); // may be empty or inverted
            const KeyRange taken = rangeOf(begin, end, begin == 0);
            const std::vector<KeyRange> rest = subtract(world.wanted, taken);
            QVERIFY2(sortedAndDisjoint(rest), qPrintable(describe(round, seed)));
            for (int point = -1; point <= kPoints; ++point) {
                const Key key = keyAt(point);
                QVERIFY2(
                    holds(rest, key) == (holds(world.wanted, key) && !taken.contains(key)),
                    qPrintable(describe(round, seed) + QStringLiteral(": point %1").arg(point)));
            }
        }
    }

    void cover_afterASplit_childWhereItHasABackupParentElsewhere()
    {
        const Candidate parent{"parent", ShardId(1), rangeOf(0, kPoints, true), fromUnixMicros(10)};
        const Candidate child{"child", ShardId(2), rangeOf(0, 30, true), fromUnixMicros(20)};
        const Coverage coverage = cover({KeyRange{}}, {parent, child});
        QVERIFY(coverage.missing.empty());
        QCOMPARE(coverage.used.size(), std::size_t(2));
        QCOMPARE(coverage.used[0].candidate.backup, std::string("child"));
        QCOMPARE(coverage.used[1].candidate.backup, std::string("parent"));
        QCOMPARE(coverage.used[1].ranges, std::vector<KeyRange>{rangeOf(30, kPoints)});
    }

    void cover_noCandidates_everythingIsMissing()
    {
        const std::vector<KeyRange> wanted = {rangeOf(1, 5), rangeOf(7, 9)};
        const Coverage coverage = cover(wanted, {});
        QVERIFY(coverage.used.empty());
        QCOMPARE(coverage.missing, wanted);
    }

private:
    static QString describe(int round, unsigned seed)
    {
        return QStringLiteral("round %1 of seed %2").arg(round).arg(seed);
    }
};

QTEST_APPLESS_MAIN(TstCoverage)
#include "tst_coverage.moc"
