// SPDX-License-Identifier: Apache-2.0
#include "agent/journal/journal.h"
#include "agent/journal/segment_file.h"
#include "shared/base/file.h"
#include "tests/harness/fake_clock.h"
#include "tests/harness/temp_dir.h"

#include <QTest>
#include <malloc.h>
#include <map>
#include <random>

using namespace isotherm;
using namespace isotherm::journal;
using engine::ChangeKind;

#define VERIFY_OK(result)                                                                          \
    do {                                                                                           \
        const auto& checked = (result);                                                            \
        QVERIFY2(checked.ok(), checked.ok() ? "" : checked.error().text().c_str());                \
    } while (false)

namespace
{

std::shared_ptr<const engine::ChangeRelation> relationOf(std::uint64_t leaf)
{
    auto relation = std::make_shared<engine::ChangeRelation>();
    relation->leaf = {leaf, 0, "public", "leaf_" + std::to_string(leaf)};
    relation->tableId = 1;
    relation->columns = {{"id", "bigint", ValueEncoding::Binary, true},
                         {"note", "text", ValueEncoding::Binary, false}};
    return relation;
}

/// What a reader of one leaf sees, as text.
std::string shown(const Event& event)
{
    switch (event.kind) {
    case EventKind::Gap:
        return "gap " + event.gap->reason;
    case EventKind::Marker:
        return std::to_string(event.transaction->commitLsn.get()) + " marker " + event.marker->what;
    default:
        return std::to_string(event.transaction->commitLsn.get()) + " " +
               std::to_string(event.sequence) + " " +
               std::to_string(event.change.relation->leaf.objectId) + " " +
               std::string(event.change.row) + "<" + std::string(event.change.oldRow);
    }
}

using Lines = std::vector<std::string>;

} // namespace

class TestJournal : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<Journal> open(const std::filesystem::path& folder,
                                  ByteCount segment = ByteCount(64ULL << 20U), char keyByte = 'k')
    {
        auto opened = Journal::open(
            {folder, repository::SecretKey(std::string(32, keyByte)), m_clock, segment});
        m_openError = opened.ok() ? Error() : opened.error();
        return opened.ok() ? std::move(opened).value() : nullptr;
    }

    static State stateOf(std::uint32_t epoch)
    {
        State state;
        state.epoch = {epoch, 1, Lsn(10), 100, "7000000000000000001", "5:16400"};
        state.tables[1] = {"public.t", true, 100, Lsn(10), ""};
        return state;
    }

    /// One transaction that touches `leaves`, with a row each.
    void write(Journal& journal, std::uint64_t lsn, const std::vector<std::uint64_t>& leaves,
               std::size_t rows = 1)
    {
        TransactionHeader header{lsn, Lsn(lsn), Lsn(lsn + 1), m_clock.wallNow(), false, leaves};
        VERIFY_OK(journal.begin(header));
        for (std::size_t i = 0; i < rows; ++i) {
            for (const std::uint64_t leaf : leaves) {
                const std::string row = "row " + std::to_string(lsn) + "/" + std::to_string(i);
                VERIFY_OK(journal.add({ChangeKind::Insert, m_relations[leaf], row, {}}));
                m_expected[leaf].push_back({lsn, row});
            }
        }
    }

    static Result<Lines> readAll(Journal& journal, const ReadRange& range)
    {
        ISO_ASSIGN(const auto cursor, journal.read(range));
        Lines lines;
        for (;;) {
            ISO_ASSIGN(const Event* event, cursor->next());
            if (event == nullptr) {
                return lines;
            }
            lines.push_back(shown(*event));
        }
    }

    test::FakeClock m_clock;
    Error m_openError;
    std::map<std::uint64_t, std::shared_ptr<const engine::ChangeRelation>> m_relations;
    std::map<std::uint64_t, std::vector<std::pair<std::uint64_t, std::string>>> m_expected;

private Q_SLOTS:
    void init()
    {
        m_expected.clear();
        for (std::uint64_t leaf = 1; leaf <= 50; ++leaf) {
            m_relations[leaf] = relationOf(leaf);
        }
    }

    void written_sealed_readBackByLeaf()
    {
        const test::TempDir folder;
        const auto journal = open(folder.path() / "j");
        QVERIFY(journal);
        VERIFY_OK(journal->setState(stateOf(1)));
        write(*journal, 20, {1, 2});
        write(*journal, 30, {2}, 2);
        QCOMPARE(journal->position(), Lsn()); // nothing is before it is durable
        VERIFY_OK(journal->seal(Lsn(40)));
        QCOMPARE(journal->position(), Lsn(40));
        auto lines = readAll(*journal, {{2}, Lsn(0), Lsn(40)});
        VERIFY_OK(lines);
        QCOMPARE(*lines, (Lines{"20 1 2 row 20/0<", "30 0 2 row 30/0<", "30 1 2 row 30/1<"}));
        lines = readAll(*journal, {{2, 1}, Lsn(0), Lsn(20)});
        QCOMPARE(*lines, (Lines{"20 0 1 row 20/0<", "20 1 2 row 20/0<"}));
        lines = readAll(*journal, {{1}, Lsn(20), Lsn(40)});
        QVERIFY(lines->empty());
        QCOMPARE(journal->read({{1}, Lsn(0), Lsn(41)}).error().code, Code::OutOfRange);
    }

    /// One transaction goes through a thousand leaves, one after the other, as an UPDATE of a whole
    /// table does.
    void manyLeaves_oneTransaction_boundedMemory()
    {
        constexpr std::uint64_t kLeaves = 1000;
        constexpr std::size_t kRows = 500;
        const test::TempDir folder;
        const auto journal = open(folder.path() / "j");
        QVERIFY(journal);
        VERIFY_OK(journal->setState(stateOf(1)));
        VERIFY_OK(journal->begin({20, Lsn(20), Lsn(21), m_clock.wallNow(), false, {}}));
        const std::string row(200, 'x');
        const std::size_t before = ::mallinfo2().uordblks;
        std::size_t most = 0;
        for (std::uint64_t leaf = 1; leaf <= kLeaves; ++leaf) {
            const auto relation = relationOf(leaf);
            for (std::size_t i = 0; i < kRows; ++i) {
                VERIFY_OK(journal->add({ChangeKind::Insert, relation, row, {}}));
            }
            most = std::max(most, ::mallinfo2().uordblks);
        }
        QVERIFY2(most < before + (std::size_t{32} << 20U), std::to_string(most - before).c_str());
        VERIFY_OK(journal->seal(Lsn(30)));
        const auto lines = readAll(*journal, {{kLeaves}, Lsn(0), Lsn(30)});
        VERIFY_OK(lines);
        QCOMPARE(lines->size(), kRows);
    }

    void markersAndGaps_onlyWhomTheyConcern_inPlace()
    {
        const test::TempDir folder;
        const auto journal = open(folder.path() / "j");
        VERIFY_OK(journal->setState(stateOf(1)));
        VERIFY_OK(journal->begin({7, Lsn(20), Lsn(21), m_clock.wallNow(), false, {1}}));
        VERIFY_OK(journal->add({ChangeKind::Insert, m_relations[1], "a", {}}));
        VERIFY_OK(journal->addMarker({engine::MarkerKind::Changed, {99, 1}, "ALTER", "x", 0}));
        VERIFY_OK(journal->add({ChangeKind::Update, m_relations[1], "b", "old"}));
        VERIFY_OK(journal->seal(Lsn(21)));
        VERIFY_OK(journal->addGap({Lsn(21), Lsn(50), m_clock.wallNow(), {}, "slot lost"}));
        VERIFY_OK(journal->addGap({Lsn(21), Lsn(50), m_clock.wallNow(), {2}, "type gone"}));
        VERIFY_OK(journal->seal(Lsn(60)));
        auto lines = readAll(*journal, {{1}, Lsn(0), Lsn(60)});
        VERIFY_OK(lines);
        QCOMPARE(*lines, (Lines{"20 0 1 a<", "20 marker ALTER", "20 2 1 b<old", "gap slot lost"}));
        lines = readAll(*journal, {{2}, Lsn(0), Lsn(60)});
        QCOMPARE(*lines, (Lines{"gap slot lost", "gap type gone"}));
        lines = readAll(*journal, {{2}, Lsn(50), Lsn(60)});
        QVERIFY(lines->empty());
    }

    void reopened_stateAndPositionThere_wrongKeyRefused()
    {
        const test::TempDir folder;
        {
            const auto journal = open(folder.path() / "j");
            VERIFY_OK(journal->setState(stateOf(3)));
            write(*journal, 20, {1});
            journal->addMoment({m_clock.wallNow(), Lsn(19)});
            VERIFY_OK(journal->seal(Lsn(25)));
        }
        QVERIFY(!open(folder.path() / "j", ByteCount(1 << 20), 'x'));
        const auto journal = open(folder.path() / "j");
        QVERIFY2(journal, m_openError.text().c_str());
        QCOMPARE(journal->position(), Lsn(25));
        QVERIFY(journal->state() == stateOf(3));
        QCOMPARE(journal->moments(Lsn(0), Lsn(25))->size(), std::size_t{1});
        QVERIFY(!journal->begin({1, Lsn(20), Lsn(21), {}, false, {1}}).ok()); // went by already
        const Requirement requirement = journal->requirement(1, 1);
        QVERIFY(requirement.captured);
        QVERIFY(requirement.continues(Visibility::parse("100:120:").value()));
        QVERIFY(!requirement.continues(Visibility::parse("99:120:").value()));
        QVERIFY(!journal->requirement(1, 2).captured);
    }

    /// Whatever a crash leaves of the last batch: all of it, or none.
    void tornTail_everyCut_wholeBatchesOnly()
    {
        const test::TempDir folder;
        const std::filesystem::path live = folder.path() / "j";
        const auto journal = open(live);
        VERIFY_OK(journal->setState(stateOf(1)));
        write(*journal, 20, {1, 2});
        VERIFY_OK(journal->seal(Lsn(21)));
        const std::string before = readFile(segmentPath(live, 1)).value();
        write(*journal, 30, {1, 2}, 3);
        VERIFY_OK(journal->seal(Lsn(31)));
        const std::string after = readFile(segmentPath(live, 1)).value();
        QVERIFY(after.size() > before.size());
        for (std::size_t length = 0; length <= after.size();
             length += length < before.size() ? 7 : 1) {
            const std::filesystem::path crashed = folder.path() / "crashed";
            std::filesystem::remove_all(crashed);
            std::filesystem::create_directories(crashed);
            VERIFY_OK(writeFileDurably(segmentPath(crashed, 1), after.substr(0, length)));
            const auto again = open(crashed);
            QVERIFY2(again, m_openError.text().c_str());
            const Lsn expected = length == after.size()    ? Lsn(31)
                                 : length >= before.size() ? Lsn(21)
                                                           : Lsn();
            QCOMPARE(again->position(), expected);
            if (expected == Lsn(21)) {
                QCOMPARE(readAll(*again, {{1}, Lsn(0), Lsn(21)})->size(), std::size_t{1});
                VERIFY_OK(again->begin({30, Lsn(30), Lsn(31), {}, false, {1}}));
                VERIFY_OK(again->add({ChangeKind::Insert, m_relations[1], "again", {}}));
                VERIFY_OK(again->seal(Lsn(31)));
                QCOMPARE(readAll(*again, {{1}, Lsn(0), Lsn(31)})->size(), std::size_t{2});
            }
        }
    }

    void flippedBits_closedSegment_dataLoss()
    {
        const test::TempDir folder;
        const std::filesystem::path path = folder.path() / "j";
        {
            const auto journal = open(path);
            VERIFY_OK(journal->setState(stateOf(1)));
            write(*journal, 20, {1}, 50);
            VERIFY_OK(journal->seal(Lsn(21)));
        }
        const std::string good = readFile(segmentPath(path, 1)).value();
        for (std::size_t at = 0; at < good.size(); at += 3) {
            std::string bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 4);
            VERIFY_OK(writeFileDurably(segmentPath(path, 1), bad));
            const auto journal = open(path);
            if (!journal) {
                continue;
            }
            const auto lines = journal->position() == Lsn(21)
                                   ? readAll(*journal, {{1}, Lsn(0), Lsn(21)})
                                   : Result<Lines>(Lines());
            // Found, or nothing of it was touched.
            QVERIFY(!lines.ok() || lines->size() == 50 || journal->position() < Lsn(21));
        }
    }

    void discard_uncommittedIsGone_andComesAgain()
    {
        const test::TempDir folder;
        const auto journal = open(folder.path() / "j");
        VERIFY_OK(journal->setState(stateOf(1)));
        write(*journal, 20, {1});
        VERIFY_OK(journal->seal(Lsn(21)));
        write(*journal, 30, {1}, 2);
        journal->discard();
        QVERIFY(!journal->dirty());
        write(*journal, 30, {1}, 3);
        VERIFY_OK(journal->seal(Lsn(31)));
        QCOMPARE(readAll(*journal, {{1}, Lsn(0), Lsn(31)})->size(), std::size_t{4});
        journal->discard(); // nothing to discard
        QCOMPARE(journal->position(), Lsn(31));
    }

    void manySegments_oneLeaf_readsItsShareOnly_andOldOnesGo()
    {
        const unsigned seed = 77;
        std::mt19937_64 random(seed);
        const test::TempDir folder;
        auto journal = open(folder.path() / "j", ByteCount(64'000));
        VERIFY_OK(journal->setState(stateOf(1)));
        std::uint64_t lsn = 100;
        for (int i = 0; i < 400; ++i) {
            lsn += 10;
            std::string noise;
            for (int n = 0; n < 300; ++n) {
                noise.push_back(static_cast<char>(random()));
            }
            const std::uint64_t leaf = 1 + random() % 50;
            VERIFY_OK(journal->begin({lsn, Lsn(lsn), Lsn(lsn + 1), {}, false, {leaf}}));
            VERIFY_OK(journal->add({ChangeKind::Insert, m_relations[leaf], noise, {}}));
            m_expected[leaf].push_back({lsn, noise});
            if (i % 3 == 0) {
                VERIFY_OK(journal->seal(Lsn(lsn + 1)));
            }
        }
        VERIFY_OK(journal->seal(Lsn(lsn + 1)));
        const JournalUsage usage = journal->usage();
        QVERIFY(usage.segments > 2);
        for (const std::uint64_t leaf : {1, 17, 50}) {
            const auto cursor = journal->read({{leaf}, Lsn(0), usage.position});
            VERIFY_OK(cursor);
            std::size_t count = 0;
            for (;;) {
                const auto event = (*cursor)->next();
                VERIFY_OK(event);
                if (*event == nullptr) {
                    break;
                }
                QCOMPARE((*event)->transaction->commitLsn.get(), m_expected[leaf][count].first);
                QCOMPARE(std::string((*event)->change.row), m_expected[leaf][count].second);
                ++count;
            }
            QCOMPARE(count, m_expected[leaf].size());
            QVERIFY((*cursor)->bytesRead().get() * 3 < usage.bytes.get());
        }
        // Each segment continues the one before, and the next process finds it so.
        journal.reset();
        journal = open(folder.path() / "j", ByteCount(64'000));
        QVERIFY2(journal, m_openError.text().c_str());
        QVERIFY(journal->position() == usage.position);
        const Lsn middle(100 + 10 * 200);
        VERIFY_OK(journal->dropBelow(middle));
        const JournalUsage rest = journal->usage();
        QVERIFY(rest.segments < usage.segments && rest.oldest <= middle);
        QCOMPARE(journal->read({{1}, Lsn(0), rest.position}).error().code, Code::OutOfRange);
        VERIFY_OK(readAll(*journal, {{1}, middle, rest.position}));
    }

    /// A commit is in the log before its transaction is visible, for as long as a standby takes:
    /// its segment is needed by bases that are still to come.
    void dropBelow_transactionThatMayStillBeHidden_stays()
    {
        const test::TempDir folder;
        auto journal = open(folder.path() / "j", ByteCount(64ULL << 20U));
        VERIFY_OK(journal->setState(stateOf(1)));
        for (std::uint64_t lsn = 100; lsn < 200; lsn += 10) {
            write(*journal, lsn, {1});
            VERIFY_OK(journal->seal(Lsn(lsn + 1)));
            m_clock.advance(std::chrono::minutes(11)); // a segment each
        }
        const JournalUsage before = journal->usage();
        QVERIFY(before.segments > 5);
        VERIFY_OK(journal->dropBelow(before.position, 100)); // all of them are younger
        QCOMPARE(journal->usage().segments, before.segments);
        VERIFY_OK(journal->dropBelow(before.position, 150));
        const JournalUsage after = journal->usage();
        QVERIFY(after.segments < before.segments && after.oldest < Lsn(150));
        // A base that does not show what went is refused, by the next process too.
        for (int round = 0; round < 2; ++round) {
            const Requirement requirement = journal->requirement(1, 1);
            QVERIFY(requirement.dropped >= 100 && requirement.dropped < 150);
            const auto seen = [&](std::uint64_t id) {
                const std::string xid = std::to_string(id);
                return Visibility::parse(xid + ":" + xid + ":").value();
            };
            QVERIFY(requirement.begins(seen(requirement.dropped + 1)));
            QVERIFY(!requirement.begins(seen(requirement.dropped)));
            QVERIFY(requirement.continues(seen(requirement.dropped)));
            journal.reset();
            journal = open(folder.path() / "j", ByteCount(64ULL << 20U));
            QVERIFY2(journal, m_openError.text().c_str());
        }
    }

    void startFor_findsTheFirstHiddenChange_notOnlyItsFrame()
    {
        const test::TempDir folder;
        auto journal = open(folder.path() / "j");
        VERIFY_OK(journal->setState(stateOf(1)));
        for (std::uint64_t lsn = 100; lsn < 200; lsn += 10) {
            write(*journal, lsn, {lsn == 150 ? 2U : 1U});
        }
        VERIFY_OK(journal->seal(Lsn(300)));
        const auto start = [&](const std::string& visibility, std::uint64_t leaf) {
            return journal->startFor(Visibility::parse(visibility).value(), {leaf}).value();
        };
        QCOMPARE(start("140:180:140,170", 1), Lsn(139)); // ids are commits here
        QCOMPARE(start("150:180:150,170", 1), Lsn(169)); // 150 touched another leaf
        QCOMPARE(start("200:200:", 1), Lsn(300));
    }

    void endedLeaf_andShapes_surviveARestart()
    {
        const test::TempDir folder;
        auto journal = open(folder.path() / "j");
        State state = stateOf(1);
        state.tables[1].shape = "a1b2";
        state.tables[1].shapeAt = Lsn(77);
        state.ended[9] = {1, 120, Lsn(500), "dropped: DROP TABLE t_9", 110, {{100, 0, Lsn(350)}}};
        state.leaves[10] = {1,        0,
                            Lsn(400), "attached by ALTER TABLE",
                            130,      {{100, 0, Lsn(300)}, {100, 120, Lsn(400)}}};
        VERIFY_OK(journal->setState(state));
        VERIFY_OK(journal->seal(Lsn(600)));
        journal.reset();
        journal = open(folder.path() / "j");
        QVERIFY(journal->state() == state);
        // What is in the journal of it continues its bases, but no other leaf's.
        const Requirement requirement = journal->requirement(9, 0);
        QVERIFY(requirement.captured);
        QCOMPARE(requirement.fence, std::uint64_t{120});
        QCOMPARE(requirement.mustShow, std::uint64_t{110});
        QVERIFY(!journal->requirement(8, 0).captured);
        // A base may be taken while older transactions run, if it shows the one that attached it.
        const Requirement attached = journal->requirement(10, 1);
        QVERIFY(attached.continues(*Visibility::parse("125:140:125,135")));
        QVERIFY(!attached.continues(*Visibility::parse("125:140:130")));
        // It goes on up to where the next beginning was.
        const auto until = [&](const char* shown) {
            return attached.continuesUntil(*Visibility::parse(shown));
        };
        QCOMPARE(until("125:140:130"), std::optional(Lsn(400)));
        QCOMPARE(until("118:140:120,130"), std::optional(Lsn(300)));
        QVERIFY(!until("99:140:99,130"));
    }

    void marker_keepsTheDefinition_andNotesAloneCanBeRead()
    {
        const test::TempDir folder;
        auto journal = open(folder.path() / "j");
        VERIFY_OK(journal->setState(stateOf(1)));
        write(*journal, 100, {1});
        engine::SchemaMarker marker;
        marker.objects = {1, 5};
        marker.what = "ALTER TABLE t";
        engine::TableDefinition& definition = marker.definition.emplace();
        definition.tableId = 5;
        definition.schema.name = "t";
        definition.schema.columns = {{"id", "bigint", ValueEncoding::Binary, true, {}},
                                     {"x", "text", ValueEncoding::Text, false, {}}};
        definition.schema.columns[1].number = 9;
        definition.missing = {std::nullopt, "seventeen"};
        VERIFY_OK(journal->addMarker(marker));
        VERIFY_OK(journal->seal(Lsn(200)));
        const auto cursor = journal->read({{5}, Lsn(0), Lsn(200), /*changes=*/false});
        VERIFY_OK(cursor);
        const auto event = (*cursor)->next();
        VERIFY_OK(event);
        QVERIFY(*event != nullptr && (*event)->kind == EventKind::Marker);
        QVERIFY(*(*event)->marker == marker);
        QCOMPARE((*event)->marker->definition->schema.columns[1].number, 9U);
        QVERIFY((*cursor)->next().value() == nullptr);
    }
};

QTEST_APPLESS_MAIN(TestJournal)
#include "tst_journal.moc"
