// SPDX-License-Identifier: Apache-2.0
// What crashes leave behind, and what may be deleted.
#include "samples.h"
#include "tests/harness/fault_store.h"

#include <QTest>
#include <set>

using namespace isotherm;
using namespace std::chrono_literals;
using repository::GarbageOptions;
using repository::Manifest;
using repository::Repository;
using test::RepositoryFixture;

namespace
{

Result<std::string> backUp(Repository& repository, WallTime asOf, std::uint64_t shard = 7)
{
    ISO_ASSIGN(test::WrittenTable written,
               test::writeTable(repository, test::noteRows(test::ascending(0, 1500), 60),
                                test::runOptions(test::notesSchema())));
    return repository.commitManifest(test::manifestOf({written.table}, asOf, shard));
}

/// Every manifest can be read, and all of its rows are there.
void verifyEverything(Repository& repository)
{
    const auto names = repository.listManifests(std::nullopt);
    for (const repository::ManifestName& name : names.value()) {
        const Manifest manifest = repository.loadManifest(name.id).value();
        const auto report = repository.verify(manifest, VerifyLevel::Checksums, {}, {}).value();
        QVERIFY2(report.ok(), report.ok() ? "" : report.damages[0].text().c_str());
        QCOMPARE(report.rows, manifest.rows());
    }
}

std::size_t named(Repository& repository)
{
    std::set<std::string> runs;
    const auto names = repository.listManifests(std::nullopt);
    for (const repository::ManifestName& name : names.value()) {
        const Manifest manifest = repository.loadManifest(name.id).value();
        for (const auto& run : manifest.tables.at(0).runs) {
            runs.insert(run.object);
        }
    }
    return runs.size();
}

} // namespace

class TestGarbage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void backup_crashAnywhere_namesNoMissingRunAndIsCleanedUp()
    {
        bool finished = false;
        std::uint64_t orphaned = 0;
        for (std::uint64_t point = 0; !finished; ++point) {
            RepositoryFixture fixture;
            QVERIFY(backUp(*fixture.repository, fixture.clock.wallNow(), 1).ok());
            fixture.close();
            test::FaultStore faults(*fixture.store);
            auto repository =
                std::move(Repository::open(faults, test::kPassphrase, fixture.options())).value();
            faults.crashAt(point);
            finished = backUp(*repository, fixture.clock.wallNow() + 1s).ok();
            repository.reset();

            fixture.reopen(); // the next start
            verifyEverything(*fixture.repository);
            const auto report = fixture.repository->collectGarbage({}).value();
            orphaned += report.removed + report.leftovers;
            verifyEverything(*fixture.repository);
            QCOMPARE(fixture.objects("run/").size(), named(*fixture.repository));
            QCOMPARE(fixture.store->removeLeftovers().value(), 0U);
            const std::size_t manifests =
                fixture.repository->listManifests(std::nullopt).value().size();
            QVERIFY(manifests >= (finished ? 2U : 1U));
        }
        QVERIFY(orphaned > 20); // else no crash left anything, and the test tested nothing
    }

    void backup_storeFailsOnce_leavesNothing()
    {
        for (const test::FaultKind kind :
             {test::FaultKind::NoSpace, test::FaultKind::Unavailable}) {
            for (const test::StoreCall call :
                 {test::StoreCall::Create, test::StoreCall::Append, test::StoreCall::Commit}) {
                for (std::uint32_t skip = 0; skip < 5; ++skip) {
                    RepositoryFixture fixture;
                    fixture.close();
                    test::FaultStore faults(*fixture.store);
                    auto repository =
                        std::move(Repository::open(faults, test::kPassphrase, fixture.options()))
                            .value();
                    faults.add({call, kind, "", skip, 1});
                    const auto id = backUp(*repository, fixture.clock.wallNow());
                    if (!id.ok()) {
                        QVERIFY(fixture.objects("run/").empty());
                        QVERIFY(fixture.objects("manifest/").empty());
                    }
                    faults.clear();
                    QVERIFY(backUp(*repository, fixture.clock.wallNow() + 1s).ok());
                    verifyEverything(*repository);
                }
            }
        }
    }

    void collect_removedBackup_takesItsRuns()
    {
        RepositoryFixture fixture;
        const std::string first = backUp(*fixture.repository, fixture.clock.wallNow(), 1).value();
        QVERIFY(backUp(*fixture.repository, fixture.clock.wallNow(), 2).ok());
        const std::size_t runs = fixture.objects("run/").size();
        QVERIFY(fixture.repository->removeManifest(first).ok());
        const auto report = fixture.repository->collectGarbage({}).value();
        QCOMPARE(report.removed, static_cast<std::uint32_t>(runs / 2));
        QVERIFY(report.removedBytes.get() > 10000);
        verifyEverything(*fixture.repository);
    }

    void collect_grace_marksFirstAndSweepsLater()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        const auto runs = static_cast<std::uint32_t>(fixture.objects("run/").size());
        QVERIFY(fixture.repository->removeManifest(id).ok());
        const GarbageOptions options{.minAge = 1h, .grace = 24h};

        QCOMPARE(fixture.repository->collectGarbage(options).value().marked, 0U); // too young
        fixture.clock.advance(2h);
        const auto marked = fixture.repository->collectGarbage(options).value();
        QCOMPARE(marked.marked, runs);
        QCOMPARE(marked.removed, 0U);
        QCOMPARE(fixture.objects("garbage/").size(), std::size_t{1});
        fixture.clock.advance(23h);
        QCOMPARE(fixture.repository->collectGarbage(options).value().removed, 0U);
        QCOMPARE(fixture.objects("garbage/").size(), std::size_t{1}); // marked once is enough
        fixture.clock.advance(2h);
        QCOMPARE(fixture.repository->collectGarbage(options).value().removed, runs);
        QVERIFY(fixture.objects("run/").empty());
        QVERIFY(fixture.objects("garbage/").empty());
    }

    void collect_markedRunNamedAgain_isKept()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        const Manifest manifest = fixture.repository->loadManifest(id).value();
        QVERIFY(fixture.repository->removeManifest(id).ok());
        const GarbageOptions options{.grace = 1h};
        QVERIFY(fixture.repository->collectGarbage(options).value().marked > 0);
        QVERIFY(fixture.repository->commitManifest(manifest).ok());
        fixture.clock.advance(2h);
        QCOMPARE(fixture.repository->collectGarbage(options).value().removed, 0U);
        verifyEverything(*fixture.repository);
    }

    void collect_whileWriting_sparesUncommittedRuns()
    {
        RepositoryFixture fixture;
        auto written = std::move(test::writeTable(*fixture.repository,
                                                  test::noteRows(test::ascending(0, 1500), 60),
                                                  test::runOptions(test::notesSchema())))
                           .value();
        QCOMPARE(fixture.repository->collectGarbage({}).value().removed, 0U);
        QVERIFY(fixture.repository
                    ->commitManifest(test::manifestOf({written.table}, fixture.clock.wallNow()))
                    .ok());
        verifyEverything(*fixture.repository);
    }

    void collect_namedRunMissing_refuses()
    {
        RepositoryFixture fixture;
        QVERIFY(backUp(*fixture.repository, fixture.clock.wallNow(), 1).ok());
        const std::string gone = backUp(*fixture.repository, fixture.clock.wallNow(), 2).value();
        QVERIFY(fixture.repository->removeManifest(gone).ok());
        const auto manifests = fixture.repository->listManifests(ShardId(1)).value();
        const Manifest manifest = fixture.repository->loadManifest(manifests[0].id).value();
        QVERIFY(fixture.store->remove(manifest.tables[0].runs[1].object).ok());
        const std::size_t before = fixture.objects("").size();
        const auto refused = fixture.repository->collectGarbage({});
        QCOMPARE(refused.error().code, Code::FailedPrecondition);
        QVERIFY(refused.error().message.find(manifest.tables[0].runs[1].object) !=
                std::string::npos);
        QCOMPARE(fixture.objects("").size(), before);
    }

    void collect_unreadableManifest_refuses()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        test::flipBit(fixture.path(repository::manifestObjectName(id).value()), 200);
        QCOMPARE(fixture.repository->collectGarbage({}).error().code, Code::FailedPrecondition);
        QVERIFY(!fixture.objects("run/").empty());
    }

    void collect_clockSteppedBack_refuses()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        QVERIFY(fixture.repository->removeManifest(id).ok());
        fixture.clock.stepWall(-1h);
        QCOMPARE(fixture.repository->collectGarbage({}).error().code, Code::FailedPrecondition);
        fixture.clock.stepWall(1h);
        QVERIFY(fixture.repository->collectGarbage({}).value().removed > 0);
    }

    void collect_damagedMark_isForgotten()
    {
        RepositoryFixture fixture;
        const std::string id = backUp(*fixture.repository, fixture.clock.wallNow()).value();
        QVERIFY(fixture.repository->removeManifest(id).ok());
        const GarbageOptions options{.grace = 1h};
        QVERIFY(fixture.repository->collectGarbage(options).ok());
        test::flipBit(fixture.path(fixture.objects("garbage/").at(0)), 120);
        fixture.clock.advance(2h);
        const auto again = fixture.repository->collectGarbage(options).value();
        QCOMPARE(again.removed, 0U); // the grace starts anew
        QVERIFY(again.marked > 0);
        fixture.clock.advance(2h);
        QVERIFY(fixture.repository->collectGarbage(options).value().removed > 0);
    }

    void collect_crashAnywhere_losesNothingNamed()
    {
        bool finished = false;
        for (std::uint64_t point = 0; !finished; ++point) {
            RepositoryFixture fixture;
            QVERIFY(backUp(*fixture.repository, fixture.clock.wallNow(), 1).ok());
            const std::string gone =
                backUp(*fixture.repository, fixture.clock.wallNow(), 2).value();
            fixture.close();
            test::FaultStore faults(*fixture.store);
            auto repository =
                std::move(Repository::open(faults, test::kPassphrase, fixture.options())).value();
            faults.crashAt(point);
            finished = repository->removeManifest(gone).ok() && repository->collectGarbage({}).ok();
            repository.reset();
            fixture.reopen();
            verifyEverything(*fixture.repository);
            QVERIFY(fixture.repository->collectGarbage({}).ok());
            QCOMPARE(fixture.objects("run/").size(), named(*fixture.repository));
        }
    }
};

QTEST_GUILESS_MAIN(TestGarbage)
#include "tst_garbage.moc"
