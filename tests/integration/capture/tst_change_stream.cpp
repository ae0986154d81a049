// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/init_sql.h"
#include "tests/integration/capture/stream_fixture.h"

#include <algorithm>
#include <map>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using engine::ChangeKind;

namespace
{

const char* const kTypes = "create type \"Mood\" as enum ('sad', 'ok', 'glad''s');"
                           "create type pair as (a int, \"B b\" text, m \"Mood\");"
                           "create type owner_of as (t regclass, n int);"
                           "create domain email as text check (value like '%@%');"
                           "create domain small as numeric(6,2);"
                           "create type floats as range (subtype = float8);"
                           "create extension hstore schema public";

/// A leaf whose columns stand in another order than its table's.
const char* const kNasty =
    "create table nasty ("
    "  gone1 int, id bigint generated always as identity, k int not null,"
    "  doubled int generated always as (k * 2) stored, gone2 text,"
    "  m \"Mood\", ms \"Mood\"[], p pair, ps pair[], o owner_of, e email, s small, es email[],"
    "  j json, jb jsonb, n numeric, f4 float4, f8 float8, d date, ts timestamp, tz timestamptz,"
    "  t time, ttz timetz, iv interval, u uuid, b bytea, bits bit(5), vb varbit, c char(7),"
    "  vc varchar(20), tx text, nm name, ch \"char\", bo boolean, i2 smallint, mo money,"
    "  ip inet, ci cidr, mac macaddr, pt point, poly polygon, r int4range, mr nummultirange,"
    "  fr floats, tsv tsvector, tsq tsquery, lsn pg_lsn, x xml, h hstore, rc regclass,"
    "  rt regtype[], o1 oid, xi xid, x8 xid8, acl aclitem, m2 int[][], snap pg_snapshot,"
    "  icu text collate \"en-x-icu\", always_null int, primary key (k, id))"
    "  partition by range (k);"
    "alter table nasty drop column gone1, drop column gone2;"
    "create table leaf (dead int, like nasty including constraints);"
    "alter table leaf drop column dead, drop column doubled,"
    "  add doubled int generated always as (k * 2) stored;"
    "alter table leaf drop column m; alter table leaf add m \"Mood\";"
    "alter table nasty attach partition leaf for values from (0) to (100000)";

const char* const kRows =
    "insert into nasty (k, m, ms, p, ps, o, e, s, es, j, jb, n,"
    "  f4, f8, d, ts, tz, t, ttz, iv, u, b, bits, vb, c, vc, tx, nm, ch, bo, i2, mo, ip, ci, mac,"
    "  pt, poly, r, mr, fr, tsv, tsq, lsn, x, h, rc, rt, o1, xi, x8, acl, m2, snap, icu) "
    "select g, 'glad''s', '{sad,NULL,ok}', row(g, 'q\"', 'sad')::pair,"
    "  array[row(1, null, 'ok')::pair, null], row('pg_class', g)::owner_of, 'a@b' || g, g % 1000, "
    "'{x@y}',"
    "  '{ \"a\" : 1, \"a\":2}', '{\"k\": [1, null, \"ü\"]}',"
    "  (array['NaN', 'Infinity', '-Infinity', '0.000', '1.10', '-1e-500', '12345678901234567890"
    "12345678901234567890.5', null])[1 + g % 8]::numeric,"
    "  (array['NaN', 'Infinity', '-0', '1e-45'])[1 + g % 4]::float4,"
    "  (array['NaN', '-Infinity', '-0', '4.9e-324', '0.1'])[1 + g % 5]::float8,"
    "  (array['infinity', '-infinity', '4713-01-01 BC', '5874897-12-31'])[1 + g % 4]::date,"
    "  (array['infinity', '-infinity', '294276-12-31 23:59:59.999999'])[1 + g % 3]::timestamp,"
    "  (array['-infinity', '2026-03-29 01:30:00.000001+01'])[1 + g % 2]::timestamptz,"
    "  '24:00:00', '23:59:59.999999-15:59', '1 mon -1 day 00:00:00.000001',"
    "  gen_random_uuid(), decode(repeat('00ff', g % 20), 'hex'), B'10101', B'', 'pad', 'é', "
    "  (array['', e'\\t\\n\\\\.\\r', '\\N', '😀', null])[1 + g % 5], 'name', 'c', g % 2 = 0, -32768,"
    "  '92233720368547758.07', '::1/64', '10/8', '08:00:2b:01:02:03', '(1e300,-0)',"
    "  '((0,0),(1,1),(2,0))', '[1,5)', '{[1,2),(3,]}', '[0.1,NaN]', 'a:1A b', 'a & !b:*', '16/B3',"
    "  '<a>ü</a>', 'k=>\"v\", n=>NULL', 'pg_class', '{int4,\"\\\"Mood\\\"\"}', 4294967295, '7',"
    "  '8589934592', 'postgres=r/postgres', '[2:3][0:1]={{1,2},{3,NULL}}', '10:20:10,14', 'Ä' "
    "from generate_series(1, 300) g";

} // namespace

/// What the change stream gives is what the server did, byte for byte as a base has it.
class TestChangeStream : public QObject
{
    Q_OBJECT

private:
    void exec(const std::string& sql) { ISO_VERIFY_OK(m_cluster->exec(sql)); }

    /// Puts `table` into the feed and opens it where the server stands now.
    std::unique_ptr<engine::ChangeStream> openFrom(const std::string& table)
    {
        const auto coverage = m_feed->capture({table});
        if (!coverage.ok() || !coverage->front().captured) {
            qWarning("%s", coverage.ok() ? coverage->front().reason.c_str()
                                         : coverage.error().text().c_str());
            return nullptr;
        }
        const auto state = m_feed->inspect();
        auto stream = m_feed->open(state.ok() ? state->current : Lsn());
        if (!stream.ok()) {
            qWarning("%s", stream.error().text().c_str());
            return nullptr;
        }
        return std::move(stream).value();
    }

    static bool committed(const std::vector<SeenChange>& seen)
    {
        return countOf(seen, ChangeKind::Commit) > 0;
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;
    std::shared_ptr<engine::ChangeFeed> m_feed;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = startLogical("64kB");
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        exec(kTypes);
        postgres::InitSqlOptions options;
        options.schemas = {"public"};
        exec(postgres::initSql(options));
        m_engine = openEngine(m_cluster->conninfo(), m_clock);
        QVERIFY(m_engine);
    }

    void init()
    {
        auto feed = m_engine->openChangeFeed({});
        ISO_VERIFY_OK(feed);
        m_feed = std::move(feed).value();
        const auto made = m_feed->create();
        ISO_VERIFY_OK(made);
        QCOMPARE(made->condition, engine::FeedCondition::Ready);
    }

    void cleanup()
    {
        for (int i = 0; i < 50 && !m_feed->drop().ok(); ++i) {
            QTest::qWait(100);
        }
    }

    void nastyTypes_insertUpdateDelete_bytesOfTheBase()
    {
        exec(kNasty);
        exec(kRows);
        const auto layout = m_engine->describeKeyspace({"k", {"nasty"}, {}});
        ISO_VERIFY_OK(layout);
        const auto stream = openFrom("nasty");
        QVERIFY(stream);
        exec("begin; update nasty set always_null = null where k <= 200;"
             "delete from nasty where k > 250; update nasty set k = k + 1000 where k > 240;"
             "commit");
        const auto seen = readUntil(*stream, committed);
        ISO_VERIFY_OK(seen);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const auto base = readRows(**snapshot, {});
        ISO_VERIFY_OK(base);
        const std::set<std::string> known(base->begin(), base->end());
        std::size_t updates = 0;
        for (const SeenChange& change : *seen) {
            if (change.event.kind == ChangeKind::Update) {
                ++updates;
                QVERIFY2(known.contains(change.row),
                         "a row of the stream is not the bytes of a base's row");
            }
        }
        QCOMPARE(updates, std::size_t{210});
        QCOMPARE(countOf(*seen, ChangeKind::Delete), std::size_t{50});
        // The columns are the base's: names, types, encodings, in order.
        const auto& columns = seen->front().relation->columns;
        const auto& expected = layout->tables[0].columns;
        QCOMPARE(columns.size(), expected.size());
        for (std::size_t i = 0; i < columns.size(); ++i) {
            QCOMPARE(columns[i].name, expected[i].name);
            QCOMPARE(columns[i].typeName, expected[i].typeName);
            QCOMPARE(columns[i].encoding, expected[i].encoding);
        }
        QCOMPARE(seen->front().relation->leaf.objectId, layout->shards[0].leaves[0].objectId);
        QVERIFY(seen->front().relation->tableId != 0);
        QCOMPARE(countOf(*seen, ChangeKind::Unreadable), std::size_t{0});
    }

    void toast_untouched_isAbsentNeverNull()
    {
        exec("create table big (k int primary key, v text, n int) partition by range (k);"
             "create table big_1 partition of big for values from (0) to (100);"
             "alter table big_1 alter v set storage external;"
             "insert into big values (1, repeat('x', 20000), 1), (2, null, 1)");
        const auto stream = openFrom("big");
        QVERIFY(stream);
        exec("begin; update big set n = 2; update big set k = 11 where k = 1; commit");
        const auto seen = readUntil(*stream, committed);
        ISO_VERIFY_OK(seen);
        QCOMPARE(countOf(*seen, ChangeKind::Update), std::size_t{3});
        const auto first = splitRow((*seen)[0].row, 3);
        QCOMPARE((*first)[1].length, kAbsentField);
        const auto second = splitRow((*seen)[1].row, 3);
        QCOMPARE((*second)[1].length, kNullField);
        // The key changed: the old key comes along, its other columns mean nothing.
        const auto moved = splitRow((*seen)[2].row, 3);
        QCOMPARE((*moved)[1].length, kAbsentField);
        const auto old = splitRow((*seen)[2].oldRow, 3);
        QCOMPARE((*old)[0].bytes, std::string_view("\0\0\0\1", 4));
        QCOMPARE((*old)[1].length, kAbsentField);
        QCOMPARE((*old)[2].length, kAbsentField);
    }

    void toast_fullIdentity_filledFromOldRow()
    {
        exec("create table bigf (k int primary key, v text, n int) partition by range (k);"
             "create table bigf_1 partition of bigf for values from (0) to (100);"
             "alter table bigf_1 alter v set storage external, replica identity full;"
             "insert into bigf values (1, repeat('x', 20000), 1)");
        const auto stream = openFrom("bigf");
        QVERIFY(stream);
        exec("update bigf set n = 2");
        const auto seen = readUntil(*stream, committed);
        ISO_VERIFY_OK(seen);
        QVERIFY((*seen)[0].relation->fullOldRows);
        QCOMPARE((*splitRow((*seen)[0].row, 3))[1].length, 20000);
        QCOMPARE((*splitRow((*seen)[0].oldRow, 3))[2].bytes, std::string_view("\0\0\0\1", 4));
    }

    void streamedTransaction_savepointRolledBack_abortNamesThePart()
    {
        exec("create table s (k int primary key, v text) partition by range (k);"
             "create table s_1 partition of s for values from (0) to (1000000)");
        const auto stream = openFrom("s");
        QVERIFY(stream);
        exec(
            "begin; insert into s select g, repeat('a', 100) from generate_series(1, 5000) g;"
            "savepoint p; insert into s select g, repeat('b', 100) from generate_series(5001, "
            "9000) g; rollback to p;"
            "insert into s select g, repeat('c', 100) from generate_series(9001, 12000) g; commit");
        const auto seen = readUntil(*stream, committed);
        ISO_VERIFY_OK(seen);
        std::set<std::uint64_t> aborted;
        for (const SeenChange& change : *seen) {
            if (change.event.kind == ChangeKind::Abort) {
                QVERIFY(change.event.part != change.event.transaction);
                aborted.insert(change.event.part);
            }
        }
        QCOMPARE(aborted.size(), std::size_t{1});
        std::size_t alive = 0;
        for (const SeenChange& change : *seen) {
            alive += change.event.kind == ChangeKind::Insert && !aborted.contains(change.event.part)
                         ? 1
                         : 0;
        }
        QCOMPARE(alive, std::size_t{8000});
        QVERIFY(seen->back().event.endLsn > seen->back().event.lsn);
    }

    void ddl_truncate_markersInPlace()
    {
        exec("create table m (k int primary key, v int) partition by range (k);"
             "create table m_1 partition of m for values from (0) to (100);"
             "create table m_2 partition of m for values from (100) to (200)");
        const auto stream = openFrom("m");
        QVERIFY(stream);
        exec("begin; insert into m values (1, 1); alter table m add w int default 7;"
             "insert into m values (2, 2, 2); truncate m; commit");
        const auto seen = readUntil(*stream, committed);
        ISO_VERIFY_OK(seen);
        std::string order;
        for (const SeenChange& change : *seen) {
            order += " IUDTMXCAHP"[static_cast<std::size_t>(change.event.kind)];
        }
        QCOMPARE(QString::fromStdString(order), QStringLiteral("IMITTC"));
        const auto objects = (*seen)[1].marker.objects;
        QCOMPARE(objects.size(), std::size_t{3}); // the table and both partitions
        QCOMPARE((*seen)[0].relation->columns.size(), std::size_t{2});
        QCOMPARE((*seen)[2].relation->columns.size(), std::size_t{3});
        exec("begin; alter table m alter v type bigint; drop table m_2; commit");
        const auto more = readUntil(*stream, committed);
        ISO_VERIFY_OK(more);
        std::map<engine::MarkerKind, int> kinds;
        for (const SeenChange& change : *more) {
            if (change.event.kind == ChangeKind::Marker) {
                ++kinds[change.marker.kind];
            }
        }
        QCOMPARE(kinds[engine::MarkerKind::Rewritten], 2);
        QVERIFY(kinds[engine::MarkerKind::Dropped] >= 1);
    }

    void heartbeat_comesBack_andIdleProgress()
    {
        exec("create table hb (k int primary key) partition by range (k);"
             "create table hb_1 partition of hb for values from (0) to (100)");
        const auto stream = openFrom("hb");
        QVERIFY(stream);
        ISO_VERIFY_OK(m_feed->heartbeat());
        const auto seen = readUntil(
            *stream, [](const auto& all) { return countOf(all, ChangeKind::Heartbeat) > 0; });
        ISO_VERIFY_OK(seen);
        const auto& beat = *std::find_if(seen->begin(), seen->end(), [](const SeenChange& change) {
            return change.event.kind == ChangeKind::Heartbeat;
        });
        QVERIFY(m_clock.wallNow() - beat.event.time < std::chrono::minutes(1));
        QVERIFY(beat.event.lsn > Lsn());
    }

    void confirm_slotMovesOn()
    {
        exec("create table cf (k int primary key) partition by range (k);"
             "create table cf_1 partition of cf for values from (0) to (100)");
        const auto stream = openFrom("cf");
        QVERIFY(stream);
        exec("insert into cf values (1)");
        const auto seen = readUntil(*stream, committed);
        ISO_VERIFY_OK(seen);
        const auto before = m_feed->inspect();
        ISO_VERIFY_OK(before);
        QVERIFY(before->active);
        const Lsn end = seen->back().event.endLsn;
        QVERIFY(before->confirmed < end);
        stream->confirm(end);
        QTRY_VERIFY(m_feed->inspect()->confirmed == end);
    }

    void capture_noIdentity_refusedAndWritersUnharmed()
    {
        exec("create table ni (k int, v int) partition by range (k);"
             "create table ni_1 partition of ni for values from (0) to (100);"
             "create table nn (k int primary key, v int) partition by range (k);"
             "create table nn_1 partition of nn for values from (0) to (100);"
             "insert into ni values (1, 1); insert into nn values (1, 1)");
        auto coverage = m_feed->capture({"ni", "nn", "nowhere"});
        ISO_VERIFY_OK(coverage);
        QVERIFY(!(*coverage)[0].captured && !(*coverage)[0].reason.empty());
        QVERIFY((*coverage)[1].captured && (*coverage)[1].fence > 0);
        QVERIFY(!(*coverage)[2].captured);
        exec("update ni set v = 2; update nn set v = 2");
        // Later it loses its identity: it is taken out before the next writer meets an error.
        exec("alter table nn_1 replica identity nothing");
        coverage = m_feed->capture({"nn"});
        ISO_VERIFY_OK(coverage);
        QVERIFY(!coverage->front().captured);
        QVERIFY(coverage->front().reason.find("nn_1") != std::string::npos);
        exec("update nn set v = 3");
    }

    void capture_partThatCannotBeStreamed_refused()
    {
        exec("create table ac (k int primary key, a aclitem[]) partition by range (k);"
             "create table ac_1 partition of ac for values from (0) to (100)");
        const auto coverage = m_feed->capture({"ac"});
        ISO_VERIFY_OK(coverage);
        QVERIFY(!coverage->front().captured);
        QVERIFY(coverage->front().reason.find("column a ") != std::string::npos);
    }

    void create_openTransaction_namesIt()
    {
        ISO_VERIFY_OK(m_feed->drop());
        exec("create table if not exists held (k int)");
        auto session = PgSession::open(m_cluster->conninfo());
        ISO_VERIFY_OK(session);
        ISO_VERIFY_OK((*session)->exec("begin; insert into held values (1)"));
        postgres::PostgresOptions options;
        options.conninfo = m_cluster->conninfo();
        options.statementTimeout = std::chrono::milliseconds(700);
        const auto impatient = postgres::PostgresEngine::open(options, m_clock);
        const auto feed = (*impatient)->openChangeFeed({});
        const auto made = (*feed)->create();
        ISO_VERIFY_ERROR(made, Code::DeadlineExceeded,
                         "process " + std::to_string((*session)->backendPid()));
        ISO_VERIFY_OK((*session)->exec("rollback"));
        ISO_VERIFY_OK(m_feed->create());
        ISO_VERIFY_ERROR(m_feed->create(), Code::AlreadyExists, "exists");
    }

    void slotDropped_publicationDropped_reported()
    {
        exec("drop publication isotherm");
        auto state = m_feed->inspect();
        ISO_VERIFY_OK(state);
        QCOMPARE(state->condition, engine::FeedCondition::Lost);
        const std::string identity = state->identity;
        ISO_VERIFY_OK(m_feed->drop());
        state = m_feed->inspect();
        QCOMPARE(state->condition, engine::FeedCondition::Absent);
        ISO_VERIFY_ERROR(m_feed->open(Lsn()), Code::FailedPrecondition, "gone");
        const auto made = m_feed->create();
        ISO_VERIFY_OK(made);
        QVERIFY(made->identity != identity);
    }

    void leastPrivilege_roleOfInitSql_captures()
    {
        exec("create schema lp; create table lp.t (k int primary key) partition by range (k);"
             "create table lp.t_1 partition of lp.t for values from (0) to (100);"
             "grant usage on schema lp to isotherm; grant select on lp.t, lp.t_1 to isotherm");
        const auto engine = openEngine(m_cluster->conninfo() + " user=isotherm", m_clock);
        QVERIFY(engine);
        const auto feed = engine->openChangeFeed({});
        ISO_VERIFY_OK(feed);
        ISO_VERIFY_OK(m_feed->drop());
        ISO_VERIFY_OK((*feed)->create());
        const auto coverage = (*feed)->capture({"lp.t"});
        ISO_VERIFY_OK(coverage);
        QVERIFY2(coverage->front().captured, coverage->front().reason.c_str());
        const auto stream = (*feed)->open(Lsn());
        ISO_VERIFY_OK(stream);
        exec("insert into lp.t values (1)");
        ISO_VERIFY_OK(readUntil(**stream, committed));
        ISO_VERIFY_OK((*feed)->heartbeat());
        ISO_VERIFY_OK((*feed)->history(1));
    }
};

QTEST_MAIN(TestChangeStream)
#include "tst_change_stream.moc"
