// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/heat_block.h"
#include "agent/heat/log_codec.h"

#include <QtTest/QtTest>
#include <cmath>
#include <random>

using namespace isotherm;
using namespace isotherm::heat;

class TstHeatBlock : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void codec_zeroAndMissing_areExact()
    {
        const LogCodec codec;
        QCOMPARE(codec.decode(codec.encode(0.0F)), 0.0F);
        QVERIFY(std::isnan(codec.decode(codec.encode(kNaN))));
        QVERIFY(std::isnan(codec.decode(codec.encode(-1.0F))));
        QVERIFY(codec.decode(codec.encode(1e-30F)) > 0.0F); // something is never nothing
        QVERIFY(codec.decode(codec.encode(1e30F)) < 1.1e13F);
        QVERIFY(!std::isnan(codec.decode(codec.encode(std::numeric_limits<float>::infinity()))));
    }

    void codec_everyMagnitude_isWithinItsPrecision()
    {
        const LogCodec codec;
        std::uint16_t before = 0;
        for (double rate = 1.1e-4; rate < 9e12; rate *= 1.001) {
            const std::uint16_t code = codec.encode(static_cast<float>(rate));
            const double back = static_cast<double>(codec.decode(code));
            QVERIFY2(std::abs(back / rate - 1) < 0.00031, qPrintable(QString::number(rate)));
            QVERIFY(code >= before); // the order of codes is the order of rates
            before = code;
        }
    }

    void pack_randomBlock_comesBack()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int round = 0; round < 20; ++round) {
            HeatBlockBuffer block;
            for (std::size_t cell = 0; cell < kCellsPerBlock; ++cell) {
                fill(block.cell(cell), random);
            }
            const std::string packed = block.pack();
            for (std::size_t cell = 0; cell < kCellsPerBlock; ++cell) {
                const auto back = unpackCell(packed, cell);
                QVERIFY(back.ok());
                QVERIFY(back->mean == block.cell(cell).mean);
                QVERIFY(back->max == block.cell(cell).max);
            }
            QVERIFY(!unpackCell(packed, kCellsPerBlock).ok());
        }
    }

    void pack_idleCells_takeAlmostNothing()
    {
        HeatBlockBuffer block;
        const std::size_t nothing = block.pack().size();
        for (std::size_t cell = 0; cell < kCellsPerBlock; ++cell) {
            block.cell(cell).mean.fill(LogCodec::kZero);
            block.cell(cell).max.fill(LogCodec::kZero);
        }
        QCOMPARE(nothing, 1 + 2 * kCellsPerBlock);
        QCOMPARE(block.pack().size(), nothing + 4 * kCellsPerBlock);
    }

    void unpackCell_damagedBytes_neverReadsOutOfBounds()
    {
        const unsigned seed = std::random_device()();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        HeatBlockBuffer block;
        for (std::size_t cell = 0; cell < kCellsPerBlock; ++cell) {
            fill(block.cell(cell), random);
        }
        const std::string packed = block.pack();
        std::size_t refused = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string damaged =
                packed.substr(0, random() % 8 == 0 ? random() % packed.size() : packed.size());
            for (unsigned flips = random() % 4; flips > 0 && !damaged.empty(); --flips) {
                damaged[random() % damaged.size()] = static_cast<char>(random());
            }
            refused += unpackCell(damaged, random() % (kCellsPerBlock + 2)).ok() ? 0 : 1;
        }
        QVERIFY(refused > 0);
    }

    void clearFrom_someBuckets_keepsTheEarlier()
    {
        HeatBlockBuffer block;
        block.cell(3).mean.fill(7);
        QCOMPARE(block.usedBuckets(), kBucketsPerBlock);
        block.clearFrom(10);
        QCOMPARE(block.usedBuckets(), std::size_t{10});
        QCOMPARE(block.cell(3).mean[9], std::uint16_t{7});
        QCOMPARE(block.cell(3).mean[10], LogCodec::kMissing);
    }

private:
    static constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

    static void fill(CellBuckets& cell, std::mt19937& random)
    {
        const unsigned kind = random() % 4;
        for (std::size_t i = 0; i < kBucketsPerBlock; ++i) {
            const auto value = static_cast<std::uint16_t>(random());
            const bool again = i > 0 && random() % 3 != 0;
            cell.mean[i] = kind == 0 ? LogCodec::kMissing : again ? cell.mean[i - 1] : value;
            cell.max[i] = kind < 2 ? cell.mean[i] : static_cast<std::uint16_t>(random());
        }
    }
};

QTEST_GUILESS_MAIN(TstHeatBlock)
#include "tst_heat_block.moc"
