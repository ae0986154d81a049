// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/column_codec.h"
#include "agent/repository/decimal_codec.h"
#include "samples.h"

#include <QTest>

using namespace isotherm;
using repository::appendDecimal;
using repository::ByteBuffer;
using repository::ColumnBuffer;
using repository::decimalsToIntegers;

namespace
{

ColumnBuffer columnOf(const std::string& bytes)
{
    ColumnBuffer column;
    column.lengths.push_back(static_cast<std::int32_t>(bytes.size()));
    column.values.append(bytes.data(), bytes.size());
    return column;
}

} // namespace

class TestDecimalCodec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_allScales_isExact()
    {
        for (unsigned scale = 0; scale <= 16; ++scale) {
            for (const std::int64_t units :
                 {0LL, 1LL, -1LL, 7LL, 9999LL, 10000LL, 12345678LL, -1000000LL, 123456789012LL}) {
                const std::string bytes = test::numericBytes(units, scale);
                unsigned found = 0;
                std::vector<std::uint64_t> integers;
                QVERIFY2(decimalsToIntegers(columnOf(bytes), found, integers),
                         qPrintable(QStringLiteral("%1 scale %2").arg(units).arg(scale)));
                QCOMPARE(found, scale);
                QCOMPARE(static_cast<std::int64_t>(integers.at(0)), units);
                ByteBuffer back;
                QVERIFY(appendDecimal(integers[0], scale, back));
                QVERIFY(back.view() == bytes);
            }
        }
    }

    void toIntegers_otherForms_areRefused()
    {
        const std::string good = test::numericBytes(12345678, 2);
        std::vector<std::string> others{good + "xx", good.substr(0, 7), good.substr(0, 10)};
        std::string nan = test::numericBytes(0, 0);
        nan[4] = static_cast<char>(0xC0);
        others.push_back(nan);
        std::string trailingZero = good; // digits ending in 0 are not canonical
        trailingZero.replace(trailingZero.size() - 2, 2, 2, '\0');
        others.push_back(trailingZero);
        std::string negativeZero = test::numericBytes(0, 2);
        negativeZero[4] = 0x40;
        others.push_back(negativeZero);
        std::string tooFine = good; // weight says the digits reach below the scale
        tooFine[3] = static_cast<char>(0xFE);
        tooFine[2] = static_cast<char>(0xFF);
        others.push_back(tooFine);
        for (const std::string& bytes : others) {
            unsigned scale = 0;
            std::vector<std::uint64_t> integers;
            QVERIFY(!decimalsToIntegers(columnOf(bytes), scale, integers));
        }
    }

    void appendDecimal_outOfRange_isRefused()
    {
        ByteBuffer to;
        QVERIFY(!appendDecimal(10'000'000'000'000'001, 0, to));
        QVERIFY(!appendDecimal(std::uint64_t{1} << 63U, 16, to));
        QVERIFY(appendDecimal(10'000'000'000'000'000, 13, to));
    }
};

QTEST_GUILESS_MAIN(TestDecimalCodec)
#include "tst_decimal_codec.moc"
