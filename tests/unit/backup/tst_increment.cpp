// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/backup/increment_world.h"

#include <QtTest/QtTest>
#include <random>

using namespace isotherm;
using namespace isotherm::test;
using engine::ChangeKind;

class TstIncrement : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        m_seed = qEnvironmentVariableIsSet("ISOTHERM_INCREMENT_SEED")
                     ? qEnvironmentVariable("ISOTHERM_INCREMENT_SEED").toLongLong()
                     : static_cast<qint64>(std::random_device{}());
        qInfo("seed %lld (repeat with ISOTHERM_INCREMENT_SEED)", m_seed);
    }

    void cutIncrement_randomHistory_restoresEveryCommit()
    {
        for (int round = 0; round < 12; ++round) {
            IncrementWorld world(static_cast<std::uint64_t>(m_seed + round));
            for (int i = 0; i < 20; ++i) {
                world.transact(5);
            }
            world.seal();
            const std::size_t hidden = world.random()() % 4;
            repository::Manifest newest = world.base(hidden);
            const Lsn from = newest.lsn;
            for (int cut = 0; cut < 4; ++cut) {
                for (std::uint64_t i = world.random()() % 12; i > 0; --i) {
                    world.transact(1 + world.random()() % 30);
                }
                world.seal();
                newest = taken(world.increment(newest));
                QCOMPARE(newest.lsn, Lsn(world.now().get() - 1));
            }
            QCOMPARE(world.differences(newest, from), std::size_t(0));
        }
    }

    /// Commits of a group follow each other without a byte between them.
    void cutIncrement_commitWhereTheJournalEnded_isInTheNextOne()
    {
        IncrementWorld world(static_cast<std::uint64_t>(m_seed));
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        repository::Manifest newest = base;
        for (int i = 0; i < 4; ++i) {
            world.transact(5);
            world.sealUpToTheNext();
            newest = taken(world.increment(newest));
        }
        world.seal();
        newest = taken(world.increment(newest));
        QCOMPARE(world.differences(newest, base.lsn), std::size_t(0));
    }

    /// Control: with the rule of LSNs the hidden transactions are lost.
    void cutIncrement_lsnRuleInstead_losesRows()
    {
        std::size_t different = 0;
        for (int round = 0; round < 12; ++round) {
            IncrementWorld world(static_cast<std::uint64_t>(m_seed + round));
            for (int i = 0; i < 20; ++i) {
                world.transact(5);
            }
            world.seal();
            const repository::Manifest base = world.base(3);
            world.transact(1);
            world.seal();
            const repository::Manifest newest = taken(world.increment(base));
            const auto byLsn = [&base](const std::string&) {
                return Result<repository::BaseFilter>(repository::cutFilter(base.lsn));
            };
            different += world.differences(newest, base.lsn, byLsn);
            QCOMPARE(world.differences(newest, base.lsn), std::size_t(0));
        }
        QVERIFY(different > 0);
    }

    void cutIncrement_nothingHappened_isUnchangedAndNewer()
    {
        IncrementWorld world(1);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.seal();
        const auto increment = world.increment(base);
        const repository::Manifest manifest = taken(increment);
        QCOMPARE(manifest.kind, BackupKind::Unchanged);
        QVERIFY(manifest.lsn > base.lsn);
        QCOMPARE(manifest.tables.front().runs, base.tables.front().runs);
        QCOMPARE(increment->stored.get(), std::uint64_t(0));
    }

    void cutIncrement_transactions_sayWhatTheyTouched()
    {
        IncrementWorld world(2);
        world.transact(1);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.begin();
        world.add(ChangeKind::Insert, rowWith(1'000, "a"), {});
        world.add(ChangeKind::Insert, rowWith(1'001, "b"), {});
        world.add(ChangeKind::Delete, absentNote(1'000), {});
        world.end();
        world.seal();
        const repository::Manifest manifest = taken(world.increment(base));
        const auto transactions = world.repository().listTransactions(manifest, {});
        QVERIFY(transactions.ok());
        QCOMPARE(transactions->size(), std::size_t(1));
        QCOMPARE(transactions->front().inserted, std::uint64_t(2));
        QCOMPARE(transactions->front().deleted, std::uint64_t(1));
        QCOMPARE(transactions->front().otherShards, std::vector<ShardId>{ShardId(8)});
        QVERIFY(!transactions->front().partial);
    }

    /// A key that is left and taken again in one transaction, and left once more later.
    void cutIncrement_keyTakenAgain_movesItsNewestValue()
    {
        IncrementWorld world(9);
        world.transact(1);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.begin();
        world.add(ChangeKind::Insert, rowWith(4'006, "first"), {});
        world.add(ChangeKind::Update, absentNote(4'021), absentNote(4'006));
        world.add(ChangeKind::Insert, rowWith(4'006, "second"), {});
        world.end();
        world.begin();
        world.add(ChangeKind::Update, absentNote(4'050), absentNote(4'006));
        world.end();
        world.seal();
        const auto rows = world.restore(taken(world.increment(base)), {});
        QVERIFY(rows.ok());
        QCOMPARE(rows->at(4'021), rowWith(4'021, "first"));
        QCOMPARE(rows->at(4'050), rowWith(4'050, "second"));
        QVERIFY(!rows->contains(4'006));
    }

    /// History goes on, and each side of the change is the table as it was.
    void cutIncrement_columnAdded_thenOneDropped_areVersions()
    {
        IncrementWorld world(9);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.transact(3);
        const Lsn before = world.now();
        world.begin();
        world.add(ChangeKind::Insert, rowWith(5'000, "old form"), {});
        world.define({"id", "note", "more"}, {1, 2, 3}, "dflt");
        world.useRelation(relationOf({"id", "note", "more"}));
        std::string wide = rowWith(5'001, "new form");
        appendField(wide, "given");
        world.add(ChangeKind::Insert, wide, {});
        world.end();
        const Lsn added = world.now();
        world.seal();
        const auto increment = world.increment(base);
        const repository::Manifest first = taken(increment);
        QVERIFY(!increment->end);
        QCOMPARE(first.tables[0].versions.size(), std::size_t(2));
        QCOMPARE(first.tables[0].schema.columns.size(), std::size_t(3));
        QCOMPARE(world.differences(first, base.lsn, {}, before), std::size_t(0));
        const auto rows = world.restore(first, {.target = added});
        QVERIFY2(rows.ok(), rows.ok() ? "" : rows.error().text().c_str());
        std::string filled = rowWith(5'000, "old form");
        appendField(filled, "dflt");
        QCOMPARE(rows->at(5'000), filled);
        QCOMPARE(rows->at(5'001), wide);

        // Nothing but the change: no row is written, and still both sides can be had.
        world.begin();
        world.define({"id", "more"}, {1, 3}, "");
        world.end();
        const Lsn dropped = world.now();
        world.seal();
        const repository::Manifest second = taken(world.increment(first));
        QCOMPARE(second.kind, BackupKind::Incremental);
        QCOMPARE(second.tables[0].versions.size(), std::size_t(3));
        QCOMPARE(world.restore(second, {.target = added})->at(5'001), wide);
        std::string narrow;
        appendInt8(narrow, 5'001);
        appendField(narrow, "given");
        QCOMPARE(world.restore(second, {.target = dropped})->at(5'001), narrow);
        const auto listed = world.repository().listTransactions(second, {});
        QVERIFY(listed.ok());
        QCOMPARE(listed->back().commit, dropped);
    }

    void cutIncrement_columnsInAnotherOrder_areMappedByName()
    {
        IncrementWorld world(6);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.useRelation(relationOf({"note", "id"}));
        std::string row;
        appendField(row, "turned round");
        appendInt8(row, 3'000);
        world.begin();
        world.add(ChangeKind::Insert, row, {});
        world.end();
        world.seal();
        const auto rows = world.restore(taken(world.increment(base)), {});
        QVERIFY(rows.ok());
        QCOMPARE(rows->at(3'000), rowWith(3'000, "turned round"));
    }

private:
    qint64 m_seed = 0;
};

QTEST_GUILESS_MAIN(TstIncrement)
#include "tst_increment.moc"
