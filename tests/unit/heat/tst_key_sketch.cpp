// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/key_sketch.h"
#include "tests/harness/keys.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <cmath>
#include <map>
#include <random>

using namespace isotherm;
using namespace isotherm::heat;
using namespace std::chrono_literals;

namespace
{

const WallTime kStart = fromUnixMicros(1'770'000'000'000'000);

using test::keyOf;

std::int64_t valueOf(const Key& key)
{
    return std::stoll(formatKey(key, {KeyType::Integer}));
}

std::uint32_t seed()
{
    const std::uint32_t seed = std::random_device{}();
    qInfo() << "seed" << seed;
    return seed;
}

/// P(value) ~ 1 / (value + 1).
class Zipf
{
public:
    explicit Zipf(std::size_t values)
    {
        for (std::size_t i = 0; i < values; ++i) {
            m_weights.push_back(1.0 / static_cast<double>(i + 1));
        }
        m_values = std::discrete_distribution<std::int64_t>(m_weights.begin(), m_weights.end());
    }
    std::int64_t operator()(std::mt19937& random) { return m_values(random); }

private:
    std::vector<double> m_weights;
    std::discrete_distribution<std::int64_t> m_values;
};

/// The largest error of `below` over the quantiles that the sketch gives.
double worstRank(const KeySketch& sketch, const std::map<std::int64_t, double>& truth)
{
    double total = 0;
    for (const auto& [value, weight] : truth) {
        total += weight;
    }
    double worst = 0;
    double below = 0;
    auto next = truth.begin();
    for (const KeyQuantile& quantile : sketch.quantiles(KeyUse::Reads, 256)) {
        for (; next->first < valueOf(quantile.key); ++next) {
            below += next->second / total;
        }
        worst = std::max(worst, std::abs(below - quantile.below));
    }
    return worst;
}

} // namespace

class TstKeySketch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void quantiles_anyDistribution_ranksAreWithinTheBound_data()
    {
        QTest::addColumn<int>("distribution");
        QTest::addRow("uniform") << 0;
        QTest::addRow("zipf") << 1;
        QTest::addRow("ascending") << 2;
        QTest::addRow("weighted") << 3;
    }
    void quantiles_anyDistribution_ranksAreWithinTheBound()
    {
        QFETCH(int, distribution);
        const std::uint32_t start = seed();
        std::mt19937 random(start);
        std::uniform_int_distribution<std::int64_t> uniform(-50'000, 50'000);
        Zipf zipf(10'000);
        KeySketch sketch({24h, start});
        std::map<std::int64_t, double> truth;
        for (int i = 0; i < 100'000; ++i) {
            const std::int64_t value = distribution == 0   ? uniform(random)
                                       : distribution == 2 ? i
                                                           : zipf(random);
            const double weight = distribution == 3 ? (value % 7 == 0 ? 50.0 : 1.0) : 1.0;
            sketch.add(KeyUse::Reads, keyOf(value), weight, kStart);
            truth[value] += weight;
        }
        // Dvoretzky-Kiefer-Wolfowitz: with 512 samples above 0.1 once in 14,000.
        const double worst = worstRank(sketch, truth);
        QVERIFY2(worst < 0.1, qPrintable(QString::number(worst)));
        QVERIFY(sketch.quantiles(KeyUse::Reads, 256).size() >=
                (distribution % 2 == 1 ? 50U : 150U));
        QVERIFY(sketch.bytes() < 130'000);
        QCOMPARE(sketch.observations(KeyUse::Reads), std::uint64_t{100'000});
    }

    void quantiles_halves_areAsEvenAsKeysAllow()
    {
        KeySketch sketch({1h, 7});
        for (int i = 0; i < 100; ++i) {
            sketch.add(KeyUse::Writes, keyOf(i), 1, kStart);
        }
        const auto halves = sketch.quantiles(KeyUse::Writes, 1);
        QCOMPARE(halves.size(), std::size_t{1});
        QCOMPARE(valueOf(halves[0].key), 50);
        QVERIFY(std::abs(halves[0].below - 0.5) < 1e-9);
        QVERIFY(std::abs(halves[0].at - 0.01) < 1e-9);
        QVERIFY(sketch.quantiles(KeyUse::Reads, 1).empty());
        QVERIFY(std::abs(*sketch.below(KeyUse::All, keyOf(25)) - 0.25) < 1e-9);
        QVERIFY(!sketch.below(KeyUse::Reads, keyOf(25)));
    }

    void quantiles_oneKeyOnly_cannotBeCut()
    {
        KeySketch sketch;
        for (int i = 0; i < 1'000; ++i) {
            sketch.add(KeyUse::Reads, keyOf(42), 1, kStart + i * 1ms);
        }
        QVERIFY(sketch.quantiles(KeyUse::Reads, 7).empty());
        QCOMPARE(sketch.top(KeyUse::All).size(), std::size_t{1});
        QVERIFY(sketch.top(KeyUse::All)[0].share > 0.999);
    }

    void top_zipf_holdsEveryHeavyKeyWithinOneIn256()
    {
        const std::uint32_t start = seed();
        std::mt19937 random(start);
        Zipf zipf(100'000);
        KeySketch sketch({24h, start});
        std::map<std::int64_t, double> truth;
        constexpr int kCount = 200'000;
        for (int i = 0; i < kCount; ++i) {
            const std::int64_t value = zipf(random);
            sketch.add(KeyUse::Reads, keyOf(value), 1, kStart);
            truth[value] += 1.0 / kCount;
        }
        std::map<std::int64_t, KeyShare> found;
        for (const KeyShare& share : sketch.top(KeyUse::Reads)) {
            found[valueOf(share.key)] = share;
        }
        for (const auto& [value, share] : truth) {
            if (share > 1.0 / KeySketch::kTopKeys) {
                QVERIFY2(found.contains(value), qPrintable(QString::number(value)));
            }
            if (const auto it = found.find(value); it != found.end()) {
                QVERIFY(it->second.share <= share + 1e-9);
                QVERIFY(it->second.atMost >= share - 1e-9);
                QVERIFY(it->second.atMost - it->second.share <= 1.0 / KeySketch::kTopKeys);
            }
        }
        QCOMPARE(valueOf(sketch.top(KeyUse::Reads, 1).front().key), 0);
    }

    void top_all_tellsReadsFromWrites()
    {
        KeySketch sketch;
        sketch.add(KeyUse::Reads, keyOf(1), 30, kStart);
        sketch.add(KeyUse::Writes, keyOf(1), 10, kStart);
        sketch.add(KeyUse::Writes, keyOf(2), 60, kStart);
        const auto top = sketch.top(KeyUse::All);
        QCOMPARE(top.size(), std::size_t{2});
        QCOMPARE(valueOf(top[0].key), 2);
        QVERIFY(std::abs(top[0].share - 0.6) < 1e-9);
        QVERIFY(std::abs(top[1].share - 0.4) < 1e-9);
        QVERIFY(std::abs(top[1].reads - 0.75) < 1e-9);
        QCOMPARE(sketch.top(KeyUse::Reads).size(), std::size_t{1});
    }

    void add_lateEnough_theOldCountsHalf()
    {
        KeySketch sketch({5min, 3});
        sketch.add(KeyUse::Reads, keyOf(1), 100, kStart);
        sketch.add(KeyUse::Reads, keyOf(2), 100, kStart + 5min);
        const auto top = sketch.top(KeyUse::Reads);
        QVERIFY(std::abs(top[0].share - 2.0 / 3) < 1e-9);
        QCOMPARE(valueOf(top[0].key), 2);
        QVERIFY(std::abs(*sketch.below(KeyUse::Reads, keyOf(2)) - 1.0 / 3) < 1e-9);
        QVERIFY(std::abs(sketch.weight(KeyUse::Reads, kStart + 10min) - 75) < 1e-6);
    }

    void add_hotspotMoves_theSketchFollows()
    {
        std::mt19937 random(seed());
        std::uniform_int_distribution<std::int64_t> wobble(0, 999);
        KeySketch sketch({1min, 11});
        // Days of it: past every landmark.
        for (int i = 0; i < 60'000; ++i) {
            sketch.add(KeyUse::Reads, keyOf(i / 10'000 * 100'000 + wobble(random)), 1,
                       kStart + i * 2s);
        }
        QVERIFY(*sketch.below(KeyUse::Reads, keyOf(500'000)) < 0.01);
        for (const KeyShare& share : sketch.top(KeyUse::Reads, 20)) {
            QVERIFY(valueOf(share.key) >= 500'000);
        }
        QVERIFY(std::abs(sketch.rate(KeyUse::Reads, kStart + 120'000s) - 0.5) < 0.02);
    }

    void add_timeGoesBackByFar_forgetsThePast()
    {
        KeySketch sketch({1min, 1});
        sketch.add(KeyUse::Reads, keyOf(1), 1, kStart + 100h);
        sketch.add(KeyUse::Reads, keyOf(2), 1, kStart);
        QCOMPARE(sketch.top(KeyUse::All).size(), std::size_t{1});
        QCOMPARE(valueOf(sketch.top(KeyUse::All)[0].key), 2);
        // Not valid weights: nothing happens.
        sketch.add(KeyUse::Reads, keyOf(3), 0, kStart);
        sketch.add(KeyUse::Reads, keyOf(3), -1, kStart);
        sketch.add(KeyUse::Reads, keyOf(3), std::nan(""), kStart);
        QCOMPARE(sketch.observations(KeyUse::All), std::uint64_t{1});
    }

    void merge_halvesOfAStream_isLikeTheWhole()
    {
        const std::uint32_t start = seed();
        std::mt19937 random(start);
        Zipf zipf(5'000);
        KeySketch left({1h, start});
        KeySketch right({1h, start + 1});
        std::map<std::int64_t, double> truth;
        for (int i = 0; i < 60'000; ++i) {
            const std::int64_t value = zipf(random) * 37 % 5'003;
            (i % 3 == 0 ? left : right).add(KeyUse::Reads, keyOf(value), 1, kStart + i * 1ms);
            truth[value] += 1;
        }
        KeySketch both = left;
        QVERIFY(both.merge(right).ok());
        QVERIFY(worstRank(both, truth) < 0.1);
        QVERIFY(std::abs(both.weight(KeyUse::Reads, kStart + 60s) -
                         left.weight(KeyUse::Reads, kStart + 60s) -
                         right.weight(KeyUse::Reads, kStart + 60s)) < 1e-3);
        const KeyShare heaviest = both.top(KeyUse::Reads, 1).front();
        QCOMPARE(valueOf(heaviest.key), 0);
        QVERIFY(heaviest.share <= truth[0] / 60'000 * 1.02);
        QVERIFY(heaviest.atMost >= truth[0] / 60'000 * 0.98);
        QVERIFY(both.bytes() < 130'000);
        QVERIFY(!both.merge(KeySketch({1min, 1})).ok());
        KeySketch empty({1h, 9});
        QVERIFY(empty.merge(both).ok());
        QCOMPARE(empty.top(KeyUse::Reads, 1).front().share, heaviest.share);
    }

    void keepOnly_aRange_hasItsShare()
    {
        KeySketch sketch({1h, 5});
        for (int i = 0; i < 400; ++i) {
            sketch.add(KeyUse::Reads, keyOf(i), 1, kStart);
        }
        sketch.keepOnly({keyOf(100), keyOf(200)});
        QVERIFY(std::abs(sketch.weight(KeyUse::Reads, kStart) - 100) < 1e-6);
        QVERIFY(std::abs(*sketch.below(KeyUse::Reads, keyOf(150)) - 0.5) < 1e-6);
        for (const KeyShare& share : sketch.top(KeyUse::Reads)) {
            QVERIFY(valueOf(share.key) >= 100 && valueOf(share.key) < 200);
        }
    }

    void serialize_thenDeserialize_isTheSame()
    {
        KeySketch sketch({5min, 5});
        Zipf zipf(3'000);
        std::mt19937 random(4);
        for (int i = 0; i < 5'000; ++i) {
            sketch.add(i % 3 == 0 ? KeyUse::Writes : KeyUse::Reads, keyOf(zipf(random)), 1,
                       kStart + i * 1s);
        }
        auto copy = KeySketch::deserialize(sketch.serialize());
        QVERIFY(copy.ok());
        QCOMPARE(copy->serialize().size(), sketch.serialize().size());
        for (KeySketch* one : {&sketch, &*copy}) { // they go on alike
            one->add(KeyUse::Reads, keyOf(5), 3, kStart + 6'000s);
        }
        const auto before = sketch.top(KeyUse::All);
        const auto after = copy->top(KeyUse::All);
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < before.size(); ++i) {
            QCOMPARE(after[i].key.encoded(), before[i].key.encoded());
            QCOMPARE(after[i].share, before[i].share);
        }
        QCOMPARE(copy->quantiles(KeyUse::All, 9).size(), sketch.quantiles(KeyUse::All, 9).size());
    }

    void deserialize_damagedBytes_isRefused()
    {
        KeySketch sketch;
        for (int i = 0; i < 20; ++i) {
            sketch.add(KeyUse::Reads, keyOf(i), 1, kStart);
        }
        const std::string good = sketch.serialize();
        for (std::size_t i = 1; i < good.size(); ++i) {
            std::string bad = good;
            bad[i] = static_cast<char>(bad[i] ^ 0x10);
            const auto read = KeySketch::deserialize(bad);
            QVERIFY(!read.ok());
            QCOMPARE(read.error().code, Code::DataLoss);
            QVERIFY(!KeySketch::deserialize(std::string_view(good).substr(0, i)).ok());
        }
        QVERIFY(!KeySketch::deserialize("").ok());
    }
};

QTEST_GUILESS_MAIN(TstKeySketch)
#include "tst_key_sketch.moc"
