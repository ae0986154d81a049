// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <string>

#include "agent/recovery/csv_file.h"
// clang-format on

#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <filesystem>

using namespace isotherm;
using namespace isotherm::recovery;

class TestCsvFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void line_quotesWhatNeedsIt();
    void file_isThereWhenFinished_only();
    void file_existing_isNotTouched();
};

void TestCsvFile::line_quotesWhatNeedsIt()
{
    QCOMPARE(csvLine({"a", std::nullopt, "", "b,c", "say \"hi\"", "two\nlines"}),
             std::string("a,,\"\",\"b,c\",\"say \"\"hi\"\"\",\"two\nlines\"\n"));
}

void TestCsvFile::file_isThereWhenFinished_only()
{
    const test::TempDir folder("csv");
    const auto path = folder.path() / "t.csv";
    auto file = CsvFile::create(path, {"k", "v"});
    QVERIFY(file.ok());
    std::string expected = "k,v\n";
    for (int i = 0; i < 50'000; ++i) {
        QVERIFY((*file)->add({std::to_string(i), "value"}).ok());
        expected += std::to_string(i) + ",value\n";
    }
    QVERIFY(!std::filesystem::exists(path));
    const auto digest = (*file)->finish();
    QVERIFY(digest.ok());
    QCOMPARE(digest->size(), 64U);
    QVERIFY(readFile(path).value() == expected);
    QVERIFY(!std::filesystem::exists(path.string() + ".part"));
}

void TestCsvFile::file_existing_isNotTouched()
{
    const test::TempDir folder("csv");
    const auto path = folder.path() / "t.csv";
    QVERIFY(writeFileDurably(path, "mine").ok());
    const auto file = CsvFile::create(path, {"k"});
    QVERIFY(!file.ok());
    QVERIFY(file.error().code == Code::AlreadyExists);
    QCOMPARE(readFile(path).value(), std::string("mine"));
}

QTEST_APPLESS_MAIN(TestCsvFile)
#include "tst_csv_file.moc"
