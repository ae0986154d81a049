// SPDX-License-Identifier: Apache-2.0
// Opening, passphrases, locks, manifests: what holds between processes and over time.
#include "samples.h"
#include "tests/harness/fault_store.h"

#include <QTest>

using namespace isotherm;
using repository::Access;
using repository::Manifest;
using repository::Repository;
using repository::RepositoryOptions;
using test::RepositoryFixture;

namespace
{

template <class T>
Code codeOf(const Result<T>& result)
{
    return result.ok() ? Code::Unknown : result.error().code;
}

Result<std::string> backUp(Repository& repository, WallTime asOf, std::int64_t rows = 50,
                           std::uint64_t shard = 7)
{
    ISO_ASSIGN(test::WrittenTable written,
               test::writeTable(repository, test::noteRows(test::ascending(0, rows)),
                                test::runOptions(test::notesSchema())));
    return repository.commitManifest(test::manifestOf({written.table}, asOf, shard));
}

std::size_t rowsOf(Repository& repository, const std::string& id)
{
    const Manifest manifest = repository.loadManifest(id).value();
    auto reader = std::move(repository.openTable(manifest, 0)).value();
    auto source = std::move(reader->openRows({}, {})).value();
    return test::readAll(*source).value().size();
}

Code openCode(RepositoryFixture& fixture, std::string_view passphrase)
{
    return codeOf(Repository::open(*fixture.store, passphrase, fixture.options()));
}

} // namespace

class TestRepository : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void open_emptyStore_isNotFound()
    {
        const test::TempDir folder;
        const test::FakeClock clock;
        auto store = std::move(storage::DirectoryStore::open(folder.path() / "r")).value();
        QCOMPARE(codeOf(Repository::open(*store, "x", RepositoryOptions{clock})), Code::NotFound);
    }

    void create_twice_isRefused()
    {
        RepositoryFixture fixture;
        fixture.close();
        QCOMPARE(codeOf(Repository::create(*fixture.store, "x", fixture.options())),
                 Code::AlreadyExists);
    }

    void open_wrongPassphrase_isUnauthenticated()
    {
        RepositoryFixture fixture;
        const std::string id = fixture.repository->id();
        fixture.close();
        QCOMPARE(openCode(fixture, "wrong"), Code::Unauthenticated);
        fixture.reopen();
        QCOMPARE(fixture.repository->id(), id);
        QCOMPARE(id.size(), std::size_t{32});
    }

    void open_secondWriter_isRefusedReaderIsNot()
    {
        RepositoryFixture fixture;
        QCOMPARE(openCode(fixture, test::kPassphrase), Code::FailedPrecondition);
        RepositoryOptions options = fixture.options();
        options.access = Access::ReadOnly;
        auto reader = Repository::open(*fixture.store, test::kPassphrase, options);
        QVERIFY(reader.ok());
        QCOMPARE(codeOf(reader.value()->openRunWriter(test::runOptions(test::notesSchema()))),
                 Code::FailedPrecondition);
        QCOMPARE(codeOf(reader.value()->commitManifest({})), Code::FailedPrecondition);
        QCOMPARE(codeOf(reader.value()->removeManifest("7-x")), Code::FailedPrecondition);
        QCOMPARE(codeOf(reader.value()->collectGarbage({})), Code::FailedPrecondition);
        QCOMPARE(codeOf(reader.value()->changePassphrase("y")), Code::FailedPrecondition);
    }

    void changePassphrase_oldBackups_openWithTheNewOneOnly()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        QVERIFY(fixture.repository->changePassphrase("new").ok());
        const std::string later = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        fixture.close();
        QCOMPARE(openCode(fixture, test::kPassphrase), Code::Unauthenticated);
        auto opened = std::move(Repository::open(*fixture.store, "new", fixture.options())).value();
        QCOMPARE(rowsOf(*opened, id), std::size_t{50});
        QCOMPARE(rowsOf(*opened, later), std::size_t{50});
        QCOMPARE(fixture.objects("repository/").size(), std::size_t{2});
    }

    void changePassphrase_crashAnywhere_leavesAWayIn()
    {
        for (std::uint64_t point = 0;; ++point) {
            RepositoryFixture fixture;
            const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
            fixture.close();
            test::FaultStore faults(*fixture.store);
            auto repository =
                std::move(Repository::open(faults, test::kPassphrase, fixture.options())).value();
            faults.crashAt(point);
            const bool done = repository->changePassphrase("new").ok();
            repository.reset();
            auto withNew = Repository::open(*fixture.store, "new", fixture.options());
            if (withNew.ok()) { // then the rotation was completed
                QCOMPARE(rowsOf(*withNew.value(), id), std::size_t{50});
                withNew.value().reset();
                QCOMPARE(openCode(fixture, test::kPassphrase), Code::Unauthenticated);
                QCOMPARE(fixture.objects("repository/").size(), std::size_t{2});
            } else {
                QCOMPARE(withNew.error().code, Code::Unauthenticated);
                fixture.reopen();
                QCOMPARE(rowsOf(*fixture.repository, id), std::size_t{50});
            }
            if (done) {
                QVERIFY(withNew.ok() && point > 8);
                return;
            }
        }
    }

    void open_oneHeaderCopyDamaged_stillOpensAndIsNamed()
    {
        for (const std::string copy : {"a", "b"}) {
            RepositoryFixture fixture;
            fixture.close();
            const std::string name = "repository/00000001." + copy;
            test::flipBit(fixture.path(name), 100);
            fixture.reopen();
            const auto report = fixture.repository->verifyHeader().value();
            QCOMPARE(report.damages.size(), std::size_t{1});
            QCOMPARE(report.damages[0].object, name);
            QVERIFY(report.damages[0].part == repository::ObjectPart::RepositoryHeader);
            // The way to repair it that the hint gives.
            QVERIFY(fixture.repository->changePassphrase(test::kPassphrase).ok());
            QVERIFY(fixture.repository->verifyHeader().value().ok());
        }
    }

    void open_bothHeaderCopiesDamaged_isDataLoss()
    {
        RepositoryFixture fixture;
        fixture.close();
        test::flipBit(fixture.path("repository/00000001.a"), 50);
        test::flipBit(fixture.path("repository/00000001.b"), 60);
        QCOMPARE(openCode(fixture, test::kPassphrase), Code::DataLoss);
    }

    void commit_unchangedShard_writesNoData()
    {
        RepositoryFixture fixture;
        const WallTime start = fixture.clock.wallNow();
        const std::string first = backUp(*fixture.repository, start).value();
        const std::vector<std::string> runs = fixture.objects("run/");
        Manifest again = fixture.repository->loadManifest(first).value();
        again.kind = BackupKind::Unchanged;
        again.asOf = start + std::chrono::hours(1);
        again.lsn = Lsn(9999);
        again.previousManifest = first;
        const std::string second = fixture.repository->commitManifest(again).value();
        QVERIFY(fixture.objects("run/") == runs);
        const auto names = fixture.repository->listManifests(ShardId(7)).value();
        QCOMPARE(names.size(), std::size_t{2});
        QCOMPARE(names[0].id, first);
        QCOMPARE(names[1].id, second);
        QVERIFY(names[1].asOf == again.asOf);
        QVERIFY(fixture.repository->removeManifest(first).ok());
        QCOMPARE(fixture.repository->collectGarbage({}).value().removed, 0U);
        QCOMPARE(rowsOf(*fixture.repository, second), std::size_t{50});
    }

    void commit_runMissing_isRefused()
    {
        RepositoryFixture fixture;
        test::WrittenTable written =
            std::move(test::writeTable(*fixture.repository, test::noteRows(test::ascending(0, 50)),
                                       test::runOptions(test::notesSchema())))
                .value();
        const Manifest manifest = test::manifestOf({written.table}, fixture.clock.wallNow());
        written.writer.reset(); // takes its runs away
        QCOMPARE(codeOf(fixture.repository->commitManifest(manifest)), Code::FailedPrecondition);
        QVERIFY(fixture.objects("").size() == 2); // the headers
    }

    void commit_answerLost_keepsRunsOfAVisibleManifest()
    {
        RepositoryFixture fixture;
        fixture.close();
        test::FaultStore faults(*fixture.store);
        auto repository =
            std::move(Repository::open(faults, test::kPassphrase, fixture.options())).value();
        faults.add({test::StoreCall::Commit, test::FaultKind::LostAnswer, "manifest/"});
        QCOMPARE(codeOf(backUp(*repository, fixture.clock.wallNow())), Code::Unavailable);
        faults.clear();
        // Reported as failed, but there: then it must be whole.
        const auto names = repository->listManifests(std::nullopt).value();
        QCOMPARE(names.size(), std::size_t{1});
        QCOMPARE(rowsOf(*repository, names[0].id), std::size_t{50});
    }

    void writer_notCommitted_leavesNothing()
    {
        RepositoryFixture fixture;
        {
            const auto written =
                test::writeTable(*fixture.repository, test::noteRows(test::ascending(0, 5000), 60),
                                 test::runOptions(test::notesSchema()));
            QVERIFY(fixture.objects("run/").size() > 3);
        }
        QVERIFY(fixture.objects("run/").empty());
    }

    void list_manyShards_isInOrder()
    {
        RepositoryFixture fixture;
        const WallTime now = fixture.clock.wallNow();
        for (const std::uint64_t shard : {300U, 2U, 10U}) {
            QVERIFY(backUp(*fixture.repository, now + std::chrono::seconds(5), 5, shard).ok());
            QVERIFY(backUp(*fixture.repository, now, 5, shard).ok());
        }
        const auto names = fixture.repository->listManifests(std::nullopt).value();
        QCOMPARE(names.size(), std::size_t{6});
        for (std::size_t i = 1; i < names.size(); ++i) {
            QVERIFY(std::pair(names[i - 1].shard, names[i - 1].asOf) <
                    std::pair(names[i].shard, names[i].asOf));
        }
        QCOMPARE(fixture.repository->listManifests(ShardId(10)).value().size(), std::size_t{2});
        QVERIFY(fixture.repository->listManifests(ShardId(11)).value().empty());
        const auto usage = fixture.repository->usage().value();
        QCOMPARE(usage.manifests, std::uint64_t{6});
        QCOMPARE(usage.runs, std::uint64_t{6});
        QVERIFY(usage.bytes.get() > 6000);
    }

    void loadManifest_renamedToAnotherShard_isDataLoss()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        const std::string name = repository::manifestObjectName(id).value();
        std::string other = name;
        other.replace(std::string("manifest/").size(), 16, "0000000000000008");
        std::filesystem::create_directories(fixture.path(other).parent_path());
        std::filesystem::rename(fixture.path(name), fixture.path(other));
        const auto names = fixture.repository->listManifests(std::nullopt).value();
        QCOMPARE(codeOf(fixture.repository->loadManifest(names.at(0).id)), Code::DataLoss);
        QCOMPARE(codeOf(fixture.repository->loadManifest(id)), Code::NotFound);
        const auto report = fixture.repository->verifyManifests({}).value();
        QCOMPARE(report.damages.size(), std::size_t{1});
        QVERIFY(report.damages[0].part == repository::ObjectPart::Manifest);
        QCOMPARE(report.damages[0].shard.get(), std::uint64_t{8});
    }

    void loadManifest_fromAnotherRepository_isDataLoss()
    {
        RepositoryFixture one;
        RepositoryFixture two;
        const std::string id = backUp(*one.repository, one.clock.wallNow()).value();
        const std::string name = repository::manifestObjectName(id).value();
        std::filesystem::create_directories(two.path(name).parent_path());
        std::filesystem::copy(one.path(name), two.path(name));
        QCOMPARE(codeOf(two.repository->loadManifest(id)), Code::DataLoss);
    }

    void openTable_noSuchTable_isOutOfRange()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        const Manifest manifest = fixture.repository->loadManifest(id).value();
        QCOMPARE(codeOf(fixture.repository->openTable(manifest, 1)), Code::OutOfRange);
    }

    void checkLock_lockFileDeleted_stopsWriting()
    {
        RepositoryFixture fixture;
        std::filesystem::remove(fixture.store->root() / ".lock");
        QCOMPARE(codeOf(fixture.repository->checkLock()), Code::Unavailable);
        QCOMPARE(codeOf(backUp(*fixture.repository, fixture.clock.wallNow())), Code::Unavailable);
    }
};

QTEST_GUILESS_MAIN(TestRepository)
#include "tst_repository.moc"
