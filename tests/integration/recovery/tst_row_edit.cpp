// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/recovery/edit_fixture.h"

#include <QtTest/QtTest>
#include <optional>
#include <thread>

using namespace isotherm;
using namespace isotherm::test;
using engine::EditRules;
using engine::OnConflict;
using engine::RowEdit;
using engine::UserTriggers;

/// Single rows of live tables, on a real server.
class TestRowEdit : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void init();
    void missing_deletedRows_comeBackByteForByte();
    void changed_onlyWhereStillAsExpected();
    void conflict_rules_data();
    void conflict_rules();
    void already_isLeftAlone();
    void remove_rowsAsExpected();
    void partOfColumns_leavesTheOthers();
    void images_holdBeforeAndAfter_ofEveryRow();
    void lockedRow_isWaitedFor_andSeenAsConflict();
    void foreignKey_toNothing_isRefused_data();
    void foreignKey_toNothing_isRefused();
    void foreignKey_fromOthers_keepsRows_data();
    void foreignKey_fromOthers_keepsRows();
    void triggers_silentAndFiring();
    void triggers_mayNotSilence_isRefused();
    void rights_missing_areNamed();
    void rowSecurity_filtering_isRefused();
    void altered_sinceCompared_isAborted();
    void detached_isAborted();
    void uncommitted_leavesNothing();
    void outcome_tellsWhatBecameOfATransaction();
    void render_writesValuesAsTheServerDoes();
    void manyRows_oneTransaction();

private:
    struct Done
    {
        std::vector<engine::EditCounts> counts;
        std::vector<engine::EditImage> images;
    };

    Result<Done> edit(const engine::EditTarget& target, std::vector<RowEdit> edits,
                      EditRules rules = {}, engine::Engine* with = nullptr)
    {
        ISO_ASSIGN(const auto editing, (with == nullptr ? m_engine.get() : with)->openRowEditing());
        ISO_ASSIGN(const auto transaction, editing->begin(rules));
        ISO_TRY(transaction->stage(target, sourceOf(std::move(edits))));
        Done done;
        ISO_ASSIGN(done.counts, transaction->apply());
        ISO_TRY(transaction->images(0, [&](const engine::EditImage& image) -> Status {
            done.images.push_back(image);
            return {};
        }));
        ISO_TRY(transaction->transactionId());
        ISO_TRY(transaction->commit());
        return done;
    }

    std::string value(const std::string& sql) { return m_cluster->value(sql); }
    void exec(const std::string& sql)
    {
        const auto done = m_cluster->exec(sql);
        QVERIFY2(done.ok(), done.ok() ? "" : done.error().text().c_str());
    }
    /// An engine of a role with few rights.
    std::unique_ptr<engine::Engine> engineOf(const std::string& role)
    {
        return openEngine(m_cluster->conninfo() + " user=" + role, m_clock);
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;
};

void TestRowEdit::initTestCase()
{
    auto cluster = PgCluster::start();
    ISO_VERIFY_OK(cluster);
    m_cluster = std::move(*cluster);
    m_engine = openEngine(m_cluster->conninfo(), m_clock);
    QVERIFY(m_engine != nullptr);
    exec("create role clerk login; create role reader login");
}

void TestRowEdit::cleanupTestCase()
{
    m_engine.reset();
    m_cluster.reset();
}

void TestRowEdit::init()
{
    exec("drop schema if exists \"Odd Schema\" cascade; drop table if exists public.notes,"
         " public.countries, public.log cascade; drop function if exists public.note_it");
    exec(oddSql());
}

void TestRowEdit::missing_deletedRows_comeBackByteForByte()
{
    const std::string before = contentOf(*m_cluster);
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    QCOMPARE(live->rows.size(), 200U);
    exec("delete from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" between 10 and 19");
    std::vector<RowEdit> edits;
    for (std::size_t i = 20; i < 40; ++i) {
        edits.push_back({i, std::nullopt, live->rows[i]});
    }
    const auto done = edit(live->target, edits);
    ISO_VERIFY_OK(done);
    QCOMPARE(done->counts.front().inserted, 20U);
    QCOMPARE(done->images.size(), 20U);
    QVERIFY(!done->images.front().before);
    QVERIFY(done->images.front().after == live->rows[20]);
    QCOMPARE(contentOf(*m_cluster), before); // identity, generated, enum, TOAST and all
}

void TestRowEdit::changed_onlyWhereStillAsExpected()
{
    const std::string before = contentOf(*m_cluster);
    const auto then = liveRows(*m_engine);
    ISO_VERIFY_OK(then);
    exec("update \"Odd Schema\".\"Kunden Ä\" set amount = 0, mood = 'sad', big = 'short', doc ="
         " null where \"kunden nr\" = 5");
    const auto now = liveRows(*m_engine);
    ISO_VERIFY_OK(now);
    const auto done = edit(
        then->target, {{1, now->rows[10], then->rows[10]}, {2, now->rows[11], then->rows[11]}});
    ISO_VERIFY_OK(done);
    QCOMPARE(done->counts.front().updated, 2U);
    QCOMPARE(contentOf(*m_cluster), before);
}

void TestRowEdit::conflict_rules_data()
{
    QTest::addColumn<int>("rule");
    QTest::addColumn<QString>("amounts"); // of row (5, 1), of row (6, 1), count of (7, 1)
    QTest::newRow("fail") << 1 << "999 0 1";
    QTest::newRow("skip") << 2 << "999 9.00 1";
    QTest::newRow("overwrite") << 3 << "7.50 9.00 1";
}

/// Row 5 is changed once more, row 6 is not, and a row is inserted where 7 was deleted.
void TestRowEdit::conflict_rules()
{
    QFETCH(int, rule);
    QFETCH(QString, amounts);
    const auto then = liveRows(*m_engine);
    ISO_VERIFY_OK(then);
    exec("update \"Odd Schema\".\"Kunden Ä\" set amount = 0 where \"kunden nr\" in (5, 6) and zeile"
         " = 1; delete from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 7 and zeile = 1");
    const auto now = liveRows(*m_engine);
    ISO_VERIFY_OK(now);
    exec(
        "update \"Odd Schema\".\"Kunden Ä\" set amount = 999 where \"kunden nr\" = 5 and zeile = 1;"
        "insert into \"Odd Schema\".\"Kunden Ä\" (\"kunden nr\", zeile, \"Name ü\") values (7, 1,"
        " 'somebody else')");
    const auto done = edit(then->target,
                           {{1, now->rows[10], then->rows[10]},
                            {2, now->rows[12], then->rows[12]},
                            {3, std::nullopt, then->rows[14]}},
                           {static_cast<OnConflict>(rule), UserTriggers::Silent});
    if (rule == 1) {
        ISO_VERIFY_ERROR(done, Code::Aborted, "2 rows");
    } else {
        ISO_VERIFY_OK(done);
        QCOMPARE(done->counts.front().conflicts, 2U);
        QVERIFY(done->counts.front().conflicting == (std::vector<std::uint64_t>{1, 3}));
        QCOMPARE(done->counts.front().updated, rule == 2 ? 1U : 3U);
        QCOMPARE(done->images.size(), rule == 2 ? 1U : 3U);
    }
    QCOMPARE(QString::fromStdString(value(
                 "select string_agg(t, ' ') from (select amount::text t from \"Odd Schema\"."
                 "\"Kunden Ä\" where \"kunden nr\" in (5, 6) and zeile = 1 order by \"kunden nr\")"
                 " x")) +
                 " 1",
             amounts);
    QCOMPARE(value("select \"Name ü\" from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 7 and"
                   " zeile = 1"),
             std::string(rule == 3 ? "Näme 7" : "somebody else"));
}

void TestRowEdit::already_isLeftAlone()
{
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    const std::string place =
        value("select ctid from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 3 and zeile = 1");
    const auto done = edit(live->target, {{1, std::nullopt, live->rows[6]}});
    ISO_VERIFY_OK(done);
    QCOMPARE(done->counts.front().already, 1U);
    QCOMPARE(done->counts.front().conflicts, 0U);
    QVERIFY(done->images.empty());
    QCOMPARE(value("select ctid from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 3 and zeile"
                   " = 1"),
             place);
}

void TestRowEdit::remove_rowsAsExpected()
{
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec(
        "update \"Odd Schema\".\"Kunden Ä\" set amount = -1 where \"kunden nr\" = 0 and zeile = 2");
    const auto done =
        edit(live->target, {{1, live->rows[0], std::nullopt}, {2, live->rows[1], std::nullopt}},
             {OnConflict::Skip, UserTriggers::Silent});
    ISO_VERIFY_OK(done);
    QCOMPARE(done->counts.front().deleted, 1U);
    QCOMPARE(done->counts.front().conflicts, 1U);
    QVERIFY(done->images.front().before == live->rows[0]);
    QVERIFY(!done->images.front().after);
    QCOMPARE(value("select zeile from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 0"),
             std::string("2"));
}

void TestRowEdit::partOfColumns_leavesTheOthers()
{
    const auto then = liveRows(*m_engine);
    ISO_VERIFY_OK(then);
    exec("alter table \"Odd Schema\".\"Kunden Ä\" add column extra int default 7");
    exec("update \"Odd Schema\".\"Kunden Ä\" set amount = 0, extra = 8 where \"kunden nr\" = 1 and"
         " zeile = 1; delete from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 2 and zeile = "
         "1");
    const auto now = liveRows(*m_engine);
    ISO_VERIFY_OK(now);
    engine::EditTarget target = now->target;
    target.columns.pop_back(); // what was there then has no "extra"
    const auto done =
        edit(target, {{1, now->rows[2], then->rows[2]}, {2, std::nullopt, then->rows[4]}});
    ISO_VERIFY_OK(done);
    QCOMPARE(value("select string_agg(amount || ':' || extra, ' ' order by \"kunden nr\") from"
                   " \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" in (1, 2) and zeile = 1"),
             std::string("1.50:8 3.00:7"));
}

void TestRowEdit::images_holdBeforeAndAfter_ofEveryRow()
{
    const auto then = liveRows(*m_engine);
    ISO_VERIFY_OK(then);
    exec("update \"Odd Schema\".\"Kunden Ä\" set amount = 0");
    const auto now = liveRows(*m_engine);
    ISO_VERIFY_OK(now);
    std::vector<RowEdit> edits;
    std::vector<RowEdit> back;
    for (std::size_t i = 0; i < then->rows.size(); ++i) {
        edits.push_back({i + 1, now->rows[i], then->rows[i]});
    }
    const auto done = edit(then->target, edits);
    ISO_VERIFY_OK(done);
    QCOMPARE(done->images.size(), then->rows.size());
    for (std::size_t i = 0; i < then->rows.size(); ++i) {
        QCOMPARE(done->images[i].number, i + 1);
        QVERIFY(done->images[i].before == now->rows[i]);
        QVERIFY(done->images[i].after == then->rows[i]);
        back.push_back({i + 1, done->images[i].after, done->images[i].before});
    }
    const auto undone = edit(then->target, back);
    ISO_VERIFY_OK(undone);
    QCOMPARE(value("select count(*) from \"Odd Schema\".\"Kunden Ä 0\" where amount = 0"),
             std::string("200"));
}

void TestRowEdit::lockedRow_isWaitedFor_andSeenAsConflict()
{
    const auto then = liveRows(*m_engine);
    ISO_VERIFY_OK(then);
    exec("update \"Odd Schema\".\"Kunden Ä\" set amount = 0 where \"kunden nr\" = 5 and zeile = 1");
    const auto now = liveRows(*m_engine);
    ISO_VERIFY_OK(now);
    auto writer = PgSession::open(m_cluster->conninfo());
    ISO_VERIFY_OK(writer);
    ISO_VERIFY_OK((*writer)->exec("begin; update \"Odd Schema\".\"Kunden Ä\" set amount = 111 where"
                                  " \"kunden nr\" = 5 and zeile = 1"));
    std::optional<Result<Done>> done;
    std::thread editor([&] {
        done = edit(then->target, {{1, now->rows[10], then->rows[10]}},
                    {OnConflict::Skip, UserTriggers::Silent});
    });
    for (int i = 0; i < 600 && value("select count(*) from pg_locks where not granted") == "0";
         ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    const auto committed = (*writer)->exec("commit");
    editor.join();
    ISO_VERIFY_OK(committed);
    ISO_VERIFY_OK(*done);
    QCOMPARE((*done)->counts.front().conflicts, 1U);
    QCOMPARE(value("select amount from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 5 and"
                   " zeile = 1"),
             std::string("111"));
}

/// With triggers the server's own check is silent too, and ours must stand in for it.
void TestRowEdit::foreignKey_toNothing_isRefused_data()
{
    QTest::addColumn<bool>("trigger");
    QTest::newRow("server") << false;
    QTest::newRow("silent triggers") << true;
}

constexpr const char* kTriggerSql =
    "create table if not exists public.log (k bigint);"
    "create or replace function public.note_it() returns trigger language plpgsql as"
    " $$ begin insert into public.log values (coalesce(new.\"kunden nr\", old.\"kunden nr\"));"
    " return coalesce(new, old); end $$;"
    "create trigger note before insert or update or delete on \"Odd Schema\".\"Kunden Ä\""
    " for each row execute function public.note_it()";

void TestRowEdit::foreignKey_toNothing_isRefused()
{
    QFETCH(bool, trigger);
    if (trigger) {
        exec(kTriggerSql);
    }
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec("delete from \"Odd Schema\".\"Kunden Ä\" where country = 'de'; delete from"
         " public.countries where code = 'de'");
    const auto orphan = edit(live->target, {{1, std::nullopt, live->rows[4]}});
    ISO_VERIFY_ERROR(orphan, Code::FailedPrecondition, "foreign key");
    QCOMPARE(value("select count(*) from \"Odd Schema\".\"Kunden Ä\" where country = 'de'"),
             std::string("0"));
    exec("insert into public.countries values ('de', 'Germany')");
    ISO_VERIFY_OK(edit(live->target, {{1, std::nullopt, live->rows[4]}}));
}

void TestRowEdit::foreignKey_fromOthers_keepsRows_data()
{
    foreignKey_toNothing_isRefused_data();
}

void TestRowEdit::foreignKey_fromOthers_keepsRows()
{
    QFETCH(bool, trigger);
    if (trigger) {
        exec(kTriggerSql);
    }
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec("insert into public.notes values (0, 1, 1, 'refers')");
    const auto referred = edit(live->target, {{1, live->rows[0], std::nullopt}});
    ISO_VERIFY_ERROR(referred, Code::FailedPrecondition, "notes");
    ISO_VERIFY_OK(edit(live->target, {{1, live->rows[2], std::nullopt}}));
    QCOMPARE(value("select count(*) from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" < 2"),
             std::string("3"));
}

void TestRowEdit::triggers_silentAndFiring()
{
    exec(kTriggerSql);
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec("delete from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" in (3, 4); truncate"
         " public.log");
    ISO_VERIFY_OK(edit(live->target, {{1, std::nullopt, live->rows[6]}}));
    QCOMPARE(value("select count(*) from public.log"), std::string("0"));
    ISO_VERIFY_OK(edit(live->target, {{1, std::nullopt, live->rows[8]}},
                       {OnConflict::Fail, UserTriggers::Fire}));
    QCOMPARE(value("select string_agg(k::text, ' ') from public.log"), std::string("4"));
    // One that keeps rows away is noticed.
    exec("create or replace function public.note_it() returns trigger language plpgsql as"
         " $$ begin return null; end $$");
    ISO_VERIFY_ERROR(edit(live->target, {{1, std::nullopt, live->rows[9]}},
                          {OnConflict::Fail, UserTriggers::Fire}),
                     Code::FailedPrecondition, "trigger");
}

void TestRowEdit::triggers_mayNotSilence_isRefused()
{
    exec(kTriggerSql);
    exec(
        "grant usage on schema \"Odd Schema\" to clerk; grant select, insert, update, delete on all"
        " tables in schema \"Odd Schema\", public to clerk; grant select, update on all sequences in schema"
        " \"Odd Schema\" to clerk");
    const auto clerk = engineOf("clerk");
    const auto live = liveRows(*clerk);
    ISO_VERIFY_OK(live);
    exec("delete from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 3");
    const auto editing = clerk->openRowEditing();
    ISO_VERIFY_OK(editing);
    const auto survey = (*editing)->survey(live->target, {});
    ISO_VERIFY_OK(survey);
    QCOMPARE(survey->refusals.size(), 1U);
    QVERIFY(survey->refusals.front().code == Code::PermissionDenied);
    QVERIFY(survey->refusals.front().hint.find("session_replication_role") != std::string::npos);
    ISO_VERIFY_ERROR(edit(live->target, {{1, std::nullopt, live->rows[6]}}, {}, clerk.get()),
                     Code::PermissionDenied, "note");
    exec("grant set on parameter session_replication_role to clerk");
    ISO_VERIFY_OK(edit(live->target, {{1, std::nullopt, live->rows[6]}}, {}, clerk.get()));
    exec("revoke set on parameter session_replication_role from clerk");
}

void TestRowEdit::rights_missing_areNamed()
{
    exec("grant usage on schema \"Odd Schema\" to reader; grant select on all tables in schema"
         " \"Odd Schema\" to reader");
    const auto reader = engineOf("reader");
    const auto live = liveRows(*reader);
    ISO_VERIFY_OK(live);
    exec("delete from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\" = 3");
    ISO_VERIFY_ERROR(edit(live->target, {{1, std::nullopt, live->rows[6]}}, {}, reader.get()),
                     Code::PermissionDenied, "INSERT, UPDATE, DELETE");
}

void TestRowEdit::rowSecurity_filtering_isRefused()
{
    exec(
        "grant usage on schema \"Odd Schema\" to clerk; grant select, insert, update, delete on all"
        " tables in schema \"Odd Schema\", public to clerk");
    const auto clerk = engineOf("clerk");
    const auto live = liveRows(*clerk);
    ISO_VERIFY_OK(live);
    exec("alter table \"Odd Schema\".\"Kunden Ä 0\" enable row level security");
    ISO_VERIFY_ERROR(edit(live->target, {{1, live->rows[6], std::nullopt}}, {}, clerk.get()),
                     Code::PermissionDenied, "row-level security");
}

void TestRowEdit::altered_sinceCompared_isAborted()
{
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec("alter table \"Odd Schema\".\"Kunden Ä\" add column more int");
    ISO_VERIFY_ERROR(edit(live->target, {{1, live->rows[6], std::nullopt}}), Code::Aborted,
                     "altered");
}

void TestRowEdit::detached_isAborted()
{
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec("alter table \"Odd Schema\".\"Kunden Ä\" detach partition \"Odd Schema\".\"Kunden Ä 0\"");
    ISO_VERIFY_ERROR(edit(live->target, {{1, live->rows[6], std::nullopt}}), Code::Aborted,
                     "detached");
}

void TestRowEdit::uncommitted_leavesNothing()
{
    const std::string before = contentOf(*m_cluster);
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    {
        const auto editing = m_engine->openRowEditing();
        const auto transaction = (*editing)->begin({});
        ISO_VERIFY_OK(transaction);
        ISO_VERIFY_OK((*transaction)->stage(live->target, sourceOf({{1, live->rows[6], {}}})));
        ISO_VERIFY_OK((*transaction)->apply());
    }
    QCOMPARE(contentOf(*m_cluster), before);
    for (int i = 0; i < 200 && value("select count(*) from pg_class where relname like"
                                     " 'isotherm\\_%'") != "0";
         ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    QCOMPARE(value("select count(*) from pg_class where relname like 'isotherm\\_%'"),
             std::string("0"));
}

void TestRowEdit::outcome_tellsWhatBecameOfATransaction()
{
    const auto editing = m_engine->openRowEditing();
    ISO_VERIFY_OK(editing);
    auto session = PgSession::open(m_cluster->conninfo());
    ISO_VERIFY_OK(session);
    ISO_VERIFY_OK((*session)->exec("begin"));
    const std::uint64_t id = std::stoull((*session)->value("select pg_current_xact_id()"));
    QVERIFY((*editing)->transactionOutcome(id).value() == engine::TransactionOutcome::Running);
    ISO_VERIFY_OK((*session)->exec("commit"));
    QVERIFY((*editing)->transactionOutcome(id).value() == engine::TransactionOutcome::Committed);
    ISO_VERIFY_OK((*session)->exec("begin"));
    const std::uint64_t second = std::stoull((*session)->value("select pg_current_xact_id()"));
    ISO_VERIFY_OK((*session)->exec("rollback"));
    QVERIFY((*editing)->transactionOutcome(second).value() ==
            engine::TransactionOutcome::RolledBack);
}

void TestRowEdit::render_writesValuesAsTheServerDoes()
{
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    const auto editing = m_engine->openRowEditing();
    const auto texts = (*editing)->render(live->target.table, {live->rows[5]});
    ISO_VERIFY_OK(texts);
    const auto expected =
        m_cluster->exec("select \"kunden nr\"::text, zeile::text, \"Name ü\"::text, id::text,"
                        " mood::text, pair::text, moods::text, doc::text, amount::text, big,"
                        " what::text, country from \"Odd Schema\".\"Kunden Ä\" where \"kunden nr\""
                        " = 2 and zeile = 2");
    ISO_VERIFY_OK(expected);
    QVERIFY(texts->front() == expected->front());
}

void TestRowEdit::manyRows_oneTransaction()
{
    exec("insert into \"Odd Schema\".\"Kunden Ä\" (\"kunden nr\", zeile, \"Name ü\", big) select k,"
         " z, 'many', repeat('x', 200) from generate_series(0, 99) k, generate_series(10, 160) z");
    const std::string before = contentOf(*m_cluster);
    const auto live = liveRows(*m_engine);
    ISO_VERIFY_OK(live);
    exec("delete from \"Odd Schema\".\"Kunden Ä 0\"");
    std::vector<RowEdit> edits;
    for (std::size_t i = 0; i < live->rows.size(); ++i) {
        edits.push_back({i + 1, std::nullopt, live->rows[i]});
    }
    const auto done = edit(live->target, edits);
    ISO_VERIFY_OK(done);
    QCOMPARE(done->counts.front().inserted, live->rows.size());
    QCOMPARE(contentOf(*m_cluster), before);
}

QTEST_APPLESS_MAIN(TestRowEdit)
#include "tst_row_edit.moc"
