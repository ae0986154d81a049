// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/postgres/engine_fixture.h"

using namespace isotherm;
using namespace isotherm::test;

/// What describeKeyspace makes of partitioned tables, and which it refuses and why.
class TestDescribe : public QObject
{
    Q_OBJECT

private:
    Result<engine::KeyspaceLayout> describe(const std::vector<std::string>& tables,
                                            const std::vector<std::string>& key = {})
    {
        return m_engine->describeKeyspace({"k", tables, key});
    }
    void exec(const std::string& sql) { ISO_VERIFY_OK(m_cluster->exec(sql)); }
    static std::vector<std::string> ranges(const engine::KeyspaceLayout& layout)
    {
        std::vector<std::string> texts;
        for (const engine::ShardLayout& shard : layout.shards) {
            texts.push_back(shard.isDefault ? "default"
                                            : formatRange(shard.range, layout.keyTypes));
        }
        return texts;
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
        m_engine = openEngine(m_cluster->conninfo(), m_clock);
        QVERIFY(m_engine);
    }

    void identify_server_namesIt()
    {
        const auto identity = m_engine->identify();
        ISO_VERIFY_OK(identity);
        QCOMPARE(identity->database, std::string("postgres"));
        QVERIFY(identity->majorVersion >= 15);
        QCOMPARE(identity->systemId,
                 m_cluster->value("select system_identifier from pg_control_system()"));
        QVERIFY(identity->node.ends_with(":" + std::to_string(m_cluster->server().port())));
    }

    void describe_pgbench_eightShardsInOrder()
    {
        ISO_VERIFY_OK(m_cluster->tool(
            "pgbench", {"-i", "-q", "--partitions=8", "--partition-method=range", "-s", "1"}));
        const auto layout = describe({"pgbench_accounts"});
        ISO_VERIFY_OK(layout);
        QCOMPARE(layout->shards.size(), std::size_t{8});
        QCOMPARE(layout->keyColumns, std::vector<std::string>{"aid"});
        QCOMPARE(ranges(*layout).front(), std::string("[min, 12501)"));
        QCOMPARE(ranges(*layout)[1], std::string("[12501, 25001)"));
        QCOMPARE(ranges(*layout).back(), std::string("[87501, max)"));
        QCOMPARE(layout->shards[0].leaves[0].name, std::string("pgbench_accounts_1"));
        QVERIFY(layout->shards[0].rows > 12'000 && layout->shards[0].rows < 13'000);
        QVERIFY(layout->shards[0].size.get() > 1'000'000);
        const TableSchema& table = layout->tables[0];
        QCOMPARE(table.columns.size(), std::size_t{4});
        QCOMPARE(table.columns[3].typeName, std::string("character(84)"));
        QVERIFY(table.keyIsUnique);
        QCOMPARE(table.partitionKeyColumns, 1U);
    }

    void describe_compositeKeyWithMinAndMax_normalised()
    {
        exec("create table comp (a int not null, b text collate \"C\" not null, c numeric,"
             " primary key (a, b, c)) partition by range (a, b);"
             "create table comp_0 partition of comp for values from (minvalue, minvalue)"
             "  to (10, 'it''s, \"x\")(\\ü');"
             "create table comp_1 partition of comp for values from (10, 'it''s, \"x\")(\\ü')"
             "  to (20, minvalue);"
             "create table comp_2 partition of comp for values from (20, minvalue)"
             "  to (30, maxvalue);"
             "create table comp_3 partition of comp for values from (30, maxvalue)"
             "  to (maxvalue, maxvalue)");
        const auto layout = describe({"comp"});
        ISO_VERIFY_OK(layout);
        const std::vector<std::string> expected = {"[min, (10, it's, \"x\")(\\ü))",
                                                   "[(10, it's, \"x\")(\\ü), (20))",
                                                   "[(20), (30, max))", "[(30, max), max)"};
        const auto actual = ranges(*layout);
        for (std::size_t i = 0; i + 1 < layout->shards.size(); ++i) {
            QVERIFY(layout->shards[i].range.end == layout->shards[i + 1].range.begin);
        }
        QCOMPARE(actual[0], expected[0]);
        QVERIFY(!layout->shards[3].range.end.has_value());
        QVERIFY(layout->shards[0].range.begin.empty());
        // The numeric behind the partition key keeps identity only.
        QCOMPARE(layout->tables[0].key.size(), std::size_t{3});
        QVERIFY(layout->tables[0].key[2].type == KeyType::Opaque);
    }

    void describe_everyKeyType_boundsEvaluated_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("low");
        QTest::addColumn<QString>("high");
        QTest::addColumn<QString>("range");
        QTest::newRow("smallint") << "smallint"
                                  << "-5"
                                  << "7"
                                  << "[-5, 7)";
        QTest::newRow("bigint") << "bigint"
                                << "-9000000000"
                                << "9000000000"
                                << "[-9000000000, 9000000000)";
        QTest::newRow("date") << "date"
                              << "'1999-12-31'"
                              << "'infinity'"
                              << "[1999-12-31, infinity)";
        QTest::newRow("timestamptz") << "timestamptz"
                                     << "'2026-03-01 12:00:00.5+02'"
                                     << "'2026-03-02 00:00+00'"
                                     << "[2026-03-01T10:00:00.5Z, 2026-03-02T00:00:00Z)";
        QTest::newRow("timestamp") << "timestamp"
                                   << "'-infinity'"
                                   << "'2026-03-02 00:00'"
                                   << "[-infinity, 2026-03-02T00:00:00Z)";
        QTest::newRow("uuid") << "uuid"
                              << "'00000000-0000-0000-0000-000000000001'"
                              << "'ffffffff-0000-0000-0000-000000000000'"
                              << "[00000000-0000-0000-0000-000000000001, "
                                 "ffffffff-0000-0000-0000-000000000000)";
        QTest::newRow("bytea") << "bytea"
                               << "'\\x0001'"
                               << "'\\xff'"
                               << "[\\x0001, \\xff)";
        QTest::newRow("text C") << "text collate \"C\""
                                << "''"
                                << "'Z'"
                                << "[, Z)";
        QTest::newRow("varchar") << "varchar(5)"
                                 << "'A'"
                                 << "'a'"
                                 << "[A, a)";
        QTest::newRow("bool") << "boolean"
                              << "false"
                              << "true"
                              << "[false, true)";
        QTest::newRow("domain") << "positive"
                                << "1"
                                << "10"
                                << "[1, 10)";
    }
    void describe_everyKeyType_boundsEvaluated()
    {
        QFETCH(QString, type);
        QFETCH(QString, low);
        QFETCH(QString, high);
        QFETCH(QString, range);
        exec("drop table if exists typed; drop domain if exists positive;"
             "create domain positive as int check (value > 0)");
        exec(QStringLiteral("create table typed (k %1 not null) partition by range (k);"
                            "create table typed_1 partition of typed for values from (%2) to (%3)")
                 .arg(type, low, high)
                 .toStdString());
        const auto layout = describe({"public.typed"});
        ISO_VERIFY_OK(layout);
        QCOMPARE(QString::fromStdString(ranges(*layout)[0]), range);
        QVERIFY(!layout->tables[0].keyIsUnique);
    }

    void describe_coLocatedTables_oneLeafEach()
    {
        exec("create table orders (customer_id int, id int, primary key (customer_id, id))"
             "  partition by range (customer_id);"
             "create table lines (order_id int, customer_id bigint, n int,"
             "  primary key (customer_id, order_id, n),"
             "  foreign key (customer_id, order_id) references orders)"
             "  partition by range (customer_id);"
             "create table orders_b partition of orders for values from (100) to (200);"
             "create table orders_a partition of orders for values from (0) to (100);"
             "create table orders_rest partition of orders default;"
             "create table lines_a partition of lines for values from (0) to (100);"
             "create table lines_rest partition of lines default;"
             "create table lines_b partition of lines for values from (100) to (200)");
        const auto layout = describe({"orders", "public.lines"}, {"customer_id"});
        ISO_VERIFY_OK(layout);
        QCOMPARE(ranges(*layout), (std::vector<std::string>{"[0, 100)", "[100, 200)", "default"}));
        QCOMPARE(layout->shards[1].leaves[0].name, std::string("orders_b"));
        QCOMPARE(layout->shards[1].leaves[1].name, std::string("lines_b"));
        QVERIFY(layout->shards[2].isDefault);
        exec("drop table lines_b");
        ISO_VERIFY_ERROR(describe({"orders", "lines"}), Code::FailedPrecondition,
                         "do not line up: public.orders_b [100, 200) has no counterpart");
        ISO_VERIFY_ERROR(describe({"orders"}, {"id"}), Code::FailedPrecondition,
                         "is partitioned by customer_id, not by id");
    }

    void describe_unmanageable_refusedWithReason_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("reason");
        QTest::newRow("plain") << "create table bad (k int)"
                               << "is not partitioned";
        QTest::newRow("hash") << "create table bad (k int) partition by hash (k)"
                              << "is partitioned by hash";
        QTest::newRow("list") << "create table bad (k int) partition by list (k)"
                              << "is partitioned by list";
        QTest::newRow("expression") << "create table bad (k int) partition by range ((k + 1))"
                                    << "has an expression in its partition key";
        QTest::newRow("float") << "create table bad (k float8) partition by range (k)"
                               << "whose order cannot be encoded";
        QTest::newRow("numeric") << "create table bad (k numeric) partition by range (k)"
                                 << "whose order cannot be encoded";
        QTest::newRow("enum") << "create table bad (k mood) partition by range (k)"
                              << "whose order cannot be encoded";
        QTest::newRow("icu") << "create table bad (k text collate \"en-x-icu\")"
                                " partition by range (k)"
                             << "COLLATE \"C\"";
        QTest::newRow("key's own collation") << "create table bad (k text collate \"C\")"
                                                " partition by range (k collate \"de-x-icu\")"
                                             << "whose order is not that of the bytes";
        QTest::newRow("operator class")
            << "create table bad (k text collate \"C\") partition by range (k text_pattern_ops)"
            << "unusual way";
        QTest::newRow("two levels")
            << "create table bad (k int) partition by range (k); create table bad_1 partition of "
               "bad for values from (1) to (2) partition by range (k)"
            << "is partitioned itself";
    }
    void describe_unmanageable_refusedWithReason()
    {
        QFETCH(QString, sql);
        QFETCH(QString, reason);
        exec("drop table if exists bad; drop type if exists mood;"
             "create type mood as enum ('sad', 'glad')");
        exec(sql.toStdString());
        const auto layout = describe({"bad"});
        ISO_VERIFY_ERROR(layout, Code::FailedPrecondition, reason.toStdString());
        QVERIFY(!layout.error().hint.empty());
    }

    void describe_linguisticDatabaseDefault_refused()
    {
        exec("create database icu template template0 locale_provider icu icu_locale 'en-US'");
        ISO_VERIFY_OK(m_cluster->exec("create table t (k text) partition by range (k)", "icu"));
        const auto engine = openEngine(m_cluster->conninfo("icu"), m_clock);
        ISO_VERIFY_ERROR(engine->describeKeyspace({"k", {"t"}, {}}), Code::FailedPrecondition,
                         "COLLATE \"C\"");
        exec("drop table if exists t; create table t (k text) partition by range (k);"
             "create table t_1 partition of t default");
        ISO_VERIFY_OK(describe({"t"})); // this database is C.UTF-8
    }

    void describe_names_foundOrNamed()
    {
        exec("create schema \"Odd Schema\";"
             "create table \"Odd Schema\".\"Täble.One\" (k int) partition by range (k);"
             "create schema two; create table two.orders2 (k int) partition by range (k);"
             "create table orders2 (k int) partition by range (k)");
        ISO_VERIFY_OK(describe({"Odd Schema.Täble.One"}));
        ISO_VERIFY_OK(describe({"\"Odd Schema\".\"Täble.One\""}));
        ISO_VERIFY_OK(describe({"TWO.Orders2"})); // as SQL folds it
        ISO_VERIFY_ERROR(describe({"orders2"}), Code::FailedPrecondition, "is ambiguous");
        ISO_VERIFY_ERROR(describe({"nowhere"}), Code::NotFound, "there is no table nowhere");
        ISO_VERIFY_ERROR(describe({"a\".b"}), Code::NotFound, "there is no table");
        ISO_VERIFY_ERROR(describe({}), Code::InvalidArgument, "names no table");
    }

    void describe_whatBackupsCannotHold_saidInWords()
    {
        exec("create table gaps (k serial, doc oid) partition by range (k);"
             "create unlogged table gaps_1 partition of gaps for values from (0) to (10);"
             "create table gaps_2 partition of gaps for values from (10) to (20)");
        const auto layout = describe({"gaps"});
        ISO_VERIFY_OK(layout);
        QCOMPARE(layout->shards[0].notCovered,
                 (std::vector<std::string>{
                     "large objects that column doc of public.gaps may refer to",
                     "sequence public.gaps_k_seq",
                     "changes of the unlogged table public.gaps_1 between two full backups"}));
        QCOMPARE(layout->shards[1].notCovered.size(), std::size_t{2});
    }

    void describe_truncate_changesGenerationOnly()
    {
        exec("create table gen (k int) partition by range (k);"
             "create table gen_1 partition of gen default");
        const auto before = describe({"gen"});
        exec("truncate gen; alter table gen_1 rename to gen_x");
        const auto after = describe({"gen"});
        ISO_VERIFY_OK(before);
        ISO_VERIFY_OK(after);
        QCOMPARE(before->shards[0].leaves[0].objectId, after->shards[0].leaves[0].objectId);
        QVERIFY(before->shards[0].leaves[0].generation != after->shards[0].leaves[0].generation);
        QCOMPARE(after->shards[0].leaves[0].name, std::string("gen_x"));
    }
};

QTEST_GUILESS_MAIN(TestDescribe)
#include "tst_describe.moc"
