// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/agent/agent_world.h"
#include "tests/integration/agent/shop.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <csignal>
#include <map>
#include <set>

using namespace isotherm;
using namespace isotherm::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace
{

constexpr const char* kOrders = "select * from shop.orders";
constexpr const char* kLines = "select * from shop.order_lines";

/// The shop belongs to somebody, lines refer to orders, and there is a second reader.
std::string ownerSql()
{
    return "alter table shop.order_lines add foreign key (customer_id, order_id) references"
           " shop.orders; create role shopkeeper; create role auditor;"
           "alter schema shop owner to shopkeeper;"
           "do $$ declare t regclass; begin for t in select oid from pg_class where relnamespace ="
           " 'shop'::regnamespace and relkind in ('r', 'p') loop execute format('alter table %s"
           " owner to shopkeeper', t); end loop; end $$;";
}

std::string textOf(const std::optional<std::string>& value)
{
    return value.value_or("null");
}

} // namespace

/// The story of an accident: rows deleted by mistake in two shards, found in the list of
/// transactions, compared, copied back, taken back again; then the same by whole partitions.
class TestRecoveryStory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();

    void accident_isFoundAmongTheTransactions();
    void diff_beforeIt_countsWhatIsMissing();
    void diffRows_showBothImages();
    void cuts_ofOneShard_nameTheTransaction();
    void copyBack_withoutTerminal_endsWith12();
    void copyBack_missing_bringsThemBack();
    void copyBack_twice_isRefused();
    void undo_deletesThemAgain_butForChangedOnes();
    void copyBack_changedToo_withConflicts();
    void viewer_seesCountsAndNoRows();
    void sideRestore_canBeComparedAndDropped();
    void replace_ofPart_isRefused();
    void replace_swapsAndUndoSwapsBack();
    void killed_inCopyBack_allOrNothing();
    void killed_inReplace_untouchedOrSwapped();
    void elsewhere_files_holdEveryRow();
    void elsewhere_database_isFilledAndProven();

private:
    JobRecord finished(JobId id)
    {
        JobRecord record;
        eventually(
            [&] {
                const auto job = m_operator->job(id);
                record = job.ok() ? *job : record;
                return isFinished(record.state);
            },
            seconds(120));
        return record;
    }

    /// The plan for the moment just before the accident.
    std::string planBefore(const std::string& xid, std::vector<ShardId> shards = {})
    {
        RestoreRequest request;
        request.keyspace = "orders";
        request.beforeTransaction = std::stoull(xid);
        request.shards = std::move(shards);
        const RestorePlan plan = must(m_operator->planRestore(request));
        for (const std::string& warning : plan.warnings) {
            if (warning.find("has no history up to that moment") != std::string::npos) {
                QTest::qFail(warning.c_str(), __FILE__, __LINE__);
            }
        }
        return plan.id;
    }

    RowDiff compare(const std::string& plan)
    {
        const JobId job = must(m_operator->recovery().startDiff({.planId = plan}));
        const JobRecord ended = finished(job);
        if (ended.state != JobState::Done) {
            QTest::qFail(ended.error.c_str(), __FILE__, __LINE__);
            return {};
        }
        return must(m_operator->recovery().diff(job));
    }

    RecoveryReceipt carryOut(const RecoveryRequest& request, const char* who = "operator")
    {
        const auto client = m_world->connect(who);
        const auto plan = client->recovery().planRecovery(request);
        if (!plan.ok()) {
            QTest::qFail(plan.error().text().c_str(), __FILE__, __LINE__);
            return {};
        }
        const JobId job = must(client->recovery().runRecovery({plan->id, {}}));
        const JobRecord ended = finished(job);
        if (ended.state != JobState::Done) {
            QTest::qFail(ended.error.c_str(), __FILE__, __LINE__);
            return {};
        }
        return must(client->recovery().recoveryReceipt(job));
    }

    static BackupRequest ofOrders()
    {
        BackupRequest request;
        request.keyspace = "orders";
        return request;
    }

    /// Every shard has a backup that reaches beyond what was written so far.
    void backUp()
    {
        // One that runs already, after a replacement for instance, may show less.
        QVERIFY(eventually([&] {
            const auto jobs = m_operator->jobs({.activeOnly = true});
            return jobs.ok() && std::none_of(jobs->begin(), jobs->end(), [](const JobRecord& job) {
                       return job.kind == JobKind::Backup;
                   });
        }));
        for (const JobId job : must(m_operator->runBackup(ofOrders()))) {
            QCOMPARE(finished(job).error, std::string());
        }
    }

    int ctl(const std::string& who, std::vector<std::string> arguments)
    {
        const auto result = m_world->ctl(who, std::move(arguments));
        m_output =
            result.ok() ? result->standardOutput + result->standardError : result.error().text();
        return result.ok() ? result->exitCode : -1;
    }

    /// Content of a table as one value.
    std::string sum(const std::string& query)
    {
        return value("select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from (" +
                     query + ") t");
    }
    std::string value(const std::string& sql) { return m_world->database().value(sql); }
    void exec(const std::string& sql)
    {
        const auto done = m_world->database().exec(sql);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().text().c_str());
    }

    std::unique_ptr<AgentWorld> m_world;
    std::unique_ptr<client::AgentClient> m_operator;
    std::string m_output;
    std::string m_orders; ///< before the accident
    std::string m_lines;
    std::string m_xid;
    std::string m_plan;
    RowDiff m_diff;
    RecoveryReceipt m_copied;
};

void TestRecoveryStory::initTestCase()
{
    auto made = AgentWorld::make({.tables = {"shop.orders", "shop.order_lines"},
                                  .database = {.settings = {{"wal_level", "logical"}}},
                                  .initDb = {"--write-back"},
                                  .targets = true},
                                 shopSql(2) + ownerSql());
    QVERIFY2(made.ok(), made.ok() ? "" : made.error().text().c_str());
    m_world = std::move(*made);
    const Status ready = m_world->setUp();
    QVERIFY2(ready.ok(), ready.ok() ? "" : ready.error().text().c_str());
    // What keeps capture from beginning does not keep the first bases from being taken.
    const auto early = must(PgSession::open(m_world->database().conninfo()));
    must(early->exec("begin; select pg_current_xact_id()"));
    const Status started = m_world->startAgent();
    QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
    m_operator = m_world->connect("operator");
    QVERIFY(eventually([&] {
        const auto status = m_operator->status();
        return status.ok() && status->shards == kShopShards && status->shardsWithoutBackup == 0;
    }));
    must(early->exec("commit"));
    // By themselves: bases that history can go on from.
    QVERIFY(eventually([&] {
        BackupFilter all;
        all.limit = 1'000;
        const auto backups = m_operator->backups(all);
        std::map<ShardId, int> bases;
        for (const BackupRecord& backup : backups.ok() ? *backups : std::vector<BackupRecord>()) {
            bases[backup.shard] += backup.kind == BackupKind::Full ? 1 : 0;
        }
        return bases.size() == kShopShards &&
               std::all_of(bases.begin(), bases.end(),
                           [](const auto& shard) { return shard.second == 2; });
    }));
}

void TestRecoveryStory::cleanupTestCase()
{
    if (m_world) {
        for (const std::string& line : m_world->errorLines()) {
            if (line.find("\"job.failed\"") == std::string::npos) { // conflicts, refused targets
                QTest::qFail(line.c_str(), __FILE__, __LINE__);
            }
        }
    }
    m_operator.reset();
    m_world.reset();
}

void TestRecoveryStory::accident_isFoundAmongTheTransactions()
{
    exec("update shop.orders set note = 'ordinary' where customer_id = 1700");
    m_orders = sum(kOrders);
    m_lines = sum(kLines);
    const auto session = must(PgSession::open(m_world->database().conninfo()));
    // Customers of two shards.
    must(session->exec("begin; delete from shop.order_lines where customer_id between 450 and 549;"
                       "delete from shop.orders where customer_id between 450 and 549"));
    m_xid = session->value("select pg_current_xact_id()");
    must(session->exec("commit"));
    exec("update shop.orders set total = 7 where customer_id = 100 and order_id = 1");
    backUp();
    TransactionQuery query;
    query.keyspace = "orders";
    query.largestFirst = true;
    const auto found = m_operator->transactions(query);
    QVERIFY2(found.ok(), found.ok() ? "" : found.error().text().c_str());
    QVERIFY(!found->empty());
    QCOMPARE(std::to_string(found->front().id), m_xid);
    QCOMPARE(found->front().deleted, 600U); // 100 customers × (2 orders + 4 lines)
    QCOMPARE(found->front().shards.size(), 2U);
}

void TestRecoveryStory::diff_beforeIt_countsWhatIsMissing()
{
    m_plan = planBefore(m_xid);
    m_diff = compare(m_plan);
    QCOMPARE(m_diff.tables.size(), 2U);
    for (const TableDiff& table : m_diff.tables) {
        const bool orders = table.table == "shop.orders";
        QCOMPARE(table.missing, orders ? 200U : 400U);
        QCOMPARE(table.changed, orders ? 1U : 0U);
        QCOMPARE(table.extra, 0U);
        QCOMPARE(table.same, orders ? 4'000U - 201U : 8'000U - 400U);
    }
    QVERIFY(m_diff.complete);
    QCOMPARE(m_diff.rowsKept, 601U);
    QCOMPARE(m_diff.moment, "before transaction " + m_xid);
    QCOMPARE(ctl("operator",
                 {"restore", "diff", "--job", std::to_string(m_diff.job.get()), "-o", "csv"}),
             0);
}

void TestRecoveryStory::diffRows_showBothImages()
{
    const auto page = m_operator->recovery().diffRows(
        {.job = m_diff.job, .table = {}, .kinds = {RowDifference::Changed}});
    QVERIFY2(page.ok(), page.ok() ? "" : page.error().text().c_str());
    QCOMPARE(page->rows.size(), 1U);
    const DiffRow& row = page->rows.front();
    const DiffColumns& table = page->tables[row.table];
    QCOMPARE(table.key, (std::vector<std::string>{"customer_id", "order_id"}));
    const auto total = static_cast<std::size_t>(
        std::find(table.columns.begin(), table.columns.end(), "total") - table.columns.begin());
    QCOMPARE(textOf(row.then[total]), std::string("7.01"));
    QCOMPARE(textOf(row.now[total]), std::string("7.00"));
    // All pages together are all rows, each once.
    std::set<std::uint64_t> seen;
    DiffQuery query{.job = m_diff.job, .kinds = {RowDifference::Missing}, .limit = 77};
    for (;;) {
        const DiffPage next = must(m_operator->recovery().diffRows(query));
        for (const DiffRow& missing : next.rows) {
            QVERIFY(missing.now.empty());
            QVERIFY(seen.insert(missing.number).second);
        }
        if (!next.next) {
            break;
        }
        query.after = *next.next;
    }
    QCOMPARE(seen.size(), 600U);
    QCOMPARE(ctl("operator", {"restore", "diff", "--job", std::to_string(m_diff.job.get()),
                              "--rows", "--kind", "changed"}),
             0);
    QVERIFY2(m_output.find("total: 7.01 → 7.00") != std::string::npos, m_output.c_str());
}

void TestRecoveryStory::cuts_ofOneShard_nameTheTransaction()
{
    const auto shards = must(m_operator->shards({.keyspace = "orders"}));
    const CutList cuts =
        must(m_operator->recovery().cutTransactions(planBefore(m_xid, {shards[0].id})));
    QCOMPARE(cuts.undone, 1U);
    QCOMPARE(std::to_string(cuts.nearest.front().transaction.id), m_xid);
    QVERIFY(cuts.nearest.front().undone);
    QVERIFY(cuts.nearest.front().outside == std::vector<ShardId>{shards[1].id});
    QCOMPARE(must(m_operator->recovery().cutTransactions(m_plan)).undone, 0U);
    QCOMPARE(ctl("operator", {"restore", "plan", "-k", "orders", "--shard",
                              std::to_string(shards[0].id.get()), "--before-xid", m_xid}),
             0);
    QVERIFY2(m_output.find("undone here, stays there") != std::string::npos, m_output.c_str());
}

void TestRecoveryStory::copyBack_withoutTerminal_endsWith12()
{
    const std::string job = std::to_string(m_diff.job.get());
    QCOMPARE(ctl("operator", {"restore", "copy-back", "--job", job}), 12);
    QCOMPARE(ctl("operator", {"restore", "copy-back", "--job", job, "--yes"}), 12);
    QCOMPARE(ctl("operator", {"restore", "copy-back", "--job", job, "--confirm", "wrong"}), 1);
    QCOMPARE(ctl("operator",
                 {"restore", "copy-back", "--job", job, "--row", "999999", "--confirm", "orders"}),
             5);
    QCOMPARE(ctl("viewer", {"restore", "copy-back", "--job", job, "--confirm", "orders"}), 9);
    QVERIFY(sum(kOrders) != m_orders);
}

void TestRecoveryStory::copyBack_missing_bringsThemBack()
{
    const auto plan = must(
        m_operator->recovery().planRecovery({.mode = RecoveryMode::CopyBack, .job = m_diff.job}));
    QCOMPARE(plan.confirmName, std::string("orders"));
    QCOMPARE(plan.steps.size(), 4U); // two tables in two shards
    QCOMPARE(ctl("operator", {"restore", "show-sql", plan.id}), 0);
    QVERIFY2(m_output.find("INSERT INTO \"shop\".\"orders_0\"") != std::string::npos,
             m_output.c_str());
    QCOMPARE(ctl("operator", {"restore", "copy-back", "--plan", plan.id, "--confirm", "orders"}),
             0);
    QVERIFY2(m_output.find("to take it back: isothermctl restore undo") != std::string::npos,
             m_output.c_str());
    QCOMPARE(sum(kLines), m_lines);
    // What was changed, not deleted, is as it is now.
    QCOMPARE(sum("select customer_id, order_id, note from shop.orders"),
             sum("select customer_id, order_id, note from shop.orders"));
    QCOMPARE(value("select count(*) || ' ' || count(*) filter (where total = 7) from shop.orders"),
             std::string("4000 1"));
    m_copied = must(m_operator->recovery().recoveries(1)).front();
    QVERIFY(m_copied.verified);
    QCOMPARE(m_copied.tables.size(), 4U);
    std::uint64_t inserted = 0;
    for (const RecoveredTable& table : m_copied.tables) {
        inserted += table.inserted;
    }
    QCOMPARE(inserted, 600U);
    QVERIFY(m_copied.undoUntil.has_value());
}

void TestRecoveryStory::copyBack_twice_isRefused()
{
    QCOMPARE(
        ctl("operator", {"restore", "copy-back", "--plan", m_copied.planId, "--confirm", "orders"}),
        5);
    // A new plan of the same comparison finds everything as wanted.
    const RecoveryReceipt again = carryOut({.mode = RecoveryMode::CopyBack, .job = m_diff.job});
    std::uint64_t already = 0;
    for (const RecoveredTable& table : again.tables) {
        already += table.already;
        QCOMPARE(table.inserted + table.updated, 0U);
    }
    QCOMPARE(already, 600U);
}

void TestRecoveryStory::undo_deletesThemAgain_butForChangedOnes()
{
    exec("update shop.orders set note = 'changed since' where customer_id = 470 and order_id = 1");
    QCOMPARE(ctl("operator", {"restore", "undo", std::to_string(m_copied.job.get())}), 12);
    const RecoveryReceipt undone = carryOut({.mode = RecoveryMode::Undo, .job = m_copied.job});
    QVERIFY(undone.undoOf == m_copied.job);
    QCOMPARE(undone.conflicts.size(), 1U);
    QVERIFY2(undone.conflicts.front().find("(470, 1)") != std::string::npos,
             undone.conflicts.front().c_str());
    QCOMPARE(value("select count(*) from shop.orders"), std::string("3801"));
    QCOMPARE(value("select count(*) from shop.order_lines"), std::string("7600"));
    QCOMPARE(must(m_operator->recovery().recoveryReceipt(m_copied.job)).undoneBy, undone.job);
    const auto twice =
        m_operator->recovery().planRecovery({.mode = RecoveryMode::Undo, .job = m_copied.job});
    QVERIFY(!twice.ok());
    QVERIFY(twice.error().code == Code::FailedPrecondition);
}

/// Of the first comparison: one row was put there by somebody else since, 599 are missing again.
void TestRecoveryStory::copyBack_changedToo_withConflicts()
{
    const std::string job = std::to_string(m_diff.job.get());
    const std::string before = sum(kOrders) + sum(kLines);
    QCOMPARE(
        ctl("operator", {"restore", "copy-back", "--job", job, "--changed", "--confirm", "orders"}),
        5);
    QCOMPARE(sum(kOrders) + sum(kLines), before); // nothing of any shard
    QCOMPARE(ctl("operator", {"restore", "copy-back", "--job", job, "--changed", "--on-conflict",
                              "skip", "--confirm", "orders"}),
             0);
    QVERIFY2(m_output.find("(470, 1)") != std::string::npos, m_output.c_str());
    QCOMPARE(sum(kLines), m_lines);
    QCOMPARE(value("select note from shop.orders where customer_id = 470 and order_id = 1"),
             std::string("changed since"));
    QCOMPARE(ctl("operator", {"restore", "copy-back", "--job", job, "--changed", "--on-conflict",
                              "overwrite", "--confirm", "orders"}),
             0);
    QCOMPARE(sum(kOrders), m_orders);
}

void TestRecoveryStory::viewer_seesCountsAndNoRows()
{
    const auto viewer = m_world->connect("viewer");
    QVERIFY(viewer->recovery().diff(m_diff.job).ok());
    const auto rows = viewer->recovery().diffRows({.job = m_diff.job});
    QVERIFY(!rows.ok());
    QVERIFY(rows.error().code == Code::PermissionDenied);
    QVERIFY(!viewer->recovery().startDiff({.planId = m_plan}).ok());
}

void TestRecoveryStory::sideRestore_canBeComparedAndDropped()
{
    const JobId side = must(m_operator->runRestore({m_plan, {}}));
    QCOMPARE(finished(side).error, std::string());
    const RestoreReceipt receipt = must(m_operator->receipt(side));
    const std::string table = receipt.tables.front().sideTable;
    exec("update " + table + " set " +
         (table.find("lines") == std::string::npos ? "note = 'by hand'" : "sku = 'by hand'") +
         " where customer_id = 3");
    const JobId job = must(m_operator->recovery().startDiff({.planId = {}, .sideRestore = side}));
    QCOMPARE(finished(job).error, std::string());
    std::uint64_t changed = 0;
    for (const TableDiff& one : must(m_operator->recovery().diff(job)).tables) {
        changed += one.changed;
        QCOMPARE(one.missing + one.extra, 0U);
    }
    QVERIFY(changed == 2 || changed == 4); // of the orders or the lines of one customer
    QCOMPARE(ctl("operator", {"restore", "drop-side", std::to_string(side.get()), "--confirm",
                              std::to_string(side.get())}),
             0);
    QCOMPARE(value("select count(*) from pg_class c join pg_namespace n on n.oid = relnamespace"
                   " where nspname = 'isotherm_restore' and relkind = 'r'"),
             std::string("0"));
}

void TestRecoveryStory::replace_ofPart_isRefused()
{
    // Orders are referred to by lines.
    const auto referred =
        m_operator->recovery().planRecovery({.mode = RecoveryMode::Replace, .job = m_diff.job});
    QVERIFY(!referred.ok());
    QVERIFY2(referred.error().text().find("referred to by foreign keys") != std::string::npos,
             referred.error().text().c_str());
    RestoreRequest request;
    request.keyspace = "orders";
    request.tables = {"shop.order_lines"};
    request.predicate = "customer_id < 100";
    request.beforeTransaction = std::stoull(m_xid);
    const RowDiff part = compare(must(m_operator->planRestore(request)).id);
    const auto refused =
        m_operator->recovery().planRecovery({.mode = RecoveryMode::Replace, .job = part.job});
    QVERIFY(!refused.ok());
    QVERIFY2(refused.error().text().find("only a part of shard") != std::string::npos,
             refused.error().text().c_str());
}

/// What a partition is besides its rows.
constexpr const char* kShapeSql =
    "select array_to_string(c.reloptions, ',') || ' ' || obj_description(c.oid, 'pg_class') || ' '"
    " || (select string_agg(x::text, ',' order by x::text) from unnest(c.relacl) x) || ' ' || "
    "(select string_agg(a.attacl::text, ',') from pg_attribute a where"
    " a.attrelid = c.oid and a.attacl is not null) || ' ' || (select string_agg(conname::text || "
    "contype::text"
    " || convalidated::text, ',' order by conname) from pg_constraint where conrelid = c.oid and "
    "contype"
    " in ('c', 'f')) || ' ' || (select string_agg(tgname, ',' order by tgname) from pg_trigger "
    "where"
    " tgrelid = c.oid and not tgisinternal and tgname like '%stamp') || ' ' ||"
    " pg_get_expr(relpartbound, c.oid) || ' ' || (select count(*) from pg_index where indrelid ="
    " c.oid) from pg_class c where c.oid = 'shop.order_lines_1'::regclass";

void TestRecoveryStory::replace_swapsAndUndoSwapsBack()
{
    exec("grant select (sku) on shop.order_lines_1 to auditor; grant update on"
         " shop.order_lines_1 to auditor; comment on table shop.order_lines_1 is 'the lines';"
         "alter table shop.order_lines_1 set (fillfactor = 80);"
         "create function shop.stamp() returns trigger language plpgsql as $$ begin return new; end"
         " $$; create trigger stamp before update on shop.order_lines_1 for each row execute"
         " function shop.stamp(); create trigger all_stamp before update on shop.order_lines for"
         " each row execute function shop.stamp()");
    const std::string shape = value(kShapeSql);
    exec("update shop.order_lines set quantity = 1000 where customer_id = 700;"
         "insert into shop.order_lines values (700, 1, 77, 'only now', 1)");
    const auto shards = must(m_operator->shards({.keyspace = "orders"}));
    RestoreRequest request;
    request.keyspace = "orders";
    request.tables = {"shop.order_lines"};
    request.shards = {shards[1].id};
    request.beforeTransaction = std::stoull(m_xid);
    const RowDiff diff = compare(must(m_operator->planRestore(request)).id);
    const RecoveryRequest replace{.mode = RecoveryMode::Replace, .job = diff.job};
    const auto plan = must(m_operator->recovery().planRecovery(replace));
    QCOMPARE(plan.steps.size(), 1U);
    QCOMPARE(plan.steps.front().lost, 5U); // four lines changed, one came
    const auto notAdmin = m_operator->recovery().runRecovery({plan.id, {}});
    QVERIFY(!notAdmin.ok());
    QVERIFY(notAdmin.error().code == Code::PermissionDenied);

    const RecoveryReceipt receipt = carryOut(replace, "admin");
    QVERIFY(receipt.verified);
    QCOMPARE(receipt.tables.front().rows, 2'000U);
    QCOMPARE(sum(kLines), m_lines);
    QCOMPARE(value(kShapeSql), shape);
    QCOMPARE(value("select count(*) from " + receipt.tables.front().kept +
                   " where quantity = 1000 or sku = 'only now'"),
             std::string("5"));
    // The new leaf is published, and gets a base at once.
    QCOMPARE(value("select count(*) from pg_publication_tables where pubname = 'isotherm' and"
                   " tablename = 'order_lines_1'"),
             std::string("1"));
    QVERIFY(eventually([&] {
        const auto jobs = m_operator->jobs({});
        return jobs.ok() && std::any_of(jobs->begin(), jobs->end(), [&](const JobRecord& job) {
                   return job.kind == JobKind::Backup && job.state == JobState::Done &&
                          job.title.find("after its rows were replaced") != std::string::npos;
               });
    }));
    exec("insert into shop.order_lines values (700, 1, 78, 'after the swap', 1)");

    const RecoveryReceipt back =
        carryOut({.mode = RecoveryMode::Undo, .job = receipt.job}, "admin");
    QCOMPARE(value("select count(*) from shop.order_lines where quantity = 1000 or sku = 'only"
                   " now'"),
             std::string("5"));
    QCOMPARE(value(kShapeSql), shape);
    QCOMPARE(value("select count(*) from " + back.tables.front().kept + " where line = 78"),
             std::string("1"));
    exec("delete from shop.order_lines where line = 77; update shop.order_lines set quantity = 1 +"
         " line where customer_id = 700");
    QCOMPARE(sum(kLines), m_lines);
}

/// Whatever the moment: after the restart all chosen rows are there, or the job says that none is.
void TestRecoveryStory::killed_inCopyBack_allOrNothing()
{
    const auto session = must(PgSession::open(m_world->database().conninfo()));
    for (int round = 0; round < 4; ++round) {
        must(session->exec("begin; delete from shop.order_lines where customer_id between 300 and"
                           " 1300"));
        const std::string xid = session->value("select pg_current_xact_id()");
        must(session->exec("commit"));
        backUp();
        const RowDiff diff = compare(planBefore(xid));
        const auto plan = must(
            m_operator->recovery().planRecovery({.mode = RecoveryMode::CopyBack, .job = diff.job}));
        const JobId job = must(m_operator->recovery().runRecovery({plan.id, {}}));
        std::this_thread::sleep_for(milliseconds(20 + 60 * round));
        m_world->killAgent();
        const Status started = m_world->startAgent();
        QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
        m_operator = m_world->connect("operator");
        const JobRecord ended = finished(job);
        QVERIFY2(ended.state == JobState::Done, ended.error.c_str());
        const RecoveryReceipt receipt = must(m_operator->recovery().recoveryReceipt(job));
        std::uint64_t inserted = 0;
        for (const RecoveredTable& table : receipt.tables) {
            inserted += table.inserted;
        }
        QCOMPARE(inserted, 4'004U); // each row was counted by the transaction that wrote it
        QCOMPARE(sum(kLines), m_lines);
        // And it can be undone as a whole.
        carryOut({.mode = RecoveryMode::Undo, .job = job});
        QCOMPARE(value("select count(*) from shop.order_lines"), std::string("3996"));
        carryOut({.mode = RecoveryMode::CopyBack, .job = diff.job});
        QCOMPARE(sum(kLines), m_lines);
    }
    QCOMPARE(value("select count(*) from pg_class where relname like 'isotherm\\_%' and relkind ="
                   " 'r'"),
             std::string("0"));
}

void TestRecoveryStory::killed_inReplace_untouchedOrSwapped()
{
    const auto admin = [this] { return m_world->connect("admin"); };
    const auto shards = must(m_operator->shards({.keyspace = "orders"}));
    const auto session = must(PgSession::open(m_world->database().conninfo()));
    for (int round = 0; round < 3; ++round) {
        backUp();
        must(session->exec("begin; delete from shop.order_lines where customer_id between 600 and"
                           " 800"));
        RestoreRequest request;
        request.beforeTransaction = std::stoull(session->value("select pg_current_xact_id()"));
        must(session->exec("commit"));
        backUp();
        request.keyspace = "orders";
        request.tables = {"shop.order_lines"};
        request.shards = {shards[1].id};
        const RowDiff diff = compare(must(m_operator->planRestore(request)).id);
        const auto plan = must(
            admin()->recovery().planRecovery({.mode = RecoveryMode::Replace, .job = diff.job}));
        const JobId job = must(admin()->recovery().runRecovery({plan.id, {}}));
        std::this_thread::sleep_for(milliseconds(30 + 200 * round));
        m_world->killAgent();
        // The table answers, whole or as it was.
        const std::string rows = value("select count(*) from shop.order_lines");
        QVERIFY2(rows == "8000" || rows == "7196", rows.c_str());
        const Status started = m_world->startAgent();
        QVERIFY2(started.ok(), started.ok() ? "" : started.error().text().c_str());
        m_operator = m_world->connect("operator");
        const JobRecord ended = finished(job);
        QVERIFY2(ended.state == JobState::Done, ended.error.c_str());
        QCOMPARE(sum(kLines), m_lines);
        QCOMPARE(value("select count(*) from pg_class where relname like '%\\_iso%' and relkind ="
                       " 'r' and relnamespace = 'shop'::regnamespace"),
                 std::string("0"));
        const std::string number = std::to_string(job.get());
        QCOMPARE(ctl("operator", {"restore", "drop-side", number, "--confirm", number}), 0);
    }
}

void TestRecoveryStory::elsewhere_files_holdEveryRow()
{
    RestoreRequest request;
    request.keyspace = "orders";
    request.tables = {"shop.order_lines"};
    backUp();
    const std::string plan = must(m_operator->planRestore(request)).id;
    QCOMPARE(ctl("operator",
                 {"restore", "elsewhere", "--restore-plan", plan, "--target", "files", "--yes"}),
             0);
    const auto file = m_world->folder() / "export" / "shop.order_lines.csv";
    exec("create table public.loaded (like shop.order_lines)");
    must(m_world->database().tool("psql", {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-c",
                                           "\\copy public.loaded from '" + file.string() +
                                               "' with (format csv, header true)"}));
    QCOMPARE(sum("select * from public.loaded"), sum(kLines));
    // What is there is never written over.
    QCOMPARE(ctl("operator",
                 {"restore", "elsewhere", "--restore-plan", plan, "--target", "files", "--yes"}),
             1);
    QCOMPARE(ctl("operator",
                 {"restore", "elsewhere", "--restore-plan", plan, "--target", "nowhere", "--yes"}),
             1);
}

void TestRecoveryStory::elsewhere_database_isFilledAndProven()
{
    exec("create database reports owner isotherm");
    RestoreRequest request;
    request.keyspace = "orders";
    const std::string plan = must(m_operator->planRestore(request)).id;
    QCOMPARE(ctl("operator",
                 {"restore", "elsewhere", "--restore-plan", plan, "--target", "reports", "--yes"}),
             0);
    const std::string query =
        "select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from shop.orders t";
    QCOMPARE(m_world->database().value(query, "reports"), value(query));
    QCOMPARE(m_world->database().value("select count(*) from pg_constraint where contype = 'p' and"
                                       " connamespace = 'shop'::regnamespace",
                                       "reports"),
             std::string("2"));
    QCOMPARE(
        m_world->database().value(
            "select count(*) from pg_description where description like 'isotherm%'", "reports"),
        std::string("0"));
}

QTEST_APPLESS_MAIN(TestRecoveryStory)
#include "tst_recovery_story.moc"
