// SPDX-License-Identifier: Apache-2.0
// What released versions wrote must load for ever, row for row.
#include "agent/storage/directory_store.h"
#include "tests/golden/golden_content.h"
#include "tests/golden/golden_history.h"
#include "tests/golden/golden_schema.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"

#include <QTest>
#include <filesystem>

using namespace isotherm;
using repository::Manifest;
using repository::Repository;

namespace
{

Result<RowBatch> readTable(Repository& repository, const Manifest& manifest, std::size_t table)
{
    ISO_ASSIGN(const std::unique_ptr<repository::TableReader> reader,
               repository.openTable(manifest, table));
    ISO_ASSIGN(const std::unique_ptr<RowSource> source, reader->openRows({}, {}));
    RowBatch all;
    RowBatch batch;
    for (;;) {
        ISO_TRY(source->next(batch));
        if (batch.rowCount() == 0) {
            return all;
        }
        for (std::size_t i = 0; i < batch.rowCount(); ++i) {
            all.append(batch.row(i));
        }
    }
}

} // namespace

class TestGoldenRepository : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void load_everyRelease_isRowForRow_data()
    {
        QTest::addColumn<QString>("release");
        QTest::newRow("0.1") << QStringLiteral("v0.1");
        QTest::newRow("0.2") << QStringLiteral("v0.2");
        QTest::newRow("0.3") << QStringLiteral("v0.3");
    }

    void load_everyRelease_isRowForRow()
    {
        QFETCH(QString, release);
        const test::TempDir folder; // a copy: opening a store makes files in it
        const auto root = folder.path() / "repo";
        std::filesystem::copy(std::filesystem::path(ISOTHERM_GOLDEN_DIR) / release.toStdString(),
                              root, std::filesystem::copy_options::recursive);
        const test::FakeClock clock;
        auto store = std::move(storage::DirectoryStore::open(root)).value();
        auto opened = Repository::open(*store, golden::kPassphrase, {.clock = clock});
        QVERIFY2(opened.ok(), opened.ok() ? "" : opened.error().text().c_str());
        Repository& repository = *opened.value();
        QVERIFY(repository.verifyHeader().value().ok());

        const auto names = repository.listManifests(ShardId(3)).value();
        QCOMPARE(names.size(), std::size_t{2});
        Manifest expected = golden::fullManifest();
        for (const repository::ManifestName& name : names) {
            Manifest manifest = repository.loadManifest(name.id).value();
            const auto report = repository.verify(manifest, VerifyLevel::Checksums, {}, {}).value();
            QVERIFY2(report.ok(), report.ok() ? "" : report.damages[0].text().c_str());
            QVERIFY(manifest.tables[0].schema == golden::ordersSchema());
            QVERIFY(manifest.tables[1].schema == golden::eventsSchema());
            QVERIFY(readTable(repository, manifest, 0).value().bytes == golden::ordersRows().bytes);
            QVERIFY(manifest.tables[0].runs.size() > 1);
            repository::RowChecksum events;
            events.add(golden::eventsRows());
            repository::RowChecksum read;
            read.add(readTable(repository, manifest, 1).value());
            QVERIFY(read == events);
            manifest.tables.clear();
            expected.id = name.id;
            QVERIFY(manifest == expected);
            // The second one: nothing changed, six hours later.
            expected.previousManifest = name.id;
            expected.kind = BackupKind::Unchanged;
            expected.asOf += std::chrono::hours(6);
        }
    }

    void load_everyReleaseWithDeltas_isExactAtEveryCommit_data()
    {
        QTest::addColumn<QString>("release");
        QTest::newRow("0.2") << QStringLiteral("v0.2");
        QTest::newRow("0.3") << QStringLiteral("v0.3");
    }

    void load_everyReleaseWithDeltas_isExactAtEveryCommit()
    {
        QFETCH(QString, release);
        const test::TempDir folder;
        const auto root = folder.path() / "repo";
        std::filesystem::copy(std::filesystem::path(ISOTHERM_GOLDEN_DIR) / release.toStdString(),
                              root, std::filesystem::copy_options::recursive);
        const test::FakeClock clock;
        auto store = std::move(storage::DirectoryStore::open(root)).value();
        const auto repository =
            std::move(Repository::open(*store, golden::kPassphrase, {.clock = clock})).value();
        const auto names = repository->listManifests(ShardId(9)).value();
        QCOMPARE(names.size(), std::size_t{1});
        const Manifest manifest = repository->loadManifest(names[0].id).value();
        const auto report = repository->verify(manifest, VerifyLevel::Checksums, {}, {}).value();
        QVERIFY2(report.ok(), report.ok() ? "" : report.damages[0].text().c_str());
        for (std::size_t commit = 0; commit < golden::kHistoryCommits; ++commit) {
            const auto reader =
                std::move(
                    repository->openTableAt(manifest, 0, {.target = golden::historyCommit(commit)}))
                    .value();
            const auto source = std::move(reader->openRows({}, {})).value();
            RowBatch rows;
            QVERIFY(source->next(rows).ok());
            QVERIFY2(rows.bytes == golden::historyRows(commit).bytes,
                     qPrintable(QStringLiteral("commit %1").arg(commit)));
        }
        QCOMPARE(repository->listTransactions(manifest, {}).value().size(),
                 golden::kHistoryCommits);
    }

    void load_everyReleaseWithVersions_isTheTableAsItWas_data()
    {
        QTest::addColumn<QString>("release");
        QTest::newRow("0.3") << QStringLiteral("v0.3");
    }

    void load_everyReleaseWithVersions_isTheTableAsItWas()
    {
        QFETCH(QString, release);
        const test::TempDir folder;
        const auto root = folder.path() / "repo";
        std::filesystem::copy(std::filesystem::path(ISOTHERM_GOLDEN_DIR) / release.toStdString(),
                              root, std::filesystem::copy_options::recursive);
        const test::FakeClock clock;
        auto store = std::move(storage::DirectoryStore::open(root)).value();
        const auto repository =
            std::move(Repository::open(*store, golden::kPassphrase, {.clock = clock})).value();
        const auto names = repository->listManifests(ShardId(10)).value();
        QCOMPARE(names.size(), std::size_t{1});
        const Manifest manifest = repository->loadManifest(names[0].id).value();
        const auto report = repository->verify(manifest, VerifyLevel::Checksums, {}, {}).value();
        QVERIFY2(report.ok(), report.ok() ? "" : report.damages[0].text().c_str());
        QVERIFY(manifest.chainStop == golden::schemaStop());
        QVERIFY(manifest.sequences == std::vector<SequenceValue>{golden::schemaSequence()});
        for (std::size_t commit = 0; commit < golden::kSchemaCommits; ++commit) {
            const auto reader =
                std::move(
                    repository->openTableAt(manifest, 0, {.target = golden::schemaCommit(commit)}))
                    .value();
            QVERIFY(reader->schema() == golden::schemaAfter(commit));
            QCOMPARE(reader->schema().columns.back().number,
                     golden::schemaAfter(commit).columns.back().number);
            const auto source = std::move(reader->openRows({}, {})).value();
            RowBatch rows;
            QVERIFY(source->next(rows).ok());
            QVERIFY2(rows.bytes == golden::schemaRows(commit).bytes,
                     qPrintable(QStringLiteral("commit %1").arg(commit)));
        }
        QCOMPARE(repository->listTransactions(manifest, {}).value().size(), golden::kSchemaCommits);
    }
};

QTEST_GUILESS_MAIN(TestGoldenRepository)
#include "tst_golden_repository.moc"
