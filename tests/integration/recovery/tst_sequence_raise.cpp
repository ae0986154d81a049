// SPDX-License-Identifier: Apache-2.0
#include "agent/engine/leaf_swap.h"
#include "tests/integration/recovery/edit_fixture.h"

#include <QtTest/QtTest>
#include <algorithm>

using namespace isotherm;
using namespace isotherm::test;
using engine::RowEdit;

namespace
{

/// A serial, an identity that counts downwards and a default of somebody's own, after an accident
/// that set them all back.
constexpr const char* kSetUp = R"sql(
drop table if exists public.tickets cascade; drop sequence if exists public.shared;
create sequence public.shared increment 5 cache 20;
create table public.tickets (
    id bigserial, down int generated always as identity (increment -1), n int default
    nextval('public.shared'), text text, primary key (id)) partition by range (id);
create table public.tickets_0 partition of public.tickets for values from (0) to (100000);
insert into public.tickets (text) select 'ticket ' || i from generate_series(1, 50) i;
)sql";

constexpr const char* kAccident = "truncate public.tickets restart identity; select"
                                  " setval('public.shared', 1, false)";

} // namespace

/// Sequences behind rows that come back, on a real server.
class TestSequenceRaise : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void copyBack_movesSequencesBeyondTheRows();
    void copyBack_leavesSequencesThatAreAhead();
    void copyBack_ofRowsBelow_leavesThemAlone();
    void nearTheEnd_staysInside();
    void mayNotMove_isRefused_onlyWhenBehind();
    void replace_movesSequencesBeyondTheRows();

private:
    /// The leaf's rows, to be edited.
    Result<LiveRows> rows()
    {
        return liveRows(*m_engine, 0, {"tickets", {"public.tickets"}, {"id"}});
    }

    /// The first `count` rows, as they were then.
    Status bringBack(const LiveRows& then, std::size_t count, engine::Engine* with = nullptr)
    {
        std::vector<RowEdit> edits;
        for (std::size_t i = 0; i < count; ++i) {
            edits.push_back({i, std::nullopt, then.rows.at(i)});
        }
        ISO_ASSIGN(const auto editing, (with == nullptr ? m_engine.get() : with)->openRowEditing());
        ISO_ASSIGN(const auto transaction, editing->begin({}));
        ISO_TRY(transaction->stage(then.target, sourceOf(std::move(edits))));
        ISO_TRY(transaction->apply());
        return transaction->commit();
    }

    /// The application goes on: new rows must not meet old ones, in any column.
    void insertMany()
    {
        exec("insert into public.tickets (text) select 'new' from generate_series(1, 60)");
        QCOMPARE(value("select count(*) - count(distinct id) + count(*) - count(distinct down)"
                       " + count(*) - count(distinct n) from public.tickets"),
                 std::string("0"));
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

void TestSequenceRaise::initTestCase()
{
    auto cluster = PgCluster::start();
    ISO_VERIFY_OK(cluster);
    m_cluster = std::move(*cluster);
    m_engine = openEngine(m_cluster->conninfo(), m_clock);
    QVERIFY(m_engine != nullptr);
    exec("create role clerk login");
}

void TestSequenceRaise::cleanupTestCase()
{
    m_engine.reset();
    m_cluster.reset();
}

void TestSequenceRaise::init()
{
    exec(kSetUp);
}

void TestSequenceRaise::copyBack_movesSequencesBeyondTheRows()
{
    const auto then = rows();
    ISO_VERIFY_OK(then);
    QCOMPARE(then->rows.size(), 50U);
    exec(kAccident);
    ISO_VERIFY_OK(bringBack(*then, 50));
    insertMany();
    QCOMPARE(value("select count(*) from public.tickets"), std::string("110"));
}

void TestSequenceRaise::copyBack_leavesSequencesThatAreAhead()
{
    const auto then = rows();
    ISO_VERIFY_OK(then);
    exec("delete from public.tickets where id <= 10");
    const std::string stood = value("select last_value from public.tickets_id_seq");
    ISO_VERIFY_OK(bringBack(*then, 10));
    QCOMPARE(value("select last_value from public.tickets_id_seq"), stood);
    QCOMPARE(value("select last_value from public.shared"), std::string("296"));
    insertMany();
}

void TestSequenceRaise::copyBack_ofRowsBelow_leavesThemAlone()
{
    const auto then = rows();
    ISO_VERIFY_OK(then);
    exec("delete from public.tickets where id <= 10; select setval('public.tickets_id_seq', 10)");
    ISO_VERIFY_OK(bringBack(*then, 10)); // 10 is given out already
    QCOMPARE(value("select nextval('public.tickets_id_seq')"), std::string("11"));
    exec("delete from public.tickets where id <= 10; select setval('public.tickets_id_seq', 10,"
         " false)");
    ISO_VERIFY_OK(bringBack(*then, 10)); // 10 would be the next one
    QVERIFY(std::stoll(value("select nextval('public.tickets_id_seq')")) > 10);
}

void TestSequenceRaise::nearTheEnd_staysInside()
{
    const auto then = rows();
    ISO_VERIFY_OK(then);
    exec(kAccident);
    exec("alter sequence public.tickets_id_seq maxvalue 60");
    ISO_VERIFY_OK(bringBack(*then, 50));
    QCOMPARE(value("select last_value from public.tickets_id_seq"), std::string("60"));
}

void TestSequenceRaise::mayNotMove_isRefused_onlyWhenBehind()
{
    exec("grant select, insert, update, delete on public.tickets, public.tickets_0 to clerk; grant"
         " select on public.tickets_id_seq, public.tickets_down_seq, public.shared to clerk");
    const auto clerk = openEngine(m_cluster->conninfo() + " user=clerk", m_clock);
    const auto then = rows();
    ISO_VERIFY_OK(then);
    const auto editing = clerk->openRowEditing();
    ISO_VERIFY_OK(editing);
    const auto survey = (*editing)->survey(then->target, {});
    ISO_VERIFY_OK(survey);
    QCOMPARE(survey->warnings.size(), 3U);
    const auto swapping = clerk->openLeafSwapping();
    ISO_VERIFY_OK(swapping);
    const auto swap = (*swapping)->survey({then->target.leaf, {"public", "fresh", "mark;"}});
    ISO_VERIFY_OK(swap);
    QCOMPARE(std::count_if(swap->warnings.begin(), swap->warnings.end(),
                           [](const std::string& warning) {
                               return warning.find("beyond sequence") != std::string::npos;
                           }),
             3);

    exec("delete from public.tickets where id <= 10");
    ISO_VERIFY_OK(bringBack(*then, 10, clerk.get()));

    exec(kAccident);
    const auto refused = bringBack(*then, 50, clerk.get());
    ISO_VERIFY_ERROR(refused, Code::PermissionDenied, "may not see to it");
    QVERIFY(refused.error().hint.find("ON SEQUENCE public.") != std::string::npos);
    QCOMPARE(value("select count(*) from public.tickets"), std::string("0"));
}

void TestSequenceRaise::replace_movesSequencesBeyondTheRows()
{
    const auto then = rows();
    ISO_VERIFY_OK(then);
    exec(kAccident);
    // The leaf is another one after TRUNCATE, by its generation.
    const auto now = rows();
    ISO_VERIFY_OK(now);
    const engine::FreshLeaf fresh{now->target.leaf, {"public", "fresh", "mark;"}};
    const auto swapping = m_engine->openLeafSwapping();
    ISO_VERIFY_OK(swapping);
    ISO_VERIFY_OK((*swapping)->create(fresh));
    const auto target = m_engine->openRestoreTarget();
    ISO_VERIFY_OK(target);
    const auto sink = (*target)->openSink(fresh.table, now->target.table);
    ISO_VERIFY_OK(sink);
    RowBatch batch;
    for (const std::string& row : then->rows) {
        batch.append(row);
    }
    ISO_VERIFY_OK((*sink)->write(batch));
    ISO_VERIFY_OK((*sink)->finish());
    ISO_VERIFY_OK((*swapping)->complete(fresh));
    auto transaction = (*swapping)->swap({{fresh.leaf, "fresh", "tickets_before", "kept;"}},
                                         engine::SwapKind::Fresh);
    ISO_VERIFY_OK(transaction);
    ISO_VERIFY_OK((*transaction)->commit());
    insertMany();
    QCOMPARE(value("select count(*) from public.tickets"), std::string("110"));
    exec("drop table public.tickets_before");
}

QTEST_GUILESS_MAIN(TestSequenceRaise)
#include "tst_sequence_raise.moc"
