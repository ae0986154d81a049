// SPDX-License-Identifier: Apache-2.0
// clang-format off
#include <string>

#include "agent/recovery/edit_file.h"
// clang-format on

#include "shared/base/file.h"
#include "tests/harness/temp_dir.h"

#include <QtTest/QtTest>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

using namespace isotherm;
using namespace isotherm::recovery;

namespace
{

repository::SecretKey keyOf(char fill)
{
    return repository::SecretKey(std::string(repository::kKeyBytes, fill));
}

EditSection sectionOf(std::uint64_t shard)
{
    EditSection section;
    section.shard = ShardId(shard);
    section.target.leaf = {4711 + shard, 8, "shop", "orders_" + std::to_string(shard)};
    section.target.table.schema = "shop";
    section.target.table.name = "orders";
    section.target.table.columns = {{"k", "bigint", ValueEncoding::Binary, true, ""},
                                    {"a", "text", ValueEncoding::Binary, false, ""}};
    section.target.table.key = {{0, KeyType::Integer}};
    section.target.table.partitionKeyColumns = 1;
    section.target.table.keyIsUnique = true;
    section.target.columns = {0, 1};
    return section;
}

std::vector<EditRecord> recordsOf(std::size_t count, std::uint64_t seed)
{
    std::mt19937_64 random(seed);
    std::vector<EditRecord> records;
    for (std::size_t i = 1; i <= count; ++i) {
        EditRecord record;
        record.number = i;
        record.section = i <= count / 2 ? 0 : 1;
        record.kind = static_cast<RowDifference>(1 + random() % 3);
        if (record.kind != RowDifference::Missing) {
            record.expected = std::string(random() % 900, static_cast<char>('a' + i % 26));
        }
        if (record.kind != RowDifference::Extra) {
            record.wanted = std::to_string(i) + std::string(random() % 900, '\0');
        }
        records.push_back(std::move(record));
    }
    return records;
}

Status writeFile(const std::filesystem::path& path, const std::vector<EditRecord>& records)
{
    ISO_ASSIGN(const auto writer, EditFileWriter::create(path, JobId(12), keyOf('k')));
    writer->addSection(sectionOf(0));
    writer->addSection(sectionOf(1));
    for (const EditRecord& record : records) {
        ISO_TRY(writer->add(record));
    }
    return writer->finish();
}

Result<std::vector<EditRecord>> readAll(EditFileReader& reader)
{
    std::vector<EditRecord> records;
    for (;;) {
        ISO_ASSIGN(auto record, reader.next());
        if (!record) {
            return records;
        }
        records.push_back(std::move(*record));
    }
}

std::string bytesOf(const std::filesystem::path& path)
{
    return readFile(path).value();
}

void put(const std::filesystem::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

} // namespace

class TestEditFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void roundTrip_givesWhatWasWritten();
    void roundTrip_empty();
    void seek_andFilters_skipAndKeepOrder();
    void unfinished_leavesNothing();
    void otherKey_isRefused();
    void everyByte_flipped_isNoticed();
    void cutOff_anywhere_isNoticed();
    void rows_areNotReadableInTheFile();
    void missing_isNotFound();

private:
    test::TempDir m_folder{"edits"};
    std::filesystem::path m_path = m_folder.path() / "recovery" / "12.diff";
};

void TestEditFile::roundTrip_givesWhatWasWritten()
{
    const auto records = recordsOf(5'000, 1); // several frames
    QVERIFY(writeFile(m_path, records).ok());
    const auto reader = EditFileReader::open(m_path, keyOf('k'));
    QVERIFY2(reader.ok(), reader.ok() ? "" : reader.error().text().c_str());
    QCOMPARE((*reader)->records(), 5'000U);
    QVERIFY((*reader)->sections() == (std::vector<EditSection>{sectionOf(0), sectionOf(1)}));
    const auto read = readAll(**reader);
    QVERIFY(read.ok());
    QVERIFY(*read == records);
    QVERIFY(!std::filesystem::exists(m_path.string() + ".part"));
}

void TestEditFile::roundTrip_empty()
{
    QVERIFY(writeFile(m_path, {}).ok());
    const auto reader = EditFileReader::open(m_path, keyOf('k'));
    QVERIFY(reader.ok());
    QVERIFY(readAll(**reader)->empty());
}

void TestEditFile::seek_andFilters_skipAndKeepOrder()
{
    const auto records = recordsOf(3'000, 2);
    QVERIFY(writeFile(m_path, records).ok());
    const auto reader = EditFileReader::open(m_path, keyOf('k'));
    QVERIFY(reader.ok());
    (*reader)->seek(2'345);
    auto read = readAll(**reader);
    QVERIFY(read.ok());
    QVERIFY(std::equal(read->begin(), read->end(), records.begin() + 2'345, records.end()));
    (*reader)->seek(0);
    (*reader)->wantSection(1);
    read = readAll(**reader);
    QVERIFY(read.ok());
    std::size_t found = 0;
    for (const EditRecord& record : *read) {
        found += record.section == 1 ? 1 : 0;
    }
    QCOMPARE(found, 1'500U);
    QVERIFY(read->size() < records.size()); // frames of the other section were passed over
}

void TestEditFile::unfinished_leavesNothing()
{
    const auto path = m_folder.path() / "gone" / "7.diff";
    {
        const auto writer = EditFileWriter::create(path, JobId(7), keyOf('k'));
        QVERIFY(writer.ok());
        (*writer)->addSection(sectionOf(0));
        for (const EditRecord& record : recordsOf(100, 3)) {
            QVERIFY((*writer)
                        ->add({record.number, 0, record.kind, record.expected, record.wanted})
                        .ok());
        }
    }
    QVERIFY(std::filesystem::is_empty(path.parent_path()));
}

void TestEditFile::otherKey_isRefused()
{
    QVERIFY(writeFile(m_path, recordsOf(10, 4)).ok());
    const auto reader = EditFileReader::open(m_path, keyOf('x'));
    QVERIFY(!reader.ok());
    QVERIFY(reader.error().code == Code::DataLoss);
}

void TestEditFile::everyByte_flipped_isNoticed()
{
    const auto records = recordsOf(40, 5);
    QVERIFY(writeFile(m_path, records).ok());
    const std::string good = bytesOf(m_path);
    const auto damaged = m_folder.path() / "damaged.diff";
    for (std::size_t at = 0; at < good.size(); at += at < 100 || at + 100 > good.size() ? 1 : 37) {
        std::string bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 0x20);
        put(damaged, bad);
        const auto reader = EditFileReader::open(damaged, keyOf('k'));
        if (!reader.ok()) {
            continue;
        }
        const auto read = readAll(**reader);
        QVERIFY2(!read.ok(), qPrintable(QString::number(at)));
    }
}

void TestEditFile::cutOff_anywhere_isNoticed()
{
    QVERIFY(writeFile(m_path, recordsOf(40, 6)).ok());
    const std::string good = bytesOf(m_path);
    const auto cut = m_folder.path() / "cut.diff";
    for (std::size_t length = 0; length < good.size(); length += 11) {
        put(cut, good.substr(0, length));
        QVERIFY(!EditFileReader::open(cut, keyOf('k')).ok());
    }
}

void TestEditFile::rows_areNotReadableInTheFile()
{
    EditRecord record{1, 0, RowDifference::Missing, std::nullopt, "a secret of customer 17"};
    QVERIFY(writeFile(m_path, {record}).ok());
    QVERIFY(bytesOf(m_path).find("secret") == std::string::npos);
    QVERIFY(bytesOf(m_path).find("orders") == std::string::npos);
    const auto mode = std::filesystem::status(m_path).permissions();
    QVERIFY((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

void TestEditFile::missing_isNotFound()
{
    const auto reader = EditFileReader::open(m_folder.path() / "none.diff", keyOf('k'));
    QVERIFY(!reader.ok());
    QVERIFY(reader.error().code == Code::NotFound);
}

QTEST_APPLESS_MAIN(TestEditFile)
#include "tst_edit_file.moc"
