// SPDX-License-Identifier: Apache-2.0
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <QtTest/QtTest>
#include <memory>
#include <set>

using namespace isotherm;

namespace
{

Result<int> half(int value)
{
    if (value % 2 != 0) {
        return makeError(Code::InvalidArgument, std::to_string(value) + " is odd",
                         "use an even one");
    }
    return value / 2;
}

Result<int> quarter(int value)
{
    ISO_ASSIGN(const int first, half(value));
    ISO_TRY(half(first));
    return half(first);
}

} // namespace

class TstResult : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void macros_onError_passItOn()
    {
        QCOMPARE(*quarter(8), 2);
        QCOMPARE(quarter(6).error().message, std::string("3 is odd"));
        QCOMPARE(quarter(6).valueOr(-1), -1);
    }

    void error_text_hasHintAndContext()
    {
        const Error error = half(3).error().within("cannot halve");
        QCOMPARE(error.text(), std::string("cannot halve: 3 is odd; hint: use an even one"));
        QCOMPARE(error.code, Code::InvalidArgument);
        QCOMPARE(makeError(Code::Internal, "x").text(), std::string("x"));
    }

    void value_moveOnly_canBeTakenOut()
    {
        Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
        const std::unique_ptr<int> taken = std::move(result).value();
        QCOMPARE(*taken, 5);
    }

    void codeName_everyCode_hasItsOwn()
    {
        std::set<std::string_view> names;
        for (int code = 0; code <= static_cast<int>(Code::Unauthenticated); ++code) {
            names.insert(codeName(static_cast<Code>(code)));
        }
        QCOMPARE(names.size(), std::size_t{16});
        QVERIFY(codeName(Code::DataLoss) == "data loss");
        QVERIFY(codeName(Code::Unauthenticated) == "unauthenticated");
    }

    void units_format_asPeopleReadThem()
    {
        QCOMPARE(formatBytes(ByteCount(0)), std::string("0 B"));
        QCOMPARE(formatBytes(ByteCount(999)), std::string("999 B"));
        QCOMPARE(formatBytes(ByteCount(1'000)), std::string("1.0 kB"));
        QCOMPARE(formatBytes(ByteCount(812'345)), std::string("812 kB"));
        QCOMPARE(formatBytes(ByteCount(1'500'000'000)), std::string("1.5 GB"));
        QCOMPARE(formatBytes(ByteCount(999'999)), std::string("1.0 MB"));
        QCOMPARE(formatLsn(Lsn(0x16B374D848)), std::string("16/B374D848"));
        QVERIFY(parseLsn("16/B374D848") == Lsn(0x16B374D848));
        QVERIFY(parseLsn("0/0") == Lsn());
        for (const char* wrong :
             {"", "/", "16", "16/", "/1", "1/1/1", "16/123456789", "x/1", "1/1 "}) {
            QVERIFY2(!parseLsn(wrong), wrong);
        }
    }
};

QTEST_GUILESS_MAIN(TstResult)
#include "tst_result.moc"
