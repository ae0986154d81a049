// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/catalog.h"
#include "agent/metadata/database.h"
#include "agent/restore/history_finder.h"
#include "tests/harness/test_log.h"
#include "tests/unit/backup/increment_world.h"

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::test;
using restore::HistoryFinder;
using restore::Served;

namespace
{

constexpr ShardId kShard{7};

std::unique_ptr<metadata::Database> openDatabase(const TempDir& folder, Log& log)
{
    auto opened = metadata::Database::open(folder.path() / "metadata.db", log);
    ISO_CHECK(opened.ok());
    return std::move(*opened);
}

/// A shard's backups, and the catalogue of them.
struct Catalogue
{
    repository::Manifest put(const repository::Manifest& manifest)
    {
        ISO_CHECK(backups.put(backup::recordOf(manifest, "local")).ok());
        return manifest;
    }

    std::optional<Served> serve(repository::Repository& repository, Lsn target)
    {
        auto served = HistoryFinder(backups, repository).serve(kShard, target, std::nullopt);
        ISO_CHECK(served.ok());
        return *served;
    }

    TempDir folder;
    TestLog log;
    std::unique_ptr<metadata::Database> database = openDatabase(folder, log);
    metadata::BackupStore backups{*database};
};

} // namespace

class TstHistoryFinder : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    /// Commits before the base's position that its snapshot did not show are in what continues it.
    void serve_positionOfTheBase_isMoreThanItsSnapshot()
    {
        IncrementWorld world(1);
        Catalogue catalogue;
        for (int i = 0; i < 5; ++i) {
            world.transact(5);
        }
        const Lsn newest = world.now();
        world.seal();
        const repository::Manifest base = catalogue.put(world.base(2));
        QVERIFY(base.lsn >= newest);
        world.transact(5);
        world.seal();
        const repository::Manifest next = catalogue.put(taken(world.increment(base)));
        const auto served = catalogue.serve(world.repository(), base.lsn);
        QVERIFY(served && served->exact);
        QCOMPARE(served->backup.id, next.id);
        QCOMPARE(served->until, std::optional(base.lsn));
        const auto then = world.restore(next, {.target = served->until});
        const auto alone = world.restore(base, {});
        const auto expected = world.restore(next, {.target = newest});
        QVERIFY(then.ok() && alone.ok() && expected.ok());
        QVERIFY(*then == *expected);
        QVERIFY(*alone != *expected); // else it would be no matter
    }

    void serve_baseThatNothingContinues_isNotExact()
    {
        IncrementWorld world(2);
        Catalogue catalogue;
        world.transact(5);
        world.seal();
        const repository::Manifest base = catalogue.put(world.base(1));
        const auto served = catalogue.serve(world.repository(), base.lsn);
        QVERIFY(served && !served->exact);
        QCOMPARE(served->backup.id, base.id);
        QVERIFY(!catalogue.serve(world.repository(), Lsn(base.lsn.get() - 1)));
    }

    void ranges_baseAlone_thenContinued_sayWhatCanBeHad()
    {
        IncrementWorld world(4);
        Catalogue catalogue;
        restore::ChainStarts starts;
        world.transact(5);
        world.seal();
        repository::Manifest base = world.base(0);
        base.chainStart = repository::ChainStart{"the table was rewritten", Lsn(1)};
        const auto id = world.repository().commitManifest(base);
        QVERIFY(id.ok());
        base.id = *id;
        catalogue.put(base);
        HistoryFinder finder(catalogue.backups, world.repository());
        const auto alone = finder.ranges(kShard, starts);
        QVERIFY(alone.ok());
        QCOMPARE(alone->size(), std::size_t{1});
        QVERIFY(!alone->front().everyCommit);
        QCOMPARE(alone->front().gapBefore, std::string("the table was rewritten"));
        world.transact(5);
        world.seal();
        const repository::Manifest next = catalogue.put(taken(world.increment(base)));
        const auto continued = finder.ranges(kShard, starts);
        QVERIFY(continued.ok());
        QCOMPARE(continued->size(), std::size_t{1});
        QVERIFY(continued->front().everyCommit);
        QCOMPARE(continued->front().fromLsn, base.lsn);
        QCOMPARE(continued->front().toLsn, next.lsn);
        QCOMPARE(continued->front().gapBefore, std::string("the table was rewritten"));
    }

    void serve_betweenTwoIncrements_isTheLaterOneReadAsOfThen()
    {
        IncrementWorld world(3);
        Catalogue catalogue;
        world.transact(5);
        world.seal();
        repository::Manifest newest = catalogue.put(world.base(0));
        world.transact(5);
        world.seal();
        newest = catalogue.put(taken(world.increment(newest)));
        world.transact(5);
        const Lsn target = world.now();
        world.seal();
        newest = catalogue.put(taken(world.increment(newest)));
        const auto served = catalogue.serve(world.repository(), target);
        QVERIFY(served && served->exact);
        QCOMPARE(served->backup.id, newest.id);
        QCOMPARE(served->until, std::optional(target));
        const auto beyond = catalogue.serve(world.repository(), Lsn(newest.lsn.get() + 1));
        QVERIFY(beyond && !beyond->exact);
    }
};

QTEST_GUILESS_MAIN(TstHistoryFinder)
#include "tst_history_finder.moc"
