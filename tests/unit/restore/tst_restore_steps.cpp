// SPDX-License-Identifier: Apache-2.0
#include "agent/restore/restore_steps.h"

#include <QtTest/QtTest>
#include <random>
#include <string>
#include <vector>

using namespace isotherm;
using namespace isotherm::restore;

namespace
{

std::string randomBytes(std::mt19937_64& random, std::size_t limit)
{
    std::string bytes(random() % (limit + 1), '\0');
    for (char& byte : bytes) {
        byte = static_cast<char>(random());
    }
    return bytes;
}

std::vector<RestoreStep> randomSteps(std::mt19937_64& random)
{
    std::vector<RestoreStep> steps(random() % 5);
    for (RestoreStep& step : steps) {
        step.backup = std::to_string(random() % 100) + "-20260301t120005.000001z-0a1b2c3d";
        step.table = random() % 4;
        step.target = random() % 4;
        step.ranges.resize(1 + random() % 3);
        if (random() % 2 == 0) {
            step.until = Lsn(random());
        }
        for (KeyRange& range : step.ranges) {
            range.begin = Key(randomBytes(random, 20));
            if (random() % 2 == 0) {
                range.end = Key(randomBytes(random, 20));
            }
        }
    }
    return steps;
}

bool same(const RestoreStep& a, const RestoreStep& b)
{
    return a.backup == b.backup && a.table == b.table && a.target == b.target &&
           a.ranges == b.ranges && a.until == b.until;
}

constexpr const char* kGood =
    R"([{"backup":"1-x","table":0,"target":0,"ranges":[{"begin":"01ff","end":"02"}]}])";

} // namespace

class TstRestoreSteps : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void decode_ofEncode_isTheSame()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (int round = 0; round < 500; ++round) {
            const std::vector<RestoreStep> steps = randomSteps(random);
            const auto decoded = decodeSteps(encodeSteps(steps));
            QVERIFY2(decoded.ok(), decoded.ok() ? "" : decoded.error().text().c_str());
            QCOMPARE(decoded->size(), steps.size());
            for (std::size_t i = 0; i < steps.size(); ++i) {
                QVERIFY(same((*decoded)[i], steps[i]));
            }
        }
    }

    void decode_whatItWasMadeFor_isRead()
    {
        const auto steps = decodeSteps(kGood);
        QVERIFY(steps.ok());
        QCOMPARE(steps->front().ranges.front().begin.encoded(), std::string("\x01\xff"));
        QCOMPARE(steps->front().ranges.front().end->encoded(), std::string("\x02"));
    }

    /// A plan that reads otherwise than it was reviewed would bring back other rows.
    void decode_hostileText_internal_data()
    {
        QTest::addColumn<QByteArray>("text");
        const auto with = [](const char* what, const char* by) {
            QByteArray text(kGood);
            text.replace(what, by);
            return text;
        };
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("not json") << QByteArray("{[");
        QTest::newRow("null") << QByteArray("null");
        QTest::newRow("an object") << QByteArray("{}");
        QTest::newRow("a number") << QByteArray("7");
        QTest::newRow("list of numbers") << QByteArray("[7]");
        QTest::newRow("cut short") << QByteArray(kGood).chopped(2);
        QTest::newRow("no backup") << with(R"("backup":"1-x",)", "");
        QTest::newRow("backup is a number") << with(R"("1-x")", "5");
        QTest::newRow("negative table") << with(R"("table":0)", R"("table":-1)");
        QTest::newRow("negative target") << with(R"("target":0)", R"("target":-1)");
        QTest::newRow("fraction") << with(R"("target":0)", R"("target":0.5)");
        QTest::newRow("huge target") << with(R"("target":0)", R"("target":18446744073709551615)");
        QTest::newRow("ranges is an object") << with(R"([{"begin":"01ff","end":"02"}])", "{}");
        QTest::newRow("range without begin") << with(R"("begin":"01ff",)", "");
        QTest::newRow("begin is no hexadecimal") << with("01ff", "01fg");
        QTest::newRow("half a byte") << with("01ff", "01f");
        QTest::newRow("end is no hexadecimal") << with(R"("02")", R"("zz")");
        QTest::newRow("end is null") << with(R"("02")", "null");
        QTest::newRow("deep") << QByteArray(200'000, '[');
    }
    void decode_hostileText_internal()
    {
        QFETCH(QByteArray, text);
        const auto steps = decodeSteps(text.toStdString());
        QVERIFY(!steps.ok());
        QCOMPARE(steps.error().code, Code::Internal);
        QVERIFY(!steps.error().hint.empty());
    }

    void decode_randomDamage_neverThrows()
    {
        const auto seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937_64 random(seed);
        for (int round = 0; round < 5'000; ++round) {
            std::string text = encodeSteps(randomSteps(random));
            for (std::uint64_t flips = 1 + random() % 3; flips > 0 && !text.empty(); --flips) {
                text[random() % text.size()] = static_cast<char>(random());
            }
            const auto steps = decodeSteps(text);
            if (!steps.ok()) {
                QCOMPARE(steps.error().code, Code::Internal);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TstRestoreSteps)
#include "tst_restore_steps.moc"
