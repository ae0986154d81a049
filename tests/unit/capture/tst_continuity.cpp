// SPDX-License-Identifier: Apache-2.0
#include "agent/capture/continuity.h"

#include <QTest>

using namespace isotherm;
using namespace isotherm::capture;
using engine::MarkerKind;
using engine::SchemaMarker;

namespace
{

constexpr std::uint64_t kTable = 10;
constexpr std::uint64_t kFirst = 11;
constexpr std::uint64_t kSecond = 12;

journal::State known()
{
    journal::State state;
    state.epoch = {1, 1, Lsn(100), 50, "7", "5:1"};
    state.tables[kTable] = {"public.t", true, 60, Lsn(110), "", "", Lsn()};
    state.leaves[kFirst] = {kTable, 0, Lsn(), ""};
    state.leaves[kSecond] = {kTable, 70, Lsn(120), "rewritten"};
    return state;
}

engine::FeedState feedOf(const journal::State& state)
{
    engine::FeedState feed;
    feed.condition = engine::FeedCondition::Ready;
    feed.systemId = state.epoch.systemId;
    feed.timeline = state.epoch.timeline;
    feed.identity = state.epoch.identity;
    feed.confirmed = Lsn(900);
    return feed;
}

SchemaMarker marker(MarkerKind kind, std::vector<std::uint64_t> objects)
{
    SchemaMarker made;
    made.kind = kind;
    made.objects = std::move(objects);
    made.what = "ALTER TABLE t";
    return made;
}

journal::TransactionHeader transaction(std::uint64_t id)
{
    return {id, Lsn(1'000 + id), Lsn(1'001 + id), {}, false, {}};
}

} // namespace

class TestContinuity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whyBroken_sameFeed_itIsNot()
    {
        const journal::State state = known();
        QVERIFY(!whyBroken(state, Lsn(1'000), feedOf(state), {}));
        QVERIFY(!whyBroken(journal::State(), Lsn(), feedOf(state), {})); // the first time
    }

    void whyBroken_everyWay_saysWhich_data()
    {
        QTest::addColumn<int>("change");
        QTest::addColumn<QString>("words");
        QTest::newRow("slot gone") << 0 << "slot is gone";
        QTest::newRow("log thrown away") << 1 << "threw away log";
        QTest::newRow("publication anew") << 2 << "made anew";
        QTest::newRow("moved on") << 3 << "moved on by somebody";
        QTest::newRow("another system") << 4 << "another database system";
        QTest::newRow("lagging standby took over") << 5 << "another server took over";
        QTest::newRow("publication dropped") << 6 << "publication was dropped";
    }

    void whyBroken_everyWay_saysWhich()
    {
        QFETCH(int, change);
        QFETCH(QString, words);
        const journal::State state = known();
        engine::FeedState feed = feedOf(state);
        std::vector<engine::TimelineFork> forks;
        switch (change) {
        case 0:
            feed.condition = engine::FeedCondition::Absent;
            break;
        case 1:
            feed.condition = engine::FeedCondition::Lost;
            feed.retention = engine::LogRetention::Lost;
            break;
        case 2:
            feed.identity = "5:2";
            break;
        case 3:
            feed.confirmed = Lsn(1'001);
            break;
        case 4:
            feed.systemId = "8";
            break;
        case 5:
            feed.timeline = 2;
            forks = {{1, Lsn(999)}};
            break;
        default:
            feed.condition = engine::FeedCondition::Lost;
            feed.warnings = {"the publication was dropped"};
        }
        const auto reason = whyBroken(state, Lsn(1'000), feed, forks);
        QVERIFY(reason);
        QVERIFY2(reason->find(words.toStdString()) != std::string::npos, reason->c_str());
    }

    void whyBroken_standbyThatHadEverything_goesOn()
    {
        const journal::State state = known();
        engine::FeedState feed = feedOf(state);
        feed.timeline = 3;
        QVERIFY(!whyBroken(state, Lsn(1'000), feed, {{1, Lsn(1'000)}, {2, Lsn(2'000)}}));
        QVERIFY(whyBroken(state, Lsn(1'000), feed, {{2, Lsn(2'000)}})); // no ancestor
    }

    void applyMarker_rewritten_basesOfThatLeafMustShowIt()
    {
        journal::State state = known();
        QVERIFY(applyMarker(state, marker(MarkerKind::Rewritten, {kFirst}), transaction(200)));
        QCOMPARE(state.leaves[kFirst].mustShow, std::uint64_t{200});
        QCOMPARE(state.leaves[kFirst].fence, std::uint64_t{0});
        QCOMPARE(state.leaves[kFirst].since, Lsn(1'200));
        QCOMPARE(state.leaves[kSecond].fence, std::uint64_t{70});
    }

    /// Bases from between two beginnings go on from one to the other.
    void applyMarker_rewrittenAgain_keepsWhatBasesNeededBefore()
    {
        journal::State state = known();
        QVERIFY(applyMarker(state, marker(MarkerKind::Rewritten, {kFirst}), transaction(200)));
        QVERIFY(applyMarker(state, marker(MarkerKind::Rewritten, {kFirst}), transaction(200)));
        QVERIFY(applyMarker(state, marker(MarkerKind::Rewritten, {kFirst}), transaction(210)));
        const std::vector<journal::EarlierBeginning> expected = {{60, 0, Lsn(1'200)},
                                                                 {60, 200, Lsn(1'210)}};
        QCOMPARE(state.leaves[kFirst].earlier, expected);
        // Changes that were lost end it just so.
        QVERIFY(raiseLeafFence(state, kFirst, kTable, 220, Lsn(1'220), "unreadable"));
        QCOMPARE(state.leaves[kFirst].earlier.back(),
                 (journal::EarlierBeginning{60, 210, Lsn(1'220)}));
        // And it outlives the leaf.
        QVERIFY(applyMarker(state, marker(MarkerKind::Dropped, {kFirst}), transaction(230)));
        QCOMPARE(state.ended.at(kFirst).earlier.size(), std::size_t{3});
        QCOMPARE(state.ended.at(kFirst).fence, std::uint64_t{221});
    }

    void applyMarker_rewrittenOverAndOver_keepsTheNewestFew()
    {
        journal::State state = known();
        for (std::uint64_t id = 200; id < 240; ++id) {
            QVERIFY(applyMarker(state, marker(MarkerKind::Rewritten, {kFirst}), transaction(id)));
        }
        QVERIFY(state.leaves[kFirst].earlier.size() < 20);
        QCOMPARE(state.leaves[kFirst].earlier.back(),
                 (journal::EarlierBeginning{60, 238, Lsn(1'239)}));
    }

    void applyMarker_dropped_endsTheLeafAndKeepsWhatItsBasesNeed()
    {
        journal::State state = known();
        QVERIFY(applyMarker(state, marker(MarkerKind::Dropped, {kSecond}), transaction(200)));
        QVERIFY(!state.leaves.contains(kSecond) && state.leaves.contains(kFirst));
        const journal::EndedLeaf& ended = state.ended.at(kSecond);
        QCOMPARE(ended.fence, std::uint64_t{70});
        QCOMPARE(ended.at, Lsn(1'200));
        QVERIFY(ended.reason.find("dropped") != std::string::npos);
        // The whole table, leaves first or last.
        QVERIFY(applyMarker(state, marker(MarkerKind::Dropped, {kTable}), transaction(201)));
        QVERIFY(applyMarker(state, marker(MarkerKind::Dropped, {kFirst}), transaction(201)));
        QVERIFY(state.tables.empty() && state.leaves.empty());
        QCOMPARE(state.ended.size(), std::size_t{2});
        QVERIFY(!forgetEnded(state, Lsn(1'199)));
        QVERIFY(forgetEnded(state, Lsn(1'201)));
        QVERIFY(state.ended.empty());
    }

    void applyMarker_detachedAndAttachedAgain_startsAnew()
    {
        journal::State state = known();
        QVERIFY(
            applyMarker(state, marker(MarkerKind::Changed, {kTable, kFirst}), transaction(200)));
        QVERIFY(!state.leaves.contains(kSecond));
        QVERIFY(state.ended.at(kSecond).reason.find("detached") != std::string::npos);
        QVERIFY(applyMarker(state, marker(MarkerKind::Changed, {kTable, kFirst, kSecond}),
                            transaction(210)));
        QVERIFY(!state.ended.contains(kSecond));
        QCOMPARE(state.leaves[kSecond].mustShow, std::uint64_t{210});
        // The catalog was looked at between the two.
        QVERIFY(
            applyMarker(state, marker(MarkerKind::Changed, {kTable, kFirst}), transaction(215)));
        state.leaves[kSecond].table = kTable;
        QVERIFY(applyMarker(state, marker(MarkerKind::Changed, {kTable, kFirst, kSecond}),
                            transaction(216)));
        QVERIFY(!state.ended.contains(kSecond));
        QCOMPARE(state.leaves[kSecond].mustShow, std::uint64_t{216});
        // Bases from before go on to where it was detached, and no further.
        const std::vector<journal::EarlierBeginning> expected = {{70, 0, Lsn(1'200)},
                                                                 {60, 210, Lsn(1'215)}};
        QCOMPARE(state.leaves[kSecond].earlier, expected);
        // An index of a leaf changes nothing.
        QVERIFY(!applyMarker(state, marker(MarkerKind::Changed, {99, kFirst}), transaction(220)));
    }
};

QTEST_APPLESS_MAIN(TestContinuity)
#include "tst_continuity.moc"
