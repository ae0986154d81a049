// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/key_sketch.h"
#include "tests/fuzz/attribution_targets.h"

#include <QtTest/QtTest>
#include <random>
#include <string>

using namespace isotherm;

/// Replays mutations through what the fuzzers run.
class TstAttributionHostile : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readAnyLog_mutations_neverCrash()
    {
        const std::uint32_t seed = std::random_device{}();
        qInfo() << "seed" << seed;
        std::mt19937 random(seed);
        const std::string good =
            "x{\"dbname\":\"d\",\"error_severity\":\"LOG\",\"message\":\"duration: 1 ms  execute "
            "S: "
            "select * from t where id in ($1, -2) or id between '3' and $2\",\"detail\":"
            "\"parameters: $1 = '7', $2 = NULL\"}\n{\"error_severity\":\"LOG\",\"message\":"
            "\"duration: 0.1 ms  statement: delete from u where id = 'a''b'\"}\n";
        fuzz::readAnyLog(good);
        for (int round = 0; round < 3'000; ++round) {
            fuzz::readAnyLog(mutated(good, random));
        }
    }

    void readAnySketch_mutations_neverCrash()
    {
        const std::uint32_t seed = std::random_device{}();
        qInfo() << "seed" << seed;
        std::mt19937 random(seed);
        heat::KeySketch sketch;
        for (int i = 0; i < 900; ++i) {
            sketch.add(i % 2 == 0 ? heat::KeyUse::Reads : heat::KeyUse::Writes,
                       Key(std::to_string(i % 300)), 1, fromUnixMicros(1'770'000'000'000'000));
        }
        const std::string good = sketch.serialize();
        fuzz::readAnySketch(good);
        for (int round = 0; round < 1'000; ++round) {
            std::string bad = mutated(good, random);
            fuzz::readAnySketch(bad);
            fuzz::readAnySketch(sealed(bad)); // with a checksum that fits
        }
    }

private:
    static std::string mutated(const std::string& good, std::mt19937& random)
    {
        std::string bytes = good;
        for (std::uint32_t i = 0; i < 1 + random() % 6; ++i) {
            bytes[random() % bytes.size()] = static_cast<char>(random());
        }
        if (random() % 4 == 0) {
            bytes.resize(random() % bytes.size());
        }
        return bytes;
    }

    static std::string sealed(std::string bytes)
    {
        if (bytes.size() <= 8) {
            return bytes;
        }
        bytes.resize(bytes.size() - 8);
        std::uint64_t hash = 0xCBF29CE484222325U;
        for (const char c : bytes) {
            hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001B3U;
        }
        appendBigEndian(bytes, hash);
        return bytes;
    }
};

QTEST_GUILESS_MAIN(TstAttributionHostile)
#include "tst_attribution_hostile.moc"
