// SPDX-License-Identifier: Apache-2.0
// The traps of resharding PostgreSQL online, one by one (TRAPS, measured on 15.20).
#include "tests/integration/reshard/reshard_fixture.h"

#include <fstream>
#include <future>

using namespace isotherm;
using namespace isotherm::test;
using namespace std::chrono_literals;

class TestReshardTraps : public QObject, private ReshardFixture
{
    Q_OBJECT

private:
    /// The change is refused beforehand for this reason, and leaves nothing.
    void verifyRefused(const std::string& reason)
    {
        const auto report = m_world->handler().preflight(half());
        ISO_VERIFY_OK(report);
        const Status verdict = report->verdict();
        QVERIFY2(!verdict.ok() && verdict.error().text().find(reason) != std::string::npos,
                 verdict.ok() ? "it was not refused" : verdict.error().text().c_str());
        const auto job = m_world->run(half());
        ISO_VERIFY_OK(job);
        QCOMPARE(job->state, JobState::Failed);
        QVERIFY2(job->error.find(reason) != std::string::npos, job->error.c_str());
        QVERIFY2(job->error.find("hint: ") != std::string::npos, job->error.c_str());
        verifyNothingLeft();
    }

private Q_SLOTS:
    void initTestCase() { startServer(); }
    void init() { beginEmpty(); }
    void cleanup() { end(); }

    // 1: parent first, then leaf. A transaction that wrote another partition and now wants this
    // one.
    void trap1_writerOfAnotherPartition_isNeverADeadlockVictim()
    {
        begin(kAccounts);
        auto old = session();
        ISO_VERIFY_OK(old->exec("begin isolation level repeatable read; select 1"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "wait to switch"));
        auto writer = session();
        ISO_VERIFY_OK(
            writer->exec("begin; update accounts set amount = 0 where customer_id = 1500"));
        ISO_VERIFY_OK(old->exec("commit"));
        // It holds a lock on the table, so the switch is put off again and again …
        for (int i = 0; i < 50; ++i) {
            // … and what it does to the part that is being replaced goes through.
            ISO_VERIFY_OK(writer->exec("update accounts set amount = " + std::to_string(i) +
                                       " where customer_id = 100"));
            QTest::qWait(10);
        }
        ISO_VERIFY_OK(writer->exec("commit"));
        verifyEnds(*job);
        QCOMPARE(value("select min(amount) from accounts where customer_id = 100"),
                 std::string("49"));
    }

    // 2: a lock that is not had at once is given up; the holder is named.
    void trap2_longReader_holdsUsOffAndNobodyElse()
    {
        begin(kAccounts);
        auto reader = session();
        ISO_VERIFY_OK(reader->exec("begin; select count(*) from accounts"));
        WriterCrew crew({.conninfo = m_cluster->conninfo(),
                         .writers = 2,
                         .readers = 1,
                         .highKey = 2'000,
                         .statementsPerSecond = 200});
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        verifyHeldOff(*job, "process " + std::to_string(reader->backendPid()));
        QTest::qWait(1'500);
        ISO_VERIFY_OK(reader->exec("commit"));
        verifyEnds(*job);
        const CrewReport report = crew.finish();
        QVERIFY2(report.errors.empty(), report.errors.empty() ? "" : report.errors[0].c_str());
        qInfo("slowest statement %lld us", static_cast<long long>(report.slowest.count()));
    }

    void trap2_idleAutovacuum_isCancelledOrWaitedFor()
    {
        begin(kAccounts);
        exec("alter system set autovacuum_naptime = '1s'");
        exec("select pg_reload_conf()");
        exec("alter table accounts_p1 set (autovacuum_vacuum_threshold = 1,"
             " autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_cost_delay = 100,"
             " autovacuum_vacuum_cost_limit = 1)");
        exec("insert into accounts select i % 1000, i, i, 'x', null from generate_series(1, 60000) "
             "i;"
             "delete from accounts where id > 30000");
        for (int i = 0; i < 100; ++i) {
            if (value(
                    "select count(*) from pg_stat_activity where backend_type = 'autovacuum worker'"
                    " and query like '%accounts_p1%'") != "0") {
                break;
            }
            QTest::qWait(100);
        }
        verifySplit();
        exec("alter system reset all");
        exec("select pg_reload_conf()");
        QCOMPARE(value("select count(*) from accounts"), std::string("34000"));
    }

    // 3: a snapshot from before the switch that has not touched the table yet.
    void trap3_oldSnapshotThatTouchedNothing_neverSeesAnEmptyRange()
    {
        begin(kAccounts);
        auto old = session();
        ISO_VERIFY_OK(old->exec("begin isolation level repeatable read; select 1"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        verifyHeldOff(*job, "process " + std::to_string(old->backendPid()));
        QTest::qWait(500);
        QCOMPARE(old->value("select count(*) from accounts where customer_id < 1000"),
                 std::string("2000"));
        QVERIFY(old->exec("update accounts set amount = -1 where customer_id = 7").ok());
        ISO_VERIFY_OK(old->exec("commit"));
        verifyEnds(*job);
        QCOMPARE(value("select count(*) from accounts where amount = -1"), std::string("2"));
    }

    void trap3_preparedTransaction_holdsUsOffAndIsNamed()
    {
        begin(kAccounts);
        auto other = session();
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "copy"));
        ISO_VERIFY_OK(other->exec("create table if not exists elsewhere (i int); begin; insert into"
                                  " elsewhere values (1); prepare transaction 'left over'"));
        const auto phase = m_world->waitForPhase(*job, "wait to switch");
        ISO_VERIFY_OK(phase);
        const bool named = phase->phase.find("left over") != std::string::npos;
        ISO_VERIFY_OK(other->exec("commit prepared 'left over'"));
        QVERIFY2(named, phase->phase.c_str());
        verifyEnds(*job);
    }

    void trap3_idleInTransactionWithASnapshot_isNotPassedOver()
    {
        begin(kAccounts);
        auto idle = session();
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "catch up"));
        ISO_VERIFY_OK(idle->exec("begin isolation level serializable; select 1"));
        const std::string seen = value("select 1");
        QTest::qWait(800);
        QCOMPARE(idle->value("select count(*) from accounts where customer_id < 1000"),
                 std::string("2000"));
        ISO_VERIFY_OK(idle->exec("commit"));
        verifyEnds(*job);
    }

    // 4: who names the leaf itself is told so.
    void trap4_writerThatNamesTheLeaf_getsAnErrorNotALoss()
    {
        begin(kAccounts);
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        const auto phase = m_world->waitForPhase(*job, "grace");
        ISO_VERIFY_OK(phase);
        auto writer = session();
        const auto wrote = writer->exec("update accounts_p1 set amount = 0 where customer_id = 1");
        QVERIFY(!wrote.ok());
        QVERIFY(wrote.error().text().find("does not exist") != std::string::npos);
        verifyEnds(*job);
    }

    // 5: ATTACH scans nothing and builds nothing.
    void trap5_attach_skipsItsScanAndKeepsTheKeys()
    {
        begin(kAccounts);
        exec("alter system set log_min_messages = debug1");
        exec("select pg_reload_conf()");
        verifySplit();
        exec("alter system reset log_min_messages");
        exec("select pg_reload_conf()");
        std::ifstream file(m_cluster->server().logFile());
        const std::string log((std::istreambuf_iterator<char>(file)), {});
        QVERIFY2(log.find("is implied by existing constraints") != std::string::npos,
                 "ATTACH looked at the rows");
        QCOMPARE(
            value("select count(*) from pg_index i join pg_inherits h on h.inhrelid = i.indrelid"
                  " where h.inhparent = 'accounts'::regclass"),
            std::string("3")); // one key each, no second one
    }

    // 6: a default partition is neither searched nor in the way.
    void trap6_defaultPartition_isTakenAlong()
    {
        begin(std::string(kAccounts) + "create table accounts_rest partition of accounts default;"
                                       "insert into accounts values (5000, 1, 1, 'far', null)");
        verifySplit();
        QCOMPARE(value("select count(*) from accounts_rest"), std::string("1"));
        QCOMPARE(value("select count(*) from pg_constraint where conrelid ="
                       " 'accounts_rest'::regclass and contype = 'c'"),
                 std::string("0"));
    }

    // 7: foreign keys to and from.
    void trap7_foreignKeyToTheTable_isBackAndValid()
    {
        begin(
            std::string(kAccounts) +
            "create table notes (c int8, i int8, t text, constraint of_account foreign key (c, i)"
            " references accounts on delete cascade);"
            "insert into notes select customer_id, id, 'x' from accounts where customer_id < 900");
        verifySplit();
        QCOMPARE(value("select convalidated from pg_constraint where conname = 'of_account' and"
                       " conrelid = 'notes'::regclass and conparentid = 0"),
                 std::string("t"));
        QVERIFY(!m_cluster->exec("insert into notes values (1, 99999, 'nobody')").ok());
        exec("delete from accounts where customer_id = 3");
        QCOMPARE(value("select count(*) from notes where c = 3"), std::string("0"));
    }

    void trap7_partitionedReferencingTable_isRefused()
    {
        begin(
            std::string(kAccounts) +
            "create table lines (customer_id int8, id int8, n int, primary key (customer_id, id, "
            "n),"
            " foreign key (customer_id, id) references accounts) partition by range (customer_id);"
            "create table lines_p1 partition of lines for values from (0) to (2000)");
        verifyRefused("is on a partitioned table");
    }

    void trap7_foreignKeyFromTheTable_neverKeepsAnybodyFromDeleting()
    {
        begin("create table owners (id int8 primary key);"
              "insert into owners select generate_series(0, 1999);" +
              std::string(kAccounts) +
              "alter table accounts add constraint to_owner foreign key (customer_id)"
              " references owners");
        std::atomic<bool> stop = false;
        auto churn = std::async(std::launch::async, [&]() -> std::string {
            auto writer = session();
            for (int i = 0; !stop; ++i) {
                const std::string key = std::to_string(100'000 + i);
                const std::string in = std::to_string(i % 1000);
                // A row and what it refers to come and go: a copy that lags must not hold on to it.
                const auto done = writer->exec(
                    "insert into owners values (" + key +
                    ") on conflict do nothing;"
                    "begin; delete from accounts where customer_id = " +
                    in +
                    " and id = 1;"
                    "insert into accounts values (" +
                    in +
                    ", 1, 1, 'c', null); commit;"
                    "begin; delete from accounts where customer_id = 999; delete from owners where"
                    " id = 999; insert into owners values (999); insert into accounts values"
                    " (999, -999, 1, 'quiet', null), (999, -2999, 1, 'quiet', null); commit;"
                    "delete from owners where id = " +
                    key);
                if (!done.ok()) {
                    return done.error().text();
                }
            }
            return {};
        });
        verifySplit();
        stop = true;
        const std::string error = churn.get();
        QVERIFY2(error.empty(), error.c_str());
        QCOMPARE(value("select count(*) from pg_constraint where conname = 'to_owner' and"
                       " convalidated"),
                 std::string("4")); // the table's and three partitions'
        QVERIFY(!m_cluster->exec("delete from owners where id = 5").ok());
        QVERIFY(!m_cluster->exec("insert into accounts values (777777, 1)").ok());
        exec("delete from accounts where customer_id = 5; delete from owners where id = 5");
    }

    // 8: what LIKE does not copy.
    void trap8_everythingThatHangsOnAPartition_isThereAfterwards()
    {
        exec("do $$ begin create role shop; exception when duplicate_object then null; end $$;"
             "do $$ begin create role guest; exception when duplicate_object then null; end $$;"
             "grant create on schema public to shop");
        begin(std::string(kAccounts) +
              "alter table accounts add column twice int8 generated always as (amount * 2) stored;"
              "alter table accounts owner to shop; alter table accounts_p1 owner to shop;"
              "grant select, update on accounts_p1 to guest; grant insert (note) on accounts_p1 to"
              " guest with grant option;"
              "alter table accounts_p1 set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01,"
              " toast.autovacuum_enabled = false);"
              "alter table accounts_p1 alter note set statistics 500;"
              "alter table accounts_p1 alter amount set (n_distinct = 100);"
              "alter table accounts_p1 alter big set storage external;"
              "comment on table accounts_p1 is 'the first'; comment on column accounts_p1.note is "
              "'n';"
              "create index accounts_p1_note on accounts_p1 (note);"
              "alter table accounts_p1 cluster on accounts_p1_note;"
              "alter table accounts_p1 replica identity full;"
              "alter table accounts_p1 add constraint small check (amount < 1000000);"
              "create statistics st (dependencies) on customer_id, id from accounts_p1;"
              "alter table accounts_p1 enable row level security, force row level security;"
              "create policy mine on accounts_p1 as restrictive for update to guest using (id < 0)"
              " with check (amount > 0);"
              "create function noted() returns trigger language plpgsql as $$ begin new.note ="
              " coalesce(new.note, 'none'); return new; end $$;"
              "create trigger fill before insert on accounts_p1 for each row execute function "
              "noted();"
              "create trigger fill_all before insert on accounts for each row execute function "
              "noted()");
        const std::string before = properties("accounts_p1");
        verifySplit();
        const std::string part =
            value("select (c.relname)::text from pg_class c join pg_inherits i on"
                  " i.inhrelid = c.oid where i.inhparent = 'accounts'::regclass"
                  " and pg_get_expr(c.relpartbound, c.oid) like '%TO (''500'')%'");
        QCOMPARE(QString::fromStdString(properties(part)), QString::fromStdString(before));
        exec("insert into accounts (customer_id, id, amount) values (4, 4, 4)");
        QCOMPARE(value("select note || twice from accounts where id = 4"), std::string("none8"));
    }

    void trap8_viewOnThePartition_isRefused()
    {
        begin(std::string(kAccounts) + "create view firsts as select * from accounts_p1");
        verifyRefused("view public.firsts names partition public.accounts_p1 itself");
    }

    // 9: a column comes in the middle.
    void trap9_addColumnDuringASplit_rollsBackAndCanBeStartedAgain()
    {
        begin(kAccounts);
        auto old = session();
        ISO_VERIFY_OK(old->exec("begin isolation level repeatable read; select 1"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "wait to switch"));
        exec("alter table accounts add column extra int default 5;"
             "update accounts set extra = 6 where customer_id = 1");
        ISO_VERIFY_OK(old->exec("commit"));
        const auto failed = m_world->wait(*job);
        ISO_VERIFY_OK(failed);
        QCOMPARE(failed->state, JobState::Failed);
        verifyNothingLeft();
        QCOMPARE(value("select count(*) from accounts where extra = 6"), std::string("2"));
        verifySplit();
    }

    // 10: an open transaction keeps the slot waiting: it is named, and others are not hurt.
    void trap10_openTransaction_isWaitedFor()
    {
        begin(kAccounts);
        auto writer = session();
        ISO_VERIFY_OK(writer->exec("begin; insert into accounts values (1, 1, 1, 'open', null)"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "prepare"));
        QTest::qWait(500);
        QCOMPARE(m_world->jobs().job(*job)->phase, std::string("prepare"));
        ISO_VERIFY_OK(writer->exec("commit"));
        verifyEnds(*job);
        QCOMPARE(value("select count(*) from accounts where note = 'open'"), std::string("1"));
    }

    // 12: each leaf has a replica identity of its own.
    void trap12_withoutReplicaIdentity_isRefused()
    {
        begin(std::string(kAccounts) + "alter table accounts_p1 replica identity nothing");
        verifyRefused("has no primary key to tell its rows apart");
    }

    void keyOfSeveralColumns_isRefused()
    {
        begin("create table accounts (customer_id int8, id int8, primary key (customer_id, id))"
              " partition by range (customer_id, id);"
              "create table accounts_p1 partition of accounts for values from (0, 0) to (1000, 0)");
        reshard::ReshardRequest request = m_world->split(shards()[0], {});
        std::string cut;
        appendKeyInteger(cut, 500);
        appendKeyInteger(cut, 0);
        request.targets = reshard::targetsOf(shards()[0].range, {Key(cut)});
        const auto report = m_world->handler().preflight(request);
        ISO_VERIFY_OK(report);
        const Status verdict = report->verdict();
        QVERIFY(!verdict.ok());
        QVERIFY(verdict.error().message.find("partitioned by several columns") !=
                std::string::npos);
        QVERIFY(verdict.error().hint.find("one of them alone") != std::string::npos);
    }

    /// A commit is in the log before others see it. The copy that has it already is no wrong copy.
    void verify_commitThatIsNotVisibleYet_isWaitedFor()
    {
        begin(kAccounts);
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->control().pause(*job));
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "copy rows"));
        exec("alter system set synchronous_standby_names = 'nobody'");
        exec("alter system set synchronous_commit = local");
        exec("select pg_reload_conf()");
        QTest::qWait(300);
        auto writer = session();
        auto stuck = std::async(std::launch::async, [&] {
            return writer->exec("set synchronous_commit = on;"
                                "update accounts set amount = 77 where customer_id = 100");
        });
        QTest::qWait(1'000);
        ISO_VERIFY_OK(m_world->control().resume(*job));
        QTest::qWait(2'000); // the verification meets it
        exec("alter system reset synchronous_standby_names");
        exec("alter system reset synchronous_commit");
        exec("select pg_reload_conf()");
        ISO_VERIFY_OK(stuck.get());
        verifyEnds(*job);
        QVERIFY(value("select count(*) from accounts where amount = 77") != "0");
    }

    void truncate_ofTheLeafWhileItIsReplaced_isFollowed()
    {
        begin(kAccounts);
        auto old = session();
        ISO_VERIFY_OK(old->exec("begin isolation level repeatable read; select 1"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        ISO_VERIFY_OK(m_world->waitForPhase(*job, "wait to switch"));
        exec("truncate accounts_p1; insert into accounts values (10, 1, 1, 'after', null),"
             " (600, 1, 1, 'after', null)");
        ISO_VERIFY_OK(old->exec("commit"));
        verifyEnds(*job);
        QCOMPARE(value("select count(*) from accounts where customer_id < 1000"), std::string("2"));
    }

    void pgDump_whileItIsReplaced_isWholeAndNamed()
    {
        begin(kAccounts);
        auto dump = session(); // what pg_dump does: one snapshot, a lock on every table
        ISO_VERIFY_OK(
            dump->exec("begin isolation level repeatable read; lock table accounts in access"
                       " share mode"));
        const auto job = m_world->submit(half());
        ISO_VERIFY_OK(job);
        verifyHeldOff(*job, "process " + std::to_string(dump->backendPid()));
        QCOMPARE(dump->value("select count(*) from accounts"), std::string("4000"));
        ISO_VERIFY_OK(dump->exec("commit"));
        verifyEnds(*job);
    }

private:
    /// Everything that can hang on a table, as text.
    std::string properties(const std::string& table)
    {
        return value(
            "select string_agg(x, E'\\n' order by x) from (with t as (select '" + table +
            "'::regclass::oid o)"
            " select concat_ws('|', 'table', pg_get_userbyid(relowner), (select "
            "string_agg(concat_ws("
            "   ' ', x.privilege_type, x.grantee::regrole, x.is_grantable), ',' order by"
            "   x.privilege_type, x.grantee) from aclexplode(relacl) x), (select array_agg(u order "
            "by"
            "   u) from unnest(reloptions) u), relreplident, relrowsecurity, relforcerowsecurity,"
            "   obj_description(oid)) as x from pg_class, t where oid = o"
            " union all select concat_ws('|', 'toast', c.reloptions) from pg_class c join pg_class "
            "m on"
            "   m.reltoastrelid = c.oid, t where m.oid = o"
            " union all select concat_ws('|', 'column', attname, atttypid, attstattarget, "
            "attstorage,"
            "   attnotnull, attgenerated, attoptions, attacl, col_description(attrelid, attnum)) "
            "from"
            "   pg_attribute, t where attrelid = o and attnum > 0"
            " union all select concat_ws('|', 'constraint', contype, pg_get_constraintdef(oid)) "
            "from"
            "   pg_constraint, t where conrelid = o"
            " union all select concat_ws('|', 'index', substring(pg_get_indexdef(indexrelid) from"
            "   ' USING.*'), indisclustered, indisprimary) from pg_index, t where indrelid = o"
            " union all select concat_ws('|', 'policy', polname, polcmd, polpermissive, polroles,"
            "   pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) from "
            "pg_policy, t"
            "   where polrelid = o"
            " union all select concat_ws('|', 'trigger', tgname, tgtype, tgenabled, tgparentid <> "
            "0)"
            "   from pg_trigger, t where tgrelid = o and not tgisinternal"
            " union all select concat_ws('|', 'statistics', stxkind, stxkeys) from "
            "pg_statistic_ext, t"
            "   where stxrelid = o) y");
    }
};

QTEST_GUILESS_MAIN(TestReshardTraps)
#include "tst_reshard_traps.moc"
