// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/leaf_swap.h"
#include "tests/integration/recovery/edit_fixture.h"

#include <QtTest/QtTest>
#include <atomic>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;
using engine::FreshLeaf;
using engine::SwapKind;
using engine::SwapPair;

namespace
{

constexpr const char* kSchema = "Odd Schema";
constexpr const char* kLeaf = "\"Odd Schema\".\"Kunden Ä 0\"";

/// Everything that a partition is besides its rows, names of indexes aside.
constexpr const char* kShapeSql = R"sql(
select concat_ws(' | ', pg_get_userbyid(c.relowner), (select string_agg(a::text, ',' order by a::text) from unnest(c.relacl) a), array_to_string(c.reloptions, ','),
  c.relreplident, c.relrowsecurity, obj_description(c.oid, 'pg_class'), pg_get_expr(relpartbound, c.oid),
  (select string_agg(attname::text || format_type(atttypid, atttypmod) || attnotnull::text || attstorage::text || attgenerated::text ||
    attstattarget::text || coalesce(attacl::text, '') || coalesce(col_description(c.oid, attnum), ''), ',' order by attname)
    from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped),
  (select string_agg(contype::text || pg_get_constraintdef(oid) || convalidated::text || (conparentid > 0)::text, ',' order by
    contype, pg_get_constraintdef(oid)) from pg_constraint where conrelid = c.oid),
  (select string_agg(substring(pg_get_indexdef(indexrelid) from ' USING .*$') || indisunique::text || indisprimary::text ||
    indisreplident::text || (exists (select from pg_inherits where inhrelid = indexrelid))::text, ',' order by
    substring(pg_get_indexdef(indexrelid) from ' USING .*$')) from pg_index where indrelid = c.oid),
  (select string_agg(tgname::text || tgenabled::text || (tgparentid > 0)::text, ',' order by tgname) from pg_trigger
    where tgrelid = c.oid and not tgisinternal),
  (select string_agg(polname::text || polcmd::text || pg_get_expr(polqual, polrelid), ',') from pg_policy
    where polrelid = c.oid))
from pg_class c where c.oid = '"Odd Schema"."Kunden Ä 0"'::regclass)sql";

} // namespace

/// Whole leaves swapped on a real server.
class TestLeafSwap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void fresh_getsAllThatTheLeafHas();
    void back_bringsTheOldLeaf();
    void uncommitted_changesNothing();
    void referredTo_isRefused();
    void brokenForeignKey_isSaidBeforeTheSwap();
    void notOwner_isRefused();
    void lockHeld_givesUpSoon();
    void oldSnapshot_isNamed();
    void writers_neverFail_duringManySwaps();

private:
    /// A filled and completed copy of the leaf, ready to be swapped in.
    Result<FreshLeaf> makeFresh(const std::string& name)
    {
        ISO_ASSIGN(const LiveRows live, liveRows(*m_engine));
        const FreshLeaf fresh{live.target.leaf, {kSchema, name, "mark;"}};
        ISO_ASSIGN(const auto swapping, m_engine->openLeafSwapping());
        ISO_TRY(swapping->create(fresh));
        ISO_ASSIGN(const auto target, m_engine->openRestoreTarget());
        ISO_ASSIGN(const auto sink, target->openSink(fresh.table, live.target.table));
        RowBatch batch;
        for (const std::string& row : live.rows) {
            batch.append(row);
        }
        ISO_TRY(sink->write(batch));
        ISO_TRY(sink->finish());
        ISO_TRY(swapping->complete(fresh));
        return fresh;
    }

    Status swap(const SwapPair& pair, SwapKind kind)
    {
        ISO_ASSIGN(const auto swapping, m_engine->openLeafSwapping());
        ISO_ASSIGN(const auto transaction, swapping->swap({pair}, kind));
        return transaction->commit();
    }

    std::string value(const std::string& sql) { return m_cluster->value(sql); }
    void exec(const std::string& sql)
    {
        const auto done = m_cluster->exec(sql);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().text().c_str());
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;
};

void TestLeafSwap::initTestCase()
{
    auto cluster = PgCluster::start();
    ISO_VERIFY_OK(cluster);
    m_cluster = std::move(*cluster);
    m_engine = openEngine(m_cluster->conninfo(), m_clock);
    exec("create role shopkeeper; create role clerk login");
}

void TestLeafSwap::cleanupTestCase()
{
    m_engine.reset();
    m_cluster.reset();
}

void TestLeafSwap::init()
{
    exec("drop schema if exists \"Odd Schema\" cascade; drop table if exists public.notes,"
         " public.countries cascade");
    exec(oddSql());
    exec("drop table public.notes");
    exec(std::string("create table \"Odd Schema\".\"Kunden rest\" partition of \"Odd Schema\"."
                     "\"Kunden Ä\" default;"
                     "create index on \"Odd Schema\".\"Kunden Ä\" (amount) where amount > 5;"
                     "create unique index on ") +
         kLeaf + " (zeile, \"kunden nr\"); alter table " + kLeaf +
         " set (fillfactor = 70, toast.autovacuum_enabled = off); alter table " + kLeaf +
         " alter column doc set statistics 7; alter table " + kLeaf +
         " alter column big set storage external; comment on table " + kLeaf +
         " is 'it''s the first'; comment on column " + kLeaf + ".doc is 'json'; grant select on " +
         kLeaf + " to shopkeeper with grant option; grant update (doc) on " + kLeaf +
         " to shopkeeper; grant select on " + kLeaf + " to public; alter table " + kLeaf +
         " enable row level security; create policy even on " + kLeaf +
         " for select to shopkeeper using (zeile % 2 = 0); alter table " + kLeaf +
         " add constraint positive check (zeile > 0);"
         "create function \"Odd Schema\".noop() returns trigger language plpgsql as $$ begin return"
         " new; end $$; create trigger own before update on " +
         kLeaf +
         " for each row execute function \"Odd Schema\".noop(); create trigger off before"
         " update on " +
         kLeaf + " for each row execute function \"Odd Schema\".noop(); alter table " + kLeaf +
         " disable trigger off; create trigger everywhere before update on \"Odd Schema\".\"Kunden"
         " Ä\" for each row execute function \"Odd Schema\".noop()");
}

void TestLeafSwap::fresh_getsAllThatTheLeafHas()
{
    const std::string shape = value(kShapeSql);
    const std::string content = contentOf(*m_cluster);
    const std::string oldId = value("select '" + std::string(kLeaf) + "'::regclass::oid");
    const auto fresh = makeFresh("fresh");
    ISO_VERIFY_OK(fresh);
    ISO_VERIFY_OK(swap({fresh->leaf, "fresh", "kept", "kept mark;"}, SwapKind::Fresh));
    QCOMPARE(value(kShapeSql), shape);
    QCOMPARE(contentOf(*m_cluster), content);
    QVERIFY(value("select '" + std::string(kLeaf) + "'::regclass::oid") != oldId);
    QCOMPARE(value("select '\"Odd Schema\".kept'::regclass::oid"), oldId);
    QCOMPARE(value("select obj_description('\"Odd Schema\".kept'::regclass, 'pg_class')"),
             std::string("kept mark;it's the first"));
    QCOMPARE(value("select count(*) from pg_constraint where conname = 'isotherm_bound'"),
             std::string("0"));
}

void TestLeafSwap::back_bringsTheOldLeaf()
{
    const std::string shape = value(kShapeSql);
    const std::string oldId = value("select '" + std::string(kLeaf) + "'::regclass::oid");
    const auto fresh = makeFresh("fresh");
    ISO_VERIFY_OK(fresh);
    ISO_VERIFY_OK(swap({fresh->leaf, "fresh", "kept", "mark;"}, SwapKind::Fresh));
    exec("delete from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" < 50");
    const auto now = liveRows(*m_engine);
    ISO_VERIFY_OK(now);
    const SwapPair back{now->target.leaf, "kept", "second", "mark;"};
    const auto swapping = m_engine->openLeafSwapping();
    ISO_VERIFY_OK((*swapping)->prepareBack(back));
    ISO_VERIFY_OK((*swapping)->prepareBack(back)); // a second time does no harm
    ISO_VERIFY_OK(swap(back, SwapKind::Back));
    QCOMPARE(value("select '" + std::string(kLeaf) + "'::regclass::oid"), oldId);
    QCOMPARE(value("select count(*) from " + std::string(kLeaf)), std::string("200"));
    QCOMPARE(value("select count(*) from \"Odd Schema\".second"), std::string("100"));
    QCOMPARE(value(kShapeSql), shape);
}

void TestLeafSwap::uncommitted_changesNothing()
{
    const std::string shape = value(kShapeSql);
    const auto fresh = makeFresh("fresh");
    ISO_VERIFY_OK(fresh);
    {
        const auto swapping = m_engine->openLeafSwapping();
        const auto transaction =
            (*swapping)->swap({{fresh->leaf, "fresh", "kept", "mark;"}}, SwapKind::Fresh);
        ISO_VERIFY_OK(transaction);
        QVERIFY((*transaction)->transactionId() > 0);
    }
    QCOMPARE(value(kShapeSql), shape);
    QCOMPARE(value("select count(*) from pg_class where relname = 'kept'"), std::string("0"));
}

void TestLeafSwap::referredTo_isRefused()
{
    exec("create table public.notes (k bigint, z int, foreign key (k, z) references \"Odd Schema\"."
         "\"Kunden Ä\")");
    const auto fresh = makeFresh("fresh");
    ISO_VERIFY_ERROR(fresh, Code::FailedPrecondition, "referred to by foreign keys");
    QCOMPARE(value("select count(*) from pg_class where relname = 'fresh'"), std::string("0"));
}

void TestLeafSwap::brokenForeignKey_isSaidBeforeTheSwap()
{
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec("update \"Odd Schema\".\"Kunden Ä\" set country = null; delete from public.countries");
    const FreshLeaf fresh{live->target.leaf, {kSchema, "fresh", "mark;"}};
    const auto swapping = m_engine->openLeafSwapping();
    ISO_VERIFY_OK((*swapping)->create(fresh));
    const auto target = m_engine->openRestoreTarget();
    const auto sink = (*target)->openSink(fresh.table, live->target.table);
    RowBatch batch;
    for (const std::string& row : live->rows) {
        batch.append(row);
    }
    ISO_VERIFY_OK((*sink)->write(batch));
    ISO_VERIFY_OK((*sink)->finish());
    ISO_VERIFY_ERROR((*swapping)->complete(fresh), Code::FailedPrecondition, "foreign key");
}

void TestLeafSwap::notOwner_isRefused()
{
    exec(
        "grant usage on schema \"Odd Schema\" to clerk; grant select, insert, update, delete on all"
        " tables in schema \"Odd Schema\" to clerk");
    const auto clerk = openEngine(m_cluster->conninfo() + " user=clerk", m_clock);
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    const auto swapping = clerk->openLeafSwapping();
    const auto survey = (*swapping)->survey({live->target.leaf, {kSchema, "fresh", "mark;"}});
    ISO_VERIFY_OK(survey);
    QVERIFY(!survey->refusals.empty());
    QVERIFY(survey->refusals.front().code == Code::PermissionDenied);
}

void TestLeafSwap::lockHeld_givesUpSoon()
{
    const auto fresh = makeFresh("fresh");
    ISO_VERIFY_OK(fresh);
    auto reader = PgSession::open(m_cluster->conninfo());
    ISO_VERIFY_OK(reader);
    ISO_VERIFY_OK((*reader)->exec("begin; select count(*) from \"Odd Schema\".\"Kunden Ä\""));
    const SwapPair pair{fresh->leaf, "fresh", "kept", "mark;"};
    ISO_VERIFY_ERROR(swap(pair, SwapKind::Fresh), Code::DeadlineExceeded, "lock");
    ISO_VERIFY_OK((*reader)->exec("commit"));
    ISO_VERIFY_OK(swap(pair, SwapKind::Fresh));
}

void TestLeafSwap::oldSnapshot_isNamed()
{
    const auto swapping = m_engine->openLeafSwapping();
    auto reader = PgSession::open(m_cluster->conninfo());
    ISO_VERIFY_OK(reader);
    ISO_VERIFY_OK((*reader)->exec("begin isolation level repeatable read; select 1"));
    exec("create table public.makes_an_id ()");
    exec("drop table public.makes_an_id");
    const auto next = (*swapping)->nextTransaction();
    ISO_VERIFY_OK(next);
    const auto holders = (*swapping)->oldSnapshots(*next);
    ISO_VERIFY_OK(holders);
    QCOMPARE(holders->size(), 1U);
    QVERIFY(holders->front().find(std::to_string((*reader)->backendPid())) != std::string::npos);
    ISO_VERIFY_OK((*reader)->exec("commit"));
    QVERIFY((*swapping)->oldSnapshots(*next)->empty());
}

/// The application writes through the table all the while: it may wait, it never fails.
void TestLeafSwap::writers_neverFail_duringManySwaps()
{
    std::atomic<bool> stop{false};
    std::atomic<int> written{0};
    std::atomic<int> failed{0};
    std::vector<std::jthread> writers;
    struct Stopper
    {
        std::atomic<bool>& stop;
        ~Stopper() { stop = true; }
    };
    const Stopper stopper{stop}; // on every way out, before the writers are joined
    for (int writer = 0; writer < 2; ++writer) {
        writers.emplace_back([&, writer] {
            auto session = PgSession::open(m_cluster->conninfo());
            for (int i = 0; !stop; ++i) {
                const auto done = (*session)->exec(
                    "begin; update \"Odd Schema\".\"Kunden Ä\" set amount = amount + 1 where"
                    " \"kunden nr\" = " +
                    std::to_string(110 + writer) +
                    "; update \"Odd Schema\".\"Kunden Ä\" set amount = amount + 1 where \"kunden"
                    " nr\" = " +
                    std::to_string(i % 100) + "; commit");
                done.ok() ? ++written : ++failed;
            }
        });
    }
    int swaps = 0;
    for (int round = 0; round < 6; ++round) {
        const std::string name = "fresh" + std::to_string(round);
        const auto fresh = makeFresh(name);
        ISO_VERIFY_OK(fresh);
        for (int attempt = 0; attempt < 200; ++attempt) {
            const Status done =
                swap({fresh->leaf, name, "kept" + std::to_string(round), "mark;"}, SwapKind::Fresh);
            if (done.ok()) {
                ++swaps;
                break;
            }
            QVERIFY2(done.error().code == Code::DeadlineExceeded, done.error().text().c_str());
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    stop = true;
    for (std::jthread& writer : writers) {
        writer.join();
    }
    QCOMPARE(swaps, 6);
    QCOMPARE(failed.load(), 0);
    QVERIFY(written > 0);
    QCOMPARE(value("select count(*) from \"Odd Schema\".\"Kunden Ä\""), std::string("400"));
}

QTEST_APPLESS_MAIN(TestLeafSwap)
#include "tst_leaf_swap.moc"
