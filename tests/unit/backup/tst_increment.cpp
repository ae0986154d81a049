// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/increment.h"
#include "shared/model/visibility.h"
#include "tests/unit/repository/samples.h"

#include <QtTest/QtTest>
#include <map>
#include <random>
#include <set>

using namespace isotherm;
using namespace isotherm::backup;
using namespace isotherm::test;
using engine::ChangeKind;

namespace
{

constexpr std::uint64_t kLeaf = 100;
constexpr std::uint64_t kOtherLeaf = 101;
constexpr std::uint64_t kTable = 1;
constexpr std::int64_t kKeys = 60;

using Rows = std::map<std::int64_t, std::string>;

std::shared_ptr<const engine::ChangeRelation> relationOf(const std::vector<std::string>& columns)
{
    auto relation = std::make_shared<engine::ChangeRelation>();
    relation->leaf = {kLeaf, 0, "public", "notes_1"};
    relation->tableId = kTable;
    for (const std::string& name : columns) {
        relation->columns.push_back(
            {name, name == "id" ? "bigint" : "text", ValueEncoding::Binary, name == "id"});
    }
    return relation;
}

std::string absentNote(std::int64_t id)
{
    std::string row;
    appendInt8(row, id);
    appendBigEndian(row, static_cast<std::uint32_t>(kAbsentField));
    return row;
}

std::string rowWith(std::int64_t id, std::string_view note)
{
    std::string row;
    appendInt8(row, id);
    appendField(row, note);
    return row;
}

/// The same note under another key.
std::string moved(std::int64_t id, const std::string& row)
{
    std::string result;
    appendInt8(result, id);
    return result + row.substr(12);
}

/// A database of one table, its journal and its backups; every commit's state is remembered.
class World
{
public:
    explicit World(std::uint64_t seed) : m_random(seed)
    {
        auto key = m_fixture.repository->deriveKey("journal");
        ISO_CHECK(key.ok());
        auto opened = journal::Journal::open(
            {m_fixture.folder.path() / "journal", *key, m_fixture.clock, ByteCount(64U << 10U)});
        ISO_CHECK(opened.ok());
        m_journal = std::move(*opened);
        journal::State state;
        state.epoch = {1, 1, Lsn(1), 1, "7", "5:1"};
        state.tables[kTable] = {"public.notes", true, 1, Lsn(1), ""};
        ISO_CHECK(m_journal->setState(state).ok());
        m_states[Lsn(1)] = {};
    }

    /// Random changes of one transaction. Its rows are seen at once; `running` ones by no snapshot
    /// that is taken before they are told to be over.
    void transact(std::size_t changes)
    {
        begin();
        for (std::size_t i = 0; i < changes; ++i) {
            changeOne();
        }
        end();
    }

    void begin()
    {
        m_lsn += 10;
        const std::vector<std::uint64_t> leaves = {kLeaf, kOtherLeaf};
        ISO_CHECK(m_journal
                      ->begin({++m_transaction, Lsn(m_lsn), Lsn(m_lsn + 1),
                               m_fixture.clock.wallNow(), false, leaves})
                      .ok());
    }
    void end() { m_states[Lsn(m_lsn)] = m_rows; }

    void add(ChangeKind kind, std::string_view row, std::string_view oldRow)
    {
        ISO_CHECK(m_journal->add({kind, m_relation, row, oldRow}).ok());
    }

    void marker(engine::MarkerKind kind)
    {
        begin();
        ISO_CHECK(m_journal->addMarker({kind, {kTable, kLeaf}, "ALTER TABLE notes", "", 4}).ok());
        end();
    }

    /// The table has these columns from here on; the last one was added with that value.
    void define(const std::vector<std::string>& names, const std::vector<std::uint32_t>& numbers,
                const std::string& missing, std::vector<std::uint64_t> objects = {kTable, kLeaf})
    {
        engine::SchemaMarker marker;
        marker.objects = std::move(objects);
        marker.what = "ALTER TABLE notes";
        engine::TableDefinition& definition = marker.definition.emplace();
        definition.tableId = kTable;
        definition.schema = notesSchema();
        definition.schema.columns.clear();
        for (std::size_t i = 0; i < names.size(); ++i) {
            ColumnSchema column;
            column.name = names[i];
            column.typeName = names[i] == "id" ? "bigint" : "text";
            column.notNull = names[i] == "id" && notesSchema().columns[0].notNull;
            column.number = numbers[i];
            definition.schema.columns.push_back(std::move(column));
        }
        definition.missing.resize(names.size());
        if (!missing.empty()) {
            definition.missing.back() = missing;
        }
        ISO_CHECK(m_journal->addMarker(marker).ok());
    }

    void seal()
    {
        m_lsn += 3;
        ISO_CHECK(m_journal->seal(Lsn(m_lsn)).ok());
    }

    /// As far as the server had written when its next record was to be a commit.
    void sealUpToTheNext() { ISO_CHECK(m_journal->seal(Lsn(m_lsn + 10)).ok()); }

    /// The base shows all but the newest `hidden` transactions, whose commits come before its LSN.
    repository::Manifest base(std::size_t hidden)
    {
        const Rows& shown =
            std::prev(m_states.end(), static_cast<std::ptrdiff_t>(hidden) + 1)->second;
        RowBatch batch;
        for (const auto& [id, row] : shown) {
            batch.append(row);
        }
        const auto visible = m_transaction - hidden;
        repository::RunOptions options = runOptions(notesSchema());
        options.visibility = std::to_string(visible + 1) + ":" + std::to_string(visible + 1) + ":";
        auto written = writeTable(*m_fixture.repository, batch, options);
        ISO_CHECK(written.ok());
        repository::Manifest manifest = manifestOf({written->table}, m_fixture.clock.wallNow());
        manifest.visibility = options.visibility;
        manifest.lsn = Lsn(m_lsn - 1);
        manifest.leaves = {{kLeaf, 0, "public", "notes_1"}};
        const auto id = m_fixture.repository->commitManifest(manifest);
        ISO_CHECK(id.ok());
        manifest.id = *id;
        return manifest;
    }

    Result<Increment> increment(const repository::Manifest& previous,
                                const TableSchema& now = notesSchema())
    {
        const IncrementRequest request{
            previous, m_journal->position(),
            [&now] { return Result<std::vector<TableSchema>>(std::vector<TableSchema>{now}); },
            [](std::uint64_t leaf) { return std::optional(ShardId(leaf == kLeaf ? 7 : 8)); }};
        return cutIncrement({*m_journal, *m_fixture.repository, m_fixture.clock}, request, {});
    }

    /// Commits in [from, to] whose restored rows are not the ones that were.
    std::size_t differences(const repository::Manifest& manifest, Lsn from,
                            const repository::BaseFilterFactory& filter = {}, Lsn to = Lsn(~0ULL))
    {
        std::size_t different = 0;
        for (const auto& [lsn, expected] : m_states) {
            if (lsn < from || lsn > std::min(manifest.lsn, to)) {
                continue;
            }
            const auto restored = restore(manifest, {lsn, filter});
            different += restored.ok() && *restored == expected ? 0 : 1;
        }
        return different;
    }

    Result<Rows> restore(const repository::Manifest& manifest, const repository::ReadMoment& moment)
    {
        ISO_ASSIGN(const auto reader, m_fixture.repository->openTableAt(manifest, 0, moment));
        ISO_ASSIGN(const auto source, reader->openRows(KeyRange{}, {}));
        ISO_ASSIGN(const auto rows, readAll(*source));
        Rows result;
        for (const std::string& row : rows) {
            result[idOf(row)] = row;
        }
        return result;
    }

    journal::Journal& journal() { return *m_journal; }
    void nextSegment() { m_fixture.clock.advance(std::chrono::minutes(11)); }
    repository::Repository& repository() { return *m_fixture.repository; }
    Lsn now() const { return Lsn(m_lsn); }
    void useRelation(std::shared_ptr<const engine::ChangeRelation> relation)
    {
        m_relation = std::move(relation);
    }
    std::mt19937_64& random() { return m_random; }

private:
    void changeOne()
    {
        const auto id = static_cast<std::int64_t>(m_random() % kKeys);
        const auto found = m_rows.find(id);
        const auto what = m_random() % 100;
        if (what < 2) {
            add(ChangeKind::Truncate, {}, {});
            m_rows.clear();
        } else if (found == m_rows.end()) {
            const std::string row = noteRow(id, m_random() % 50, m_random());
            add(ChangeKind::Insert, row, {});
            m_rows[id] = row;
        } else if (what < 25) {
            add(ChangeKind::Delete, absentNote(id), {});
            m_rows.erase(found);
        } else if (what < 45) { // to another key, the note not sent
            const auto other = static_cast<std::int64_t>(m_random() % kKeys);
            if (!m_rows.contains(other)) {
                add(ChangeKind::Update, absentNote(other), absentNote(id));
                m_rows[other] = moved(other, found->second);
                m_rows.erase(id);
            }
        } else if (what < 60) {
            add(ChangeKind::Update, absentNote(id), {});
        } else {
            const std::string row = noteRow(id, m_random() % 50, m_random());
            add(ChangeKind::Update, row, {});
            found->second = row;
        }
    }

    std::mt19937_64 m_random;
    RepositoryFixture m_fixture;
    std::unique_ptr<journal::Journal> m_journal;
    std::shared_ptr<const engine::ChangeRelation> m_relation = relationOf({"id", "note"});
    std::uint64_t m_transaction = 10;
    std::uint64_t m_lsn = 1;
    Rows m_rows;
    std::map<Lsn, Rows> m_states; ///< after each commit
};

repository::Manifest taken(const Result<Increment>& increment)
{
    if (!increment.ok()) {
        qWarning("%s", increment.error().text().c_str());
    }
    ISO_CHECK(increment.ok() && increment->manifest);
    return *increment->manifest;
}

} // namespace

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
            World world(static_cast<std::uint64_t>(m_seed + round));
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
        World world(static_cast<std::uint64_t>(m_seed));
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
            World world(static_cast<std::uint64_t>(m_seed + round));
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
        World world(1);
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
        World world(2);
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
        World world(9);
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

    void cutIncrement_rewrite_endsTheChainBeforeIt()
    {
        World world(3);
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

    void cutIncrement_otherColumnsNow_endsAtTheChange()
    {
        World world(4);
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

    /// History goes on, and each side of the change is the table as it was.
    void cutIncrement_columnAdded_thenOneDropped_areVersions()
    {
        World world(9);
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

    void cutIncrement_leafDropped_completesTheChain()
    {
        World world(10);
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
        World world(11);
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

    void cutIncrement_journalLetGoOfWhatTheBaseDoesNotShow_isRefused()
    {
        World world(12);
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

    void cutIncrement_columnsChangeInTheStream_endsBeforeThatTransaction()
    {
        World world(5);
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

    void cutIncrement_columnsInAnotherOrder_areMappedByName()
    {
        World world(6);
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

    void cutIncrement_gap_endsTheChainAtIt()
    {
        World world(7);
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

    void cutIncrement_baseOlderThanTheCapture_isRefused()
    {
        World world(8);
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

private:
    qint64 m_seed = 0;
};

QTEST_GUILESS_MAIN(TstIncrement)
#include "tst_increment.moc"
