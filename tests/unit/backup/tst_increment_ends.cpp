// SPDX-License-Identifier: Apache-2.0
// Where a chain cannot go on, and how far it goes.
#include "agent/backup/chain_survey.h"
#include "tests/unit/backup/increment_world.h"

#include <QtTest/QtTest>

using namespace isotherm;
using namespace isotherm::backup;
using namespace isotherm::test;
using engine::ChangeKind;

class TstIncrementEnds : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void cutIncrement_rewrite_endsTheChainBeforeIt()
    {
        IncrementWorld world(3);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.transact(5);
        const Lsn last = world.now();
        world.marker(engine::MarkerKind::Rewritten);
        world.transact(5);
        world.seal();
        const auto increment = world.increment(base);
        const repository::Manifest manifest = taken(increment);
        QVERIFY(increment->end);
        QVERIFY2(increment->end->reason.find("rewritten") != std::string::npos,
                 increment->end->reason.c_str());
        QVERIFY(manifest.lsn >= last && manifest.lsn < Lsn(last.get() + 10));
        QCOMPARE(world.differences(manifest, base.lsn), std::size_t(0));
        const auto again = world.increment(manifest); // it stays ended
        QVERIFY(again.ok() && !again->manifest && again->end);
    }

    /// The base met the beginning that the history had; nothing went on from it before the next
    /// one.
    void cutIncrement_baseRewrittenBeforeItWasContinued_goesOnUpToIt()
    {
        IncrementWorld world(13);
        world.transact(5);
        world.marker(engine::MarkerKind::Rewritten);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(2); // the rewrite is shown, two later are not
        world.transact(5);
        world.seal();
        world.marker(engine::MarkerKind::Rewritten);
        const Lsn rewritten = world.now();
        world.transact(5);
        world.marker(engine::MarkerKind::Rewritten);
        world.transact(5);
        world.seal();
        const auto increment = world.increment(base);
        const repository::Manifest manifest = taken(increment);
        QVERIFY(increment->end);
        QCOMPARE(manifest.lsn, justBefore(rewritten));
        QVERIFY(increment->changes > 0);
        QCOMPARE(world.differences(manifest, base.lsn), std::size_t(0));
    }

    /// As far as the journal reached when the increment was asked for, the rewrite is not in it.
    void cutIncrement_rewriteBehindItsEnd_goesOnUpToThat()
    {
        IncrementWorld world(14);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.transact(5);
        world.seal();
        const Lsn upTo = world.journal().position();
        world.marker(engine::MarkerKind::Rewritten);
        world.seal();
        const auto increment = world.increment(base, notesSchema(), upTo);
        const repository::Manifest manifest = taken(increment);
        QVERIFY(!increment->end && increment->changes > 0);
        QCOMPARE(manifest.lsn, upTo);
        QCOMPARE(world.differences(manifest, base.lsn), std::size_t(0));
    }

    /// It never met a beginning: what it does not show of before is nowhere.
    void cutIncrement_baseThatDoesNotShowTheRewrite_isNotTakenForOneBehindIt()
    {
        IncrementWorld world(15);
        world.transact(5);
        world.seal();
        journal::State state = world.journal().state();
        state.leaves[kLeaf].fence = 1'000; // changes were lost
        QVERIFY(world.journal().setState(state).ok());
        world.seal();
        const repository::Manifest base = world.base(0);
        world.transact(5);
        world.marker(engine::MarkerKind::Rewritten);
        world.transact(5);
        world.marker(engine::MarkerKind::Rewritten);
        world.seal();
        const auto increment = world.increment(base);
        QVERIFY(!increment.ok());
        QCOMPARE(increment.error().code, Code::FailedPrecondition);
    }

    void cutIncrement_otherColumnsNow_endsAtTheChange()
    {
        IncrementWorld world(4);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.marker(engine::MarkerKind::Changed);
        world.transact(5);
        world.seal();
        QVERIFY(!world.increment(base)->end); // an index, say: the columns are the same
        TableSchema wider = notesSchema();
        wider.columns.push_back({"more", "text", ValueEncoding::Binary, false, {}});
        const auto increment = world.increment(base, wider);
        QVERIFY(increment.ok() && increment->end);
    }

    void cutIncrement_leafDropped_completesTheChain()
    {
        IncrementWorld world(10);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.transact(5);
        const Lsn last = world.now();
        world.marker(engine::MarkerKind::Dropped);
        world.seal();
        const auto increment = world.increment(base);
        const repository::Manifest manifest = taken(increment);
        QVERIFY(increment->end && increment->end->leafGone);
        QVERIFY(manifest.chainStop && manifest.chainStop->reason.find("dropped") == 0);
        QCOMPARE(manifest.chainStop->last, manifest.lsn);
        QVERIFY(manifest.lsn >= last);
        QCOMPARE(world.differences(manifest, base.lsn), std::size_t(0));
    }

    void cutIncrement_leafDetached_completesTheChain()
    {
        IncrementWorld world(11);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.begin();
        world.define({"id", "note"}, {1, 2}, "", {kTable, kOtherLeaf}); // what the table has now
        world.end();
        world.transact(3); // it is nobody's business any more
        world.seal();
        const auto increment = world.increment(base);
        QVERIFY(increment.ok() && increment->end && increment->end->leafGone);
        QVERIFY(increment->end->reason.find("detached") == 0);
    }

    void cutIncrement_columnsChangeInTheStream_endsBeforeThatTransaction()
    {
        IncrementWorld world(5);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.begin();
        world.add(ChangeKind::Insert, rowWith(2'000, "kept"), {});
        world.end();
        const Lsn last = world.now();
        world.begin();
        world.add(ChangeKind::Insert, rowWith(2'001, "of the same transaction"), {});
        world.useRelation(relationOf({"id", "note", "more"}));
        std::string wide = rowWith(2'002, "x");
        appendNull(wide);
        world.add(ChangeKind::Insert, wide, {});
        world.end();
        world.seal();
        const auto increment = world.increment(base);
        const repository::Manifest manifest = taken(increment);
        QVERIFY(increment->end);
        QCOMPARE(manifest.lsn, Lsn(last.get() + 9)); // the commit after it is 10 higher
        const auto rows = world.restore(manifest, {});
        QVERIFY(rows.ok() && rows->contains(2'000) && !rows->contains(2'001));
    }

    void cutIncrement_gap_endsTheChainAtIt()
    {
        IncrementWorld world(7);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        world.transact(5);
        const Lsn last = world.now();
        QVERIFY(world.journal()
                    .addGap({Lsn(last.get() + 1), Lsn(last.get() + 5), {}, {}, "slot dropped"})
                    .ok());
        world.transact(5);
        world.seal();
        const auto increment = world.increment(base);
        const repository::Manifest manifest = taken(increment);
        QVERIFY(increment->end && increment->end->reason == "slot dropped");
        QCOMPARE(manifest.lsn, last);
        QCOMPARE(world.differences(manifest, base.lsn), std::size_t(0));
    }

    void cutIncrement_journalLetGoOfWhatTheBaseDoesNotShow_isRefused()
    {
        IncrementWorld world(12);
        for (int i = 0; i < 3; ++i) {
            world.transact(5);
            world.seal();
            world.nextSegment();
        }
        const repository::Manifest base = world.base(2);
        QVERIFY(world.increment(base).ok());
        for (int i = 0; i < 3; ++i) {
            world.transact(5);
            world.seal();
            world.nextSegment();
        }
        QVERIFY(world.journal().usage().segments > 4);
        QVERIFY(world.journal().dropBelow(world.journal().position()).ok());
        const auto increment = world.increment(base);
        QVERIFY(!increment.ok());
        QVERIFY(increment.error().code == Code::FailedPrecondition ||
                increment.error().code == Code::OutOfRange);
    }

    void cutIncrement_baseOlderThanTheCapture_isRefused()
    {
        IncrementWorld world(8);
        world.transact(5);
        world.seal();
        const repository::Manifest base = world.base(0);
        journal::State state = world.journal().state();
        state.leaves[kLeaf].fence = 1'000;
        QVERIFY(world.journal().setState(state).ok());
        world.seal();
        const auto increment = world.increment(base);
        QVERIFY(!increment.ok());
        QCOMPARE(increment.error().code, Code::FailedPrecondition);
        QVERIFY(!increment.error().hint.empty());
        // A barrier further on does not make the hole behind the base a history.
        world.marker(engine::MarkerKind::Rewritten);
        world.seal();
        QVERIFY(!world.increment(base).ok());
    }
};

QTEST_GUILESS_MAIN(TstIncrementEnds)
#include "tst_increment_ends.moc"
