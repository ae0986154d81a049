// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/postgres/engine_fixture.h"

#include <algorithm>
#include <array>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;

namespace
{

/// Types and names that exist in every database of the test, made in another order each, so that
/// their numbers differ.
const char* const kTypes = "create type \"Mood\" as enum ('sad', 'ok', 'glad''s');"
                           "create type pair as (a int, \"B b\" text, m \"Mood\");"
                           "create type owner_of as (t regclass, n int);"
                           "create domain email as text check (value like '%@%');"
                           "create domain small as numeric(6,2);"
                           "create type floats as range (subtype = float8);"
                           "create extension hstore schema public";

const char* const kNasty =
    "create schema \"Wäre Haus\";"
    "create table \"Wäre Haus\".\"Ordérs \"\"x\"\"\" ("
    "  gone1 int, id bigint generated always as identity, \"select\" int not null,"
    "  doubled int generated always as (\"select\" * 2) stored, gone2 text,"
    "  m \"Mood\", ms \"Mood\"[], p pair, ps pair[], o owner_of, e email, s small, es email[],"
    "  j json, jb jsonb, n numeric, f4 float4, f8 float8, d date, ts timestamp, tz timestamptz,"
    "  t time, ttz timetz, iv interval, u uuid, b bytea, bits bit(5), vb varbit, c char(7),"
    "  vc varchar(20), tx text, nm name, ch \"char\", bo boolean, i2 smallint, mo money,"
    "  ip inet, ci cidr, mac macaddr, pt point, poly polygon, r int4range, mr nummultirange,"
    "  fr floats, tsv tsvector, tsq tsquery, lsn pg_lsn, x xml, h hstore, rc regclass,"
    "  rt regtype[], o1 oid, xi xid, acl aclitem, m2 int[][], snap pg_snapshot, icu text collate"
    "  \"en-x-icu\", always_null int,"
    "  primary key (\"select\", id), check (n is null or tx not like '%%TABLE%%'),"
    "  unique (\"select\", u)) partition by range (\"select\");"
    "alter table \"Wäre Haus\".\"Ordérs \"\"x\"\"\" drop column gone1, drop column gone2;"
    "create index \"by %TABLE%\" on \"Wäre Haus\".\"Ordérs \"\"x\"\"\""
    "  using btree (lower(tx) desc) include (i2) where i2 > 0;"
    "create table \"Wäre Haus\".leaf (dead int, like \"Wäre Haus\".\"Ordérs \"\"x\"\"\""
    "  including constraints);"
    "alter table \"Wäre Haus\".leaf drop column dead, drop column doubled,"
    "  add doubled int generated always as (\"select\" * 2) stored;"
    "alter table \"Wäre Haus\".leaf drop column m; alter table \"Wäre Haus\".leaf add m \"Mood\";"
    "alter table \"Wäre Haus\".\"Ordérs \"\"x\"\"\" attach partition \"Wäre Haus\".leaf"
    "  for values from (0) to (100000)";

const char* const kRows =
    "insert into \"Wäre Haus\".\"Ordérs \"\"x\"\"\" (\"select\", m, ms, p, ps, o, e, s, es, j, jb, "
    "n,"
    "  f4, f8, d, ts, tz, t, ttz, iv, u, b, bits, vb, c, vc, tx, nm, ch, bo, i2, mo, ip, ci, mac,"
    "  pt, poly, r, mr, fr, tsv, tsq, lsn, x, h, rc, rt, o1, xi, acl, m2, snap, icu) "
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
    "  'postgres=r/postgres', '[2:3][0:1]={{1,2},{3,NULL}}', '10:20:10,14', 'Ä' "
    "from generate_series(1, 500) g";

const std::string kTable = "\"Wäre Haus\".\"Ordérs \"\"x\"\"\"";

} // namespace

/// What is read from one shard and written to a side table is the same, value for value.
class TestRoundTrip : public QObject
{
    Q_OBJECT

private:
    void exec(const std::string& sql, const std::string& database = "postgres")
    {
        ISO_VERIFY_OK(m_cluster->exec(sql, database));
    }

    /// Rows in one table and not in the other, both ways, by their text.
    std::string difference(const std::string& columns, const std::string& a, const std::string& b)
    {
        return m_cluster->value("with a as (select row(" + columns + ")::text from " + a +
                                "), b as (select row(" + columns + ")::text from " + b +
                                ") select (select count(*) from (table a except all table b) x) "
                                "|| ' ' || (select count(*) from (table b except all table a) y)");
    }

    std::string storedColumns(const std::string& table)
    {
        return m_cluster->value("select string_agg(quote_ident(attname), ', ' order by attname)"
                                " from pg_attribute where attrelid = '" +
                                table + "'::regclass and attnum > 0 and not attisdropped");
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;

private Q_SLOTS:
    void initTestCase()
    {
        auto cluster = PgCluster::start();
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        exec(kTypes);
        exec(kNasty);
        exec(kRows);
        m_engine = openEngine(m_cluster->conninfo(), m_clock);
        QVERIFY(m_engine);
    }

    void nastyTable_sideTable_equalValueForValue()
    {
        const auto layout = m_engine->describeKeyspace({"k", {"Wäre Haus.Ordérs \"x\""}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const auto target = m_engine->openRestoreTarget();
        ISO_VERIFY_OK(target);
        const engine::StagingTable side{"isotherm side", "Ordérs \"then\"", "isotherm:job:1"};
        const auto rows = copyTable(**snapshot, 0, **target, side);
        ISO_VERIFY_OK(rows);
        QCOMPARE(*rows, std::uint64_t{500});
        const std::string sideName = "\"isotherm side\".\"Ordérs \"\"then\"\"\"";
        QCOMPARE(storedColumns(sideName), storedColumns(kTable));
        QCOMPARE(difference(storedColumns(kTable), kTable, sideName), std::string("0 0"));
        // Types, generated column, keys, checks and indexes came back.
        const std::string shape = "select string_agg(attname || ' ' || format_type(atttypid, "
                                  "atttypmod) || attnotnull::text"
                                  " || attgenerated::text, ',' order by attname) from pg_attribute "
                                  "where attnum > 0 and not"
                                  " attisdropped and attrelid = '";
        QCOMPARE(m_cluster->value(shape + sideName + "'::regclass"),
                 m_cluster->value(shape + kTable + "'::regclass"));
        const std::string constraints =
            "select string_agg(replace(pg_get_constraintdef(oid), ' NOT VALID', ''), ';' order by"
            " contype) from pg_constraint where conrelid = '";
        QCOMPARE(m_cluster->value(constraints + sideName + "'::regclass"),
                 m_cluster->value(constraints + kTable + "'::regclass"));
        QCOMPARE(m_cluster->value("select count(*) from pg_index where indrelid = '" + sideName +
                                  "'::regclass"),
                 std::string("3"));
        // And it reads back as the very bytes.
        auto original = readRows(**snapshot, {});
        const auto source = (*target)->readBack(side, layout->tables[0], {});
        ISO_VERIFY_OK(source);
        auto copied = allRows(**source);
        ISO_VERIFY_OK(original);
        ISO_VERIFY_OK(copied);
        std::sort(original->begin(), original->end());
        std::sort(copied->begin(), copied->end());
        QVERIFY(*original == *copied);
    }

    void nastyTable_databaseWithOtherTypeNumbers_equal()
    {
        exec("create database other");
        exec("create table taken (a int); create schema \"Wäre Haus\";" + std::string(kTypes),
             "other");
        const std::string oidOf = "select '\"Mood\"'::regtype::oid";
        QVERIFY(m_cluster->value(oidOf) != m_cluster->value(oidOf, "other"));
        const auto layout = m_engine->describeKeyspace({"k", {"Wäre Haus.Ordérs \"x\""}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const auto other = openEngine(m_cluster->conninfo("other"), m_clock);
        const auto target = other->openRestoreTarget();
        ISO_VERIFY_OK(target);
        ISO_VERIFY_OK(copyTable(**snapshot, 0, **target, {"side", "t", "m"}));
        const std::string columns = storedColumns(kTable);
        const auto sum = [&](const std::string& table, const std::string& database) {
            return m_cluster->value("select count(*) || md5(string_agg(r, '|' order by r)) from "
                                    "(select row(" +
                                        columns + ")::text r from " + table + ") x",
                                    database);
        };
        QCOMPARE(sum("side.t", "other"), sum(kTable, "postgres"));
    }

    void typePolicy_columns_encodedAsDecided()
    {
        const auto layout = m_engine->describeKeyspace({"k", {"Wäre Haus.Ordérs \"x\""}, {}});
        ISO_VERIFY_OK(layout);
        std::string asText;
        for (const ColumnSchema& column : layout->tables[0].columns) {
            QVERIFY(column.name != "doubled"); // generated columns are not stored
            asText += column.encoding == ValueEncoding::Text ? column.name + " " : "";
        }
        QCOMPARE(asText, std::string("o x h rc rt o1 xi acl snap "));
    }

    void emptyTable_andEmptyShard_completed()
    {
        exec("create table none (k int primary key, g int generated always as (k + 1) stored)"
             " partition by range (k);"
             "create table none_1 partition of none for values from (0) to (10)");
        const auto layout = m_engine->describeKeyspace({"k", {"none"}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const auto target = m_engine->openRestoreTarget();
        const auto rows = copyTable(**snapshot, 0, **target, {"side", "none", "m"});
        ISO_VERIFY_OK(rows);
        QCOMPARE(*rows, std::uint64_t{0});
        QCOMPARE(m_cluster->value("select count(*) from pg_attribute where attrelid = "
                                  "'side.none'::regclass and attgenerated = 's'"),
                 std::string("1"));
    }

    void noPrimaryKey_duplicateRows_allThere()
    {
        exec("create table dup (k int, v text) partition by range (k);"
             "create table dup_d partition of dup default;"
             "insert into dup select g % 3, 'x' from generate_series(1, 90) g;"
             "insert into dup values (null, 'null key')");
        const auto layout = m_engine->describeKeyspace({"k", {"dup"}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        const auto target = m_engine->openRestoreTarget();
        const auto rows = copyTable(**snapshot, 0, **target, {"side", "dup", "m"});
        ISO_VERIFY_OK(rows);
        QCOMPARE(*rows, std::uint64_t{91});
        QCOMPARE(difference("k, v", "dup", "side.dup"), std::string("0 0"));
    }

    void hugeValues_threeHundredMegabytes_equal()
    {
        exec("create table huge (k int primary key, v bytea) partition by range (k);"
             "create table huge_1 partition of huge for values from (0) to (10);"
             "alter table huge_1 alter v set storage external;"
             "insert into huge select 1, convert_to(repeat('0123456789abcdef', 300 * 65536), "
             "'UTF8');"
             "insert into huge values (2, ''), (3, null)");
        const auto layout = m_engine->describeKeyspace({"k", {"huge"}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const auto target = m_engine->openRestoreTarget();
        ISO_VERIFY_OK(copyTable(**snapshot, 0, **target, {"side", "huge", "m"}));
        QCOMPARE(m_cluster->value("select string_agg(coalesce(length(v)::text || md5(v), '-'), ',' "
                                  "order by k) from side.huge"),
                 m_cluster->value("select string_agg(coalesce(length(v)::text || md5(v), '-'), ',' "
                                  "order by k) from huge"));
        QCOMPARE(m_cluster->value("select length(v) from side.huge where k = 1"),
                 std::to_string(300 * 65536 * 16));
    }

    void parallelSinks_oneTable_allRowsOnce()
    {
        exec("create table par (k int primary key, v text) partition by range (k);"
             "create table par_1 partition of par for values from (0) to (100000);"
             "insert into par select g, repeat('v', g % 50) from generate_series(1, 50000) g");
        const auto layout = m_engine->describeKeyspace({"k", {"par"}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        QVERIFY((*snapshot)->physicalOrderIsKeyOrder(0));
        const auto target = m_engine->openRestoreTarget();
        const engine::StagingTable side{"side", "par", "m"};
        ISO_VERIFY_OK((*target)->createTable(side, layout->tables[0]));
        std::array<std::uint64_t, 3> counts{};
        {
            std::vector<std::jthread> threads;
            for (std::uint32_t slice = 0; slice < 3; ++slice) {
                threads.emplace_back([&, slice] {
                    auto sink = (*target)->openSink(side, layout->tables[0]);
                    auto source = (*snapshot)->openRows({0, {}, slice, 3}, {});
                    RowBatch batch;
                    while (sink.ok() && source.ok() && (*source)->next(batch).ok() &&
                           batch.rowCount() > 0 && (*sink)->write(batch).ok()) {
                    }
                    counts[slice] = sink.ok() ? (*sink)->finish().valueOr(0) : 0;
                });
            }
        }
        QVERIFY(counts[0] > 10'000 && counts[1] > 10'000 && counts[2] > 10'000);
        QCOMPARE(counts[0] + counts[1] + counts[2], std::uint64_t{50'000});
        ISO_VERIFY_OK((*target)->completeTable(side, layout->tables[0]));
        QCOMPARE(difference("k, v", "par", "side.par"), std::string("0 0"));
    }

    /// A stream is as slow as its other end: the statement timeout is not for it.
    void streams_slowerThanTheStatementTimeout_finish()
    {
        postgres::PostgresOptions options;
        options.conninfo = m_cluster->conninfo();
        options.statementTimeout = std::chrono::milliseconds(500);
        const auto engine = postgres::PostgresEngine::open(options, m_clock);
        ISO_VERIFY_OK(engine);
        exec("drop table if exists wide; create table wide (k int primary key, v text) partition by"
             " range (k); create table wide_1 partition of wide default;"
             "insert into wide select g, repeat('v', 1000) from generate_series(1, 20000) g");
        const auto layout = m_engine->describeKeyspace({"k", {"wide"}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = (*engine)->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const auto target = (*engine)->openRestoreTarget();
        const engine::StagingTable side{"side", "wide", "m"};
        ISO_VERIFY_OK((*target)->createTable(side, layout->tables[0]));
        const auto sink = (*target)->openSink(side, layout->tables[0]);
        ISO_VERIFY_OK(sink);
        const auto source = (*snapshot)->openRows({}, {});
        ISO_VERIFY_OK(source);
        RowBatch batch;
        ISO_VERIFY_OK((*source)->next(batch));
        ISO_VERIFY_OK((*sink)->write(batch));
        std::this_thread::sleep_for(2 * options.statementTimeout);
        do {
            ISO_VERIFY_OK((*source)->next(batch));
            ISO_VERIFY_OK((*sink)->write(batch));
        } while (batch.rowCount() > 0);
        const auto rows = (*sink)->finish();
        ISO_VERIFY_OK(rows);
        QCOMPARE(*rows, std::uint64_t{20'000});
    }

    void sinkDropped_beforeFinish_leavesNothing()
    {
        const auto layout = m_engine->describeKeyspace({"k", {"par"}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        const auto target = m_engine->openRestoreTarget();
        const engine::StagingTable side{"side", "dropped", "isotherm:job:9"};
        ISO_VERIFY_OK((*target)->createTable(side, layout->tables[0]));
        {
            const auto sink = (*target)->openSink(side, layout->tables[0]);
            const auto source = (*snapshot)->openRows({}, {});
            RowBatch batch;
            ISO_VERIFY_OK((*source)->next(batch));
            ISO_VERIFY_OK((*sink)->write(batch));
        }
        QTRY_COMPARE(m_cluster->value("select count(*) from side.dropped"), std::string("0"));
    }

    void sink_badRows_refusedByTheServer()
    {
        const auto layout = m_engine->describeKeyspace({"k", {"par"}, {}});
        const auto target = m_engine->openRestoreTarget();
        const engine::StagingTable side{"side", "dropped", "isotherm:job:9"};
        const auto sink = (*target)->openSink(side, layout->tables[0]);
        ISO_VERIFY_OK(sink);
        RowBatch batch;
        batch.append(std::string_view("\xFF\xFF\xFF\xFE\xFF\xFF\xFF\xFF", 8)); // an absent field
        const Status written = (*sink)->write(batch);
        const Result<std::uint64_t> finished =
            written.ok() ? (*sink)->finish() : Result<std::uint64_t>(written.error());
        QVERIFY(!finished.ok());
        QCOMPARE(m_cluster->value("select count(*) from side.dropped"), std::string("0"));
    }

    void staging_listReleaseDrop_byMarker()
    {
        const auto target = m_engine->openRestoreTarget();
        const auto listed = (*target)->listStaging("side", "isotherm:job:");
        ISO_VERIFY_OK(listed);
        QCOMPARE(listed->size(), std::size_t{1});
        QCOMPARE(listed->front().name, std::string("dropped"));
        QCOMPARE(listed->front().marker, std::string("isotherm:job:9"));
        ISO_VERIFY_OK((*target)->release(listed->front()));
        QCOMPARE((*target)->listStaging("side", "isotherm:job:")->size(), std::size_t{0});
        const auto layout = m_engine->describeKeyspace({"k", {"par"}, {}});
        ISO_VERIFY_ERROR((*target)->createTable(listed->front(), layout->tables[0]),
                         Code::AlreadyExists, "dropped");
        ISO_VERIFY_OK((*target)->dropTable(listed->front()));
        ISO_VERIFY_OK((*target)->dropTable(listed->front())); // again: nothing to do
        QCOMPARE(m_cluster->value("select to_regclass('side.dropped') is null"), std::string("t"));
    }

    void createTable_schemaOfSomebodyElse_refused()
    {
        exec("create role mallory; create schema trap authorization mallory");
        const auto layout = m_engine->describeKeyspace({"k", {"par"}, {}});
        const auto target = m_engine->openRestoreTarget();
        ISO_VERIFY_ERROR((*target)->createTable({"trap", "t", "m"}, layout->tables[0]),
                         Code::FailedPrecondition, "belongs to role mallory");
    }
};

QTEST_GUILESS_MAIN(TestRoundTrip)
#include "tst_round_trip.moc"
