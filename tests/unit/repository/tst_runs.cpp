// SPDX-License-Identifier: Apache-2.0
// Writing runs and reading them back: order, overlap, ranges, parallel parts, bytes read.
#include "samples.h"
#include "tests/harness/fault_store.h"

#include <QTest>
#include <algorithm>
#include <random>
#include <set>

using namespace isotherm;
using repository::Manifest;
using repository::RowChecksum;
using repository::TableReader;
using test::RepositoryFixture;
using test::WrittenTable;

namespace
{

std::vector<std::string> rowsOf(const RowBatch& batch)
{
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < batch.rowCount(); ++i) {
        rows.emplace_back(batch.row(i));
    }
    return rows;
}

std::vector<std::string> sorted(std::vector<std::string> rows)
{
    std::stable_sort(rows.begin(), rows.end(), [](const std::string& a, const std::string& b) {
        return test::idOf(a) != test::idOf(b) ? test::idOf(a) < test::idOf(b) : a < b;
    });
    return rows;
}

bool inKeyOrder(const std::vector<std::string>& rows)
{
    return std::is_sorted(rows.begin(), rows.end(), [](const std::string& a, const std::string& b) {
        return test::idOf(a) < test::idOf(b);
    });
}

/// A written table, committed and opened for reading.
struct Opened
{
    Manifest manifest;
    std::unique_ptr<TableReader> reader;

    [[nodiscard]] std::vector<std::string> read(const KeyRange& range = {}) const
    {
        auto source = std::move(reader->openRows(range, {})).value();
        return test::readAll(*source).value();
    }
};

Opened commit(RepositoryFixture& fixture, WrittenTable written, const KeyRange& range = {})
{
    Opened opened;
    Manifest manifest = test::manifestOf({written.table}, fixture.clock.wallNow());
    manifest.range = range;
    const std::string id = fixture.repository->commitManifest(manifest).value();
    opened.manifest = fixture.repository->loadManifest(id).value();
    opened.reader = std::move(fixture.repository->openTable(opened.manifest, 0)).value();
    return opened;
}

Opened write(RepositoryFixture& fixture, const RowBatch& rows, bool unique = true)
{
    return commit(fixture, std::move(test::writeTable(*fixture.repository, rows,
                                                      test::runOptions(test::notesSchema(unique))))
                               .value());
}

} // namespace

class TestRuns : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void write_ascendingRows_comeBackFromDisjointRuns()
    {
        RepositoryFixture fixture;
        const RowBatch rows = test::noteRows(test::ascending(-2000, 3000), 60);
        const Opened opened = write(fixture, rows);
        QVERIFY(opened.read() == rowsOf(rows));
        const auto& runs = opened.manifest.tables[0].runs;
        QVERIFY(runs.size() > 3);
        std::uint64_t total = 0;
        RowChecksum sum;
        for (std::size_t i = 0; i < runs.size(); ++i) {
            QVERIFY(i == 0 || runs[i - 1].maxKey < runs[i].minKey);
            QCOMPARE(fixture.store->stat(runs[i].object).value().size, runs[i].stored);
            QCOMPARE(runs[i].rows, runs[i].versions);
            total += runs[i].rows;
            sum.merge(runs[i].checksum);
        }
        QCOMPARE(total, std::uint64_t{5000});
        RowChecksum expected;
        expected.add(rows);
        QVERIFY(sum == expected);
        QVERIFY(opened.manifest.tables[0].checksum == expected);
        QCOMPARE(opened.manifest.tables[0].raw.get(), rows.bytes.size());
    }

    void write_noRows_makesNoRun()
    {
        RepositoryFixture fixture;
        const Opened opened = write(fixture, {});
        QVERIFY(opened.manifest.tables[0].runs.empty());
        QVERIFY(opened.read().empty());
        QCOMPARE(opened.reader->estimate({}).value().bytes.get(), std::uint64_t{0});
        QCOMPARE(opened.reader->splitRange({}, 4).value().size(), std::size_t{1});
    }

    void write_nearlySortedRows_makeFewOverlaps()
    {
        RepositoryFixture fixture;
        std::mt19937_64 random(5);
        std::vector<std::int64_t> ids = test::ascending(0, 6000);
        for (std::size_t i = 0; i + 40 < ids.size(); i += 7) {
            std::swap(ids[i], ids[i + random() % 40]); // disorder within a page or two
        }
        for (int i = 0; i < 60; ++i) { // and rows that an update moved far away
            std::rotate(ids.begin() + static_cast<std::ptrdiff_t>(random() % 3000),
                        ids.begin() + 3000 + static_cast<std::ptrdiff_t>(random() % 2000),
                        ids.end());
        }
        const RowBatch rows = test::noteRows(ids, 60);
        const Opened opened = write(fixture, rows);
        QVERIFY(opened.read() == sorted(rowsOf(rows)));
    }

    void write_fewStragglers_keepMainRunsWhole()
    {
        RepositoryFixture fixture;
        std::vector<std::int64_t> ids = test::ascending(100, 6000);
        ids.insert(ids.begin() + 5000, {1, 2, 3}); // three old rows at the end of the heap
        const RowBatch rows = test::noteRows(ids, 60);
        const Opened opened = write(fixture, rows);
        QVERIFY(opened.read() == sorted(rowsOf(rows)));
        const auto& runs = opened.manifest.tables[0].runs;
        QCOMPARE(runs[0].rows, std::uint64_t{3}); // a small run of their own
        std::vector<repository::RunRef> main(runs.begin() + 1, runs.end());
        for (std::size_t i = 1; i < main.size(); ++i) {
            QVERIFY(main[i - 1].maxKey < main[i].minKey);
        }
    }

    void write_randomOrder_mergesToOrder()
    {
        const std::uint64_t seed = std::random_device{}();
        RepositoryFixture fixture;
        std::mt19937_64 random(seed);
        std::vector<std::int64_t> ids = test::ascending(-3000, 3000);
        std::shuffle(ids.begin(), ids.end(), random);
        const RowBatch rows = test::noteRows(ids, 60);
        const Opened opened = write(fixture, rows);
        QVERIFY2(opened.read() == sorted(rowsOf(rows)),
                 qPrintable(QStringLiteral("seed %1").arg(seed)));
        for (const auto& run : opened.manifest.tables[0].runs) {
            QVERIFY(!(run.maxKey < run.minKey));
        }
    }

    void write_parallelSlices_mergeToOrder()
    {
        RepositoryFixture fixture;
        std::vector<WrittenTable> slices;
        repository::ManifestTable table;
        RowChecksum checksum;
        RowBatch all;
        for (int slice = 0; slice < 3; ++slice) {
            std::vector<std::int64_t> ids;
            for (std::int64_t id = slice; id < 4000; id += 3) {
                ids.push_back(id);
            }
            const RowBatch rows = test::noteRows(ids, 30);
            slices.push_back(std::move(test::writeTable(*fixture.repository, rows,
                                                        test::runOptions(test::notesSchema())))
                                 .value());
            table.schema = slices.back().table.schema;
            table.rows += slices.back().table.rows;
            table.runs.insert(table.runs.end(), slices.back().table.runs.begin(),
                              slices.back().table.runs.end());
            checksum.merge(*slices.back().table.checksum);
            for (std::size_t i = 0; i < rows.rowCount(); ++i) {
                all.append(rows.row(i));
            }
        }
        table.checksum = checksum;
        const Opened opened = commit(fixture, WrittenTable{nullptr, table});
        QVERIFY(opened.read() == sorted(rowsOf(all)));
        QVERIFY(opened.read(test::idRange(1000, 1010)).size() == 10);
    }

    void write_equalKeys_allComeBack()
    {
        RepositoryFixture fixture;
        RowBatch rows;
        for (std::int64_t id = 0; id < 40; ++id) {
            for (std::uint64_t copy = 0; copy < 50; ++copy) {  // more than a block of one key
                rows.append(test::noteRow(id, 100, copy / 2)); // half of them are exact duplicates
            }
        }
        const Opened opened = write(fixture, rows, false);
        QVERIFY(sorted(opened.read()) == sorted(rowsOf(rows)));
        QVERIFY(inKeyOrder(opened.read()));
        for (std::int64_t id = 0; id < 40; ++id) {
            QCOMPARE(opened.read(test::idRange(id, id + 1)).size(), std::size_t{50});
        }
        std::size_t total = 0;
        const auto parts = opened.reader->splitRange({}, 5);
        for (const KeyRange& part : parts.value()) {
            total += opened.read(part).size();
        }
        QCOMPARE(total, std::size_t{2000});
    }

    void write_noKey_keepsAllRows()
    {
        RepositoryFixture fixture;
        TableSchema schema = test::notesSchema(false);
        schema.key.clear();
        schema.partitionKeyColumns = 0;
        const RowBatch rows = test::noteRows(test::ascending(0, 2000), 50);
        const Opened opened =
            commit(fixture,
                   std::move(test::writeTable(*fixture.repository, rows, test::runOptions(schema)))
                       .value());
        QVERIFY(sorted(opened.read()) == rowsOf(rows));
    }

    void write_longKeys_areBoundedAndFound()
    {
        RepositoryFixture fixture;
        TableSchema schema = test::notesSchema();
        schema.columns = {{"path", "text", ValueEncoding::Binary, true, {}}};
        schema.key = {{0, KeyType::Text}};
        std::vector<std::string> rows;
        RowBatch batch;
        for (char c = 'a'; c <= 'z'; ++c) {
            for (const std::size_t length : {900U, 1023U, 1024U, 1025U, 5000U}) {
                rows.emplace_back();
                test::appendField(rows.back(), std::string(length, c));
            }
        }
        for (const std::string& row : rows) {
            batch.append(row);
        }
        const Opened opened =
            commit(fixture,
                   std::move(test::writeTable(*fixture.repository, batch, test::runOptions(schema)))
                       .value());
        QVERIFY(opened.read() == rows);
        std::string begin;
        std::string end;
        appendKeyBytes(begin, std::string(1024, 'k'));
        appendKeyBytes(end, std::string(5000, 'm'));
        QCOMPARE(opened.read({Key(begin), Key(end)}).size(), std::size_t{3 + 5 + 4});
    }

    void write_largeRows_getBlocksOfTheirOwn()
    {
        RepositoryFixture fixture;
        RowBatch rows;
        for (std::int64_t id = 1; id < 60; ++id) {
            rows.append(test::noteRow(id, id % 20 == 0 ? 3'000'000 : 10));
        }
        const Opened opened = write(fixture, rows);
        QVERIFY(opened.read() == rowsOf(rows));
    }

    void append_rowsThatDoNotFit_areRefused()
    {
        RepositoryFixture fixture;
        auto writer =
            std::move(fixture.repository->openRunWriter(test::runOptions(test::notesSchema())))
                .value();
        RowBatch bad;
        bad.append("short");
        QCOMPARE(writer->append(bad).error().code, Code::InvalidArgument);
        writer.reset();
        QVERIFY(fixture.objects("run/").empty());
    }

    void read_ranges_giveExactlyTheirRows()
    {
        const std::uint64_t seed = std::random_device{}();
        std::mt19937_64 random(seed);
        RepositoryFixture fixture;
        const RowBatch rows = test::noteRows(test::ascending(0, 4000), 60);
        const Opened opened = write(fixture, rows);
        for (int i = 0; i < 60; ++i) {
            const auto begin = static_cast<std::int64_t>(random() % 4200) - 100;
            const auto end = begin + static_cast<std::int64_t>(random() % 500);
            std::vector<std::string> expected;
            for (std::int64_t id = std::max<std::int64_t>(begin, 0);
                 id < std::min<std::int64_t>(end, 4000); ++id) {
                expected.emplace_back(rows.row(static_cast<std::size_t>(id)));
            }
            QVERIFY2(opened.read(test::idRange(begin, end)) == expected,
                     qPrintable(QStringLiteral("seed %1").arg(seed)));
        }
        QCOMPARE(opened.read({test::idKey(3990), std::nullopt}).size(), std::size_t{10});
        QCOMPARE(opened.read({Key(), test::idKey(10)}).size(), std::size_t{10});
        QVERIFY(opened.read(test::idRange(50, 50)).empty());
        QVERIFY(opened.read(test::idRange(60, 50)).empty());
    }

    void read_manifestOfPartOfARun_givesOnlyItsRows()
    {
        RepositoryFixture fixture; // as after a split: two manifests share the runs
        const RowBatch rows = test::noteRows(test::ascending(0, 2000), 60);
        WrittenTable written = std::move(test::writeTable(*fixture.repository, rows,
                                                          test::runOptions(test::notesSchema())))
                                   .value();
        written.table.checksum.reset();
        const auto table = written.table;
        const Opened left = commit(fixture, std::move(written), test::idRange(0, 700));
        const Opened right =
            commit(fixture, WrittenTable{nullptr, table}, {test::idKey(700), std::nullopt});
        QCOMPARE(left.read().size(), std::size_t{700});
        QCOMPARE(right.read().size(), std::size_t{1300});
        QCOMPARE(test::idOf(right.read().front()), std::int64_t{700});
        QVERIFY(left.read(test::idRange(690, 710)).size() == 10);
    }

    void estimate_ranges_boundWhatIsRead()
    {
        RepositoryFixture fixture;
        const RowBatch rows = test::noteRows(test::ascending(0, 20000), 60);
        const Opened opened = write(fixture, rows);
        const auto narrow = opened.reader->estimate(test::idRange(9000, 9010)).value();
        QVERIFY(narrow.maxRows >= 10 && narrow.maxRows < 400);
        const auto whole = opened.reader->estimate({}).value();
        QCOMPARE(whole.maxRows, std::uint64_t{20000});
        QCOMPARE(whole.bytes, opened.manifest.storedBytes());
        auto fresh = std::move(fixture.repository->openTable(opened.manifest, 0)).value();
        auto source = std::move(fresh->openRows(test::idRange(9000, 9010), {})).value();
        QCOMPARE(test::readAll(*source).value().size(), std::size_t{10});
        QVERIFY(fresh->bytesRead().get() <= narrow.bytes.get());
        QVERIFY(fresh->bytesRead().get() > 0);
    }

    void splitRange_parts_coverExactlyOnce()
    {
        RepositoryFixture fixture;
        const RowBatch rows = test::noteRows(test::ascending(0, 8000), 60);
        const Opened opened = write(fixture, rows);
        for (const std::size_t parts : {1U, 2U, 3U, 7U, 500U}) {
            const auto ranges = opened.reader->splitRange(test::idRange(100, 7900), parts).value();
            QVERIFY(ranges.size() <= parts && !ranges.empty());
            QVERIFY(ranges.front().begin == test::idKey(100));
            QVERIFY(ranges.back().end == test::idKey(7900));
            std::vector<std::string> all;
            std::size_t largest = 0;
            for (std::size_t i = 0; i < ranges.size(); ++i) {
                QVERIFY(i == 0 || ranges[i - 1].end == ranges[i].begin);
                const auto part = opened.read(ranges[i]);
                largest = std::max(largest, part.size());
                all.insert(all.end(), part.begin(), part.end());
            }
            QCOMPARE(all.size(), std::size_t{7800});
            QVERIFY(inKeyOrder(all));
            QVERIFY(parts > 7 || largest < 7800 / parts + 700);
        }
    }

    void read_stopped_isCancelled()
    {
        RepositoryFixture fixture;
        const Opened opened = write(fixture, test::noteRows(test::ascending(0, 100)));
        std::stop_source stop;
        auto source = std::move(opened.reader->openRows({}, stop.get_token())).value();
        stop.request_stop();
        RowBatch batch;
        QCOMPARE(source->next(batch).error().code, Code::Cancelled);
    }

    void read_storeFaults_areErrorsNotRows()
    {
        RepositoryFixture fixture;
        const Opened opened = write(fixture, test::noteRows(test::ascending(0, 3000), 60));
        test::FaultStore faults(*fixture.store);
        fixture.close();
        auto other =
            std::move(repository::Repository::open(faults, test::kPassphrase, fixture.options()))
                .value();
        for (const auto& [kind, code] :
             {std::pair{test::FaultKind::ShortRead, Code::DataLoss},
              std::pair{test::FaultKind::BitFlip, Code::DataLoss},
              std::pair{test::FaultKind::Missing, Code::DataLoss},
              std::pair{test::FaultKind::Unavailable, Code::Unavailable}}) {
            for (std::uint32_t skip = 0; skip < 4; ++skip) {
                faults.clear();
                faults.add({test::StoreCall::Read, kind, "run/", skip, 1, 12345});
                auto reader = std::move(other->openTable(opened.manifest, 0)).value();
                auto source = std::move(reader->openRows({}, {})).value();
                const auto rows = test::readAll(*source);
                // A flip in the part of a tail that no index is in hurts nothing yet.
                if (!rows.ok()) {
                    QCOMPARE(rows.error().code, code);
                } else {
                    QVERIFY(kind == test::FaultKind::BitFlip);
                    QCOMPARE(rows.value().size(), std::size_t{3000});
                }
            }
        }
        faults.clear();
        auto reader = std::move(other->openTable(opened.manifest, 0)).value();
        auto source = std::move(reader->openRows({}, {})).value();
        QCOMPARE(test::readAll(*source).value().size(), std::size_t{3000});
    }

    void read_fewRowsOfALargeShard_readsLittle()
    {
        // 5M rows in proportion: what counts is that bytes read do not grow with the table.
        RepositoryFixture fixture;
        repository::RunOptions options = test::runOptions(test::notesSchema());
        options.objectSize = ByteCount(8 << 20U);
        options.blockSize = ByteCount(1 << 20U);
        options.windowSize = ByteCount(8 << 20U);
        const RowBatch rows = test::noteRows(test::ascending(0, 300'000), 150);
        const Opened opened = commit(
            fixture, std::move(test::writeTable(*fixture.repository, rows, options)).value());
        QCOMPARE(opened.read(test::idRange(150'000, 151'000)).size(), std::size_t{1000});
        QVERIFY(opened.reader->bytesRead().get() < (4U << 20U));
        QVERIFY(opened.manifest.storedBytes().get() > (20U << 20U));
    }
};

QTEST_GUILESS_MAIN(TestRuns)
#include "tst_runs.moc"
