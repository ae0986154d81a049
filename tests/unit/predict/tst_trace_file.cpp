// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/trace_file.h"
#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <cmath>
#include <string>

using namespace isotherm;
using predict::TraceFile;

class TestTraceFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void next_rows_countsAndWhatWasNotMeasured();
    void open_otherStepThanTheRows_saysWhich_data();
    void open_otherStepThanTheRows_saysWhich();
    void open_missingRows_areNoOtherStep();
    void next_backInTime_namesTheLine();
    void open_noTrace_isRefused();

private:
    [[nodiscard]] std::filesystem::path write(const std::string& text) const
    {
        const auto file = m_folder.path() / "trace.csv";
        if (!writeFileDurably(file, text).ok()) {
            qFatal("cannot write the trace");
        }
        return file;
    }

    test::TempDir m_folder{"trace"};
};

void TestTraceFile::next_rows_countsAndWhatWasNotMeasured()
{
    const auto trace =
        TraceFile::open(write("t,a,b\n2026-01-05T00:00:00Z,1.5,\n2026-01-05T00:10:00Z,2,3\n"), 10);
    QVERIFY(trace.ok());
    QCOMPARE((*trace)->series().size(), std::size_t{2});
    const auto first = (*trace)->next();
    QCOMPARE((*first)->counts[0], 1.5);
    QVERIFY(std::isnan((*first)->counts[1]));
    QCOMPARE((*(*trace)->next())->counts[1], 3.0);
    QVERIFY(!(*trace)->next()->has_value());
}

void TestTraceFile::open_otherStepThanTheRows_saysWhich_data()
{
    QTest::addColumn<int>("step");
    QTest::newRow("smaller") << 10;
    QTest::newRow("larger") << 60;
}

void TestTraceFile::open_otherStepThanTheRows_saysWhich()
{
    QFETCH(int, step);
    const auto trace = TraceFile::open(write("t,a\n2026-01-05T00:00:00Z,1\n2026-01-05T00:30:00Z,1\n"
                                             "2026-01-05T01:00:00Z,1\n"),
                                       step);
    QCOMPARE(trace.error().code, Code::InvalidArgument);
    QVERIFY(step > 30 || trace.error().text().find("--step-min 30") != std::string::npos);
}

void TestTraceFile::open_missingRows_areNoOtherStep()
{
    QVERIFY(TraceFile::open(write("t,a\n2026-01-05T00:00:00Z,1\n2026-01-05T01:00:00Z,1\n"
                                  "2026-01-05T01:10:00Z,1\n"),
                            10)
                .ok());
}

void TestTraceFile::next_backInTime_namesTheLine()
{
    const auto trace = TraceFile::open(
        write("t,a\n2026-01-05T00:10:00Z,1\n2026-01-05T00:20:00Z,1\n2026-01-05T00:20:00Z,1\n"), 10);
    QCOMPARE(trace.error().code, Code::InvalidArgument);
    QVERIFY(trace.error().text().find("line 4") != std::string::npos);
}

void TestTraceFile::open_noTrace_isRefused()
{
    QCOMPARE(TraceFile::open(write("name,count\n"), 10).error().code, Code::InvalidArgument);
    QCOMPARE(TraceFile::open(m_folder.path() / "none", 10).error().code, Code::NotFound);
    QCOMPARE(TraceFile::open(write("t,a\n"), 7).error().code, Code::InvalidArgument);
}

QTEST_APPLESS_MAIN(TestTraceFile)
#include "tst_trace_file.moc"
