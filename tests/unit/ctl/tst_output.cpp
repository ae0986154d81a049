// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/exit_code.h"
#include "agent/ctl/output.h"

#include <QtTest/QtTest>
#include <cmath>

using namespace isotherm;
using namespace isotherm::ctl;

namespace
{

QString text(const std::string& value)
{
    return QString::fromStdString(value);
}

Listing sample()
{
    using Align = Column::Align;
    return {"things",
            {{"id", "ID", Align::Right},
             {"name", "NAME"},
             {"size_bytes", "SIZE", Align::Right},
             {"seen", "SEEN"},
             {"took_seconds", "TOOK", Align::Right},
             {"hidden", ""},
             {"temperature", "TEMP", Align::Right}},
            {{std::uint64_t{1}, std::string("Straße, \"gelb\""), ByteCount(1'500'000),
              fromUnixMicros(1'772'366'400'500'000), std::chrono::milliseconds(1'500), true,
              RatioValue{0.914}},
             {std::uint64_t{12'345}, std::string(), Value(), Value(), Value(), false, Value()}}};
}

} // namespace

class TestOutput : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void table_values_areAligned();
    void table_noRows_saysSo();
    void json_values_haveSchemaAndMachineForms();
    void jsonl_rows_areOneObjectALine();
    void csv_values_areQuotedByRfc4180();
    void record_formats_agree();
    void json_notFinite_isNull();
    void json_invalidUtf8_isReplaced();
    void numbers_forPeople_data();
    void numbers_forPeople();
    void format_names_areKnown();
    void exitCode_errors_areMapped_data();
    void exitCode_errors_areMapped();
};

void TestOutput::table_values_areAligned()
{
    QCOMPARE(
        text(render(sample(), Format::Table)),
        QStringLiteral("    ID  NAME              SIZE  SEEN                     TOOK  TEMP\n"
                       "     1  Straße, \"gelb\"  1.5 MB  2026-03-01T12:00:00Z  1s500ms  0.91\n"
                       "12,345  –                    –  –                           –     –\n"));
}

void TestOutput::table_noRows_saysSo()
{
    Listing empty = sample();
    empty.rows.clear();
    QCOMPARE(text(render(empty, Format::Table)), QStringLiteral("no things\n"));
    QCOMPARE(text(render(empty, Format::JsonLines)), QString());
}

void TestOutput::json_values_haveSchemaAndMachineForms()
{
    const QString json = text(render(sample(), Format::Json));
    const QString flat = QString(json).remove(QLatin1Char(' ')).remove(QLatin1Char('\n'));
    QVERIFY2(flat.startsWith(QStringLiteral(
                 "{\"schema\":\"isotherm/v1\",\"kind\":\"things\",\"items\":[{\"id\":1,")),
             qPrintable(flat));
    QVERIFY(flat.contains(QStringLiteral("\"size_bytes\":1500000")));
    QVERIFY(flat.contains(QStringLiteral("\"seen\":\"2026-03-01T12:00:00.5Z\"")));
    QVERIFY(flat.contains(QStringLiteral("\"took_seconds\":1.5")));
    QVERIFY(flat.contains(QStringLiteral("\"hidden\":true")));
    QVERIFY(flat.contains(QStringLiteral("\"temperature\":0.914")));
    QVERIFY(flat.contains(QStringLiteral("\"size_bytes\":null")));
}

void TestOutput::jsonl_rows_areOneObjectALine()
{
    const QStringList lines =
        text(render(sample(), Format::JsonLines)).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 2);
    for (const QString& line : lines) {
        QVERIFY(
            line.startsWith(QStringLiteral("{\"schema\":\"isotherm/v1\",\"kind\":\"things\",")));
        QVERIFY(line.endsWith(QLatin1Char('}')));
    }
}

void TestOutput::csv_values_areQuotedByRfc4180()
{
    QCOMPARE(text(render(sample(), Format::Csv)),
             QStringLiteral("id,name,size_bytes,seen,took_seconds,hidden,temperature\r\n"
                            "1,\"Straße, \"\"gelb\"\"\",1500000,2026-03-01T12:00:00.5Z,1.5,true,"
                            "0.914\r\n"
                            "12345,,,,,false,\r\n"));
}

void TestOutput::record_formats_agree()
{
    const Record record{"thing",
                        {{"id", "number", std::uint64_t{7}},
                         {"secret", "", std::string("x")},
                         {"names", "names", std::vector<std::string>{"a", "b"}}},
                        {sample()}};
    const QString table = text(render(record, Format::Table));
    QVERIFY(table.startsWith(QStringLiteral("number  7\nnames   a, b\n\n    ID  NAME")));
    const QString line = text(render(record, Format::JsonLines));
    QVERIFY(line.startsWith(
        QStringLiteral("{\"schema\":\"isotherm/v1\",\"kind\":\"thing\",\"id\":7,\"secret\":\"x\","
                       "\"names\":[\"a\",\"b\"],\"things\":[{\"id\":1,")));
    QCOMPARE(line.count(QLatin1Char('\n')), 1);
    QCOMPARE(text(render(record, Format::Csv)), QStringLiteral("id,secret,names\r\n7,x,a;b\r\n"));
}

void TestOutput::json_notFinite_isNull()
{
    const Listing listing{"x", {{"v", "V"}}, {{NAN}, {INFINITY}, {RatioValue{NAN}}}};
    QCOMPARE(text(render(listing, Format::JsonLines)).count(QStringLiteral("\"v\":null")), 3);
}

void TestOutput::json_invalidUtf8_isReplaced()
{
    const Listing listing{"x", {{"v", "V"}}, {{std::string("caf\xE9")}}};
    QVERIFY(text(render(listing, Format::JsonLines)).contains(QStringLiteral("caf\uFFFD")));
}

void TestOutput::numbers_forPeople_data()
{
    QTest::addColumn<double>("number");
    QTest::addColumn<QString>("expected");
    QTest::newRow("zero") << 0.0 << QStringLiteral("0");
    QTest::newRow("small") << 0.25 << QStringLiteral("0.2");
    QTest::newRow("tens") << 12.34 << QStringLiteral("12.3");
    QTest::newRow("round up") << 99.96 << QStringLiteral("100");
    QTest::newRow("thousands") << 1'234.5 << QStringLiteral("1,235");
    QTest::newRow("millions") << 1'234'567.0 << QStringLiteral("1,234,567");
    QTest::newRow("missing") << std::nan("") << QStringLiteral("–");
}

void TestOutput::numbers_forPeople()
{
    QFETCH(double, number);
    QFETCH(QString, expected);
    QCOMPARE(text(shortNumber(number)), expected);
}

void TestOutput::format_names_areKnown()
{
    QVERIFY(parseFormat("table") == Format::Table);
    QVERIFY(parseFormat("json") == Format::Json);
    QVERIFY(parseFormat("jsonl") == Format::JsonLines);
    QVERIFY(parseFormat("csv") == Format::Csv);
    QVERIFY(!parseFormat("xml").has_value());
}

void TestOutput::exitCode_errors_areMapped_data()
{
    QTest::addColumn<int>("code");
    QTest::addColumn<int>("exit");
    QTest::newRow("usage") << static_cast<int>(Code::InvalidArgument) << 2;
    QTest::newRow("not found") << static_cast<int>(Code::NotFound) << 4;
    QTest::newRow("conflict") << static_cast<int>(Code::AlreadyExists) << 5;
    QTest::newRow("precondition") << static_cast<int>(Code::FailedPrecondition) << 5;
    QTest::newRow("not restorable") << static_cast<int>(Code::OutOfRange) << 7;
    QTest::newRow("checksum") << static_cast<int>(Code::DataLoss) << 8;
    QTest::newRow("role") << static_cast<int>(Code::PermissionDenied) << 9;
    QTest::newRow("certificate") << static_cast<int>(Code::Unauthenticated) << 9;
    QTest::newRow("unreachable") << static_cast<int>(Code::Unavailable) << 10;
    QTest::newRow("deadline") << static_cast<int>(Code::DeadlineExceeded) << 10;
    QTest::newRow("space") << static_cast<int>(Code::ResourceExhausted) << 11;
    QTest::newRow("other") << static_cast<int>(Code::Internal) << 1;
}

void TestOutput::exitCode_errors_areMapped()
{
    QFETCH(int, code);
    QFETCH(int, exit);
    QCOMPARE(static_cast<int>(exitCodeFor({static_cast<Code>(code), "m", ""})), exit);
}

QTEST_GUILESS_MAIN(TestOutput)
#include "tst_output.moc"
