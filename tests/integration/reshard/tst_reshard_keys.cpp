// SPDX-License-Identifier: Apache-2.0
// Foreign keys between tables that are divided together: they lead from partition to partition, and
// a row whose key changes may leave its own.
#include "tests/integration/reshard/reshard_fixture.h"

using namespace isotherm;
using namespace isotherm::test;

namespace
{

constexpr const char* kLines =
    "create table lines (customer_id int8, id int8, n int, primary key (customer_id, id, n))"
    " partition by range (customer_id);"
    "create table lines_p1 partition of lines for values from (0) to (1000);"
    "create table lines_p2 partition of lines for values from (1000) to (2000);"
    "alter table lines_p1 add constraint of_account foreign key (customer_id, id)"
    " references accounts_p1 on delete cascade;"
    "insert into lines select customer_id, id, n from accounts, generate_series(1, 2) n"
    " where customer_id < 1000";

constexpr const char* kOrdinary =
    "create table accounts (customer_id int8 not null, id int8 not null, amount int8, note text,"
    " big text, primary key (customer_id, id));"
    "insert into accounts select i % 2000, -i, i, 'quiet', null from generate_series(1, 4000) i;"
    "create table lines (customer_id int8, id int8, n int, primary key (customer_id, id, n),"
    " constraint of_account foreign key (customer_id, id) references accounts on delete ";

} // namespace

class TestReshardKeys : public QObject, private ReshardFixture
{
    Q_OBJECT

private:
    /// Every line has its account, and every account of `customer` as many lines as before.
    void verifyWhole(const std::string& customer, const std::string& lines)
    {
        QCOMPARE(value("select count(*) from lines l where not exists (select from accounts a where"
                       " a.customer_id = l.customer_id and a.id = l.id)"),
                 std::string("0"));
        QCOMPARE(value("select count(*) from lines where customer_id = " + customer), lines);
    }

    /// The row with lines cannot go to another partition; one without can, and so can the first
    /// when its lines are gone.
    void verifyMoves()
    {
        const std::string move = "update accounts set customer_id = 700 where customer_id = 8";
        const auto moved = m_cluster->exec(move);
        QVERIFY(!moved.ok());
        QVERIFY2(moved.error().text().find("lines") != std::string::npos,
                 moved.error().text().c_str());
        verifyWhole("8", "4");
        exec("insert into accounts values (8, 1, 1, 'alone', null);"
             "update accounts set customer_id = 700 where customer_id = 8 and id = 1;"
             "update accounts set customer_id = 9 where customer_id = 700 and id = 1");
        exec("delete from lines where customer_id = 8; " + move);
        QCOMPARE(value("select count(*) from accounts where customer_id = 700"), std::string("4"));
        verifyWhole("700", "4");
    }

private Q_SLOTS:
    void initTestCase() { startServer(); }
    void init() { beginEmpty(); }
    void cleanup() { end(); }

    void twoTables_withForeignKeysBetweenTheirPartitions_switchTogether()
    {
        begin(std::string(kAccounts) + kLines, {"accounts", "lines"});
        verifySplit();
        QCOMPARE(value("select count(*) from lines"), std::string("4000"));
        QCOMPARE(value("select count(*) from pg_constraint where conname = 'of_account' and"
                       " convalidated"),
                 std::string("2"));
        QVERIFY(!m_cluster->exec("insert into lines values (1, 5, 5)").ok());
        exec("delete from accounts where customer_id = 8");
        QCOMPARE(value("select count(*) from lines where customer_id = 8"), std::string("0"));
    }

    /// Whatever is to happen to the lines of an account that is deleted must not happen to those of
    /// one that moves: to the partition it leaves that looks alike.
    void splitTables_keyThatLeavesThePartition_takesNoReferringRowsAlong()
    {
        begin(std::string(kAccounts) + kLines, {"accounts", "lines"});
        verifySplit();
        verifyMoves();
        // Within its partition the key obeys the foreign key as ever.
        QVERIFY(
            !m_cluster->exec("update accounts set customer_id = 11 where customer_id = 10").ok());
        // And so it is after the next split, and the merge back.
        verifyDone(m_world->run(m_world->split(shards()[0], {250})));
        QVERIFY(
            !m_cluster->exec("update accounts set customer_id = 300 where customer_id = 10").ok());
        verifyWhole("10", "4");
        verifyDone(m_world->run(m_world->merge({shards()[0], shards()[1]})));
        QVERIFY(
            !m_cluster->exec("update accounts set customer_id = 800 where customer_id = 10").ok());
        verifyWhole("10", "4");
        exec("delete from accounts where customer_id = 10");
        verifyWhole("10", "0");
    }

    void adoptedTables_keyThatLeavesThePartition_takesNoReferringRowsAlong_data()
    {
        QTest::addColumn<QString>("action");
        for (const char* action : {"cascade", "no action"}) {
            QTest::newRow(action) << QString::fromLatin1(action);
        }
    }

    void adoptedTables_keyThatLeavesThePartition_takesNoReferringRowsAlong()
    {
        QFETCH(const QString, action);
        exec(kOrdinary + action.toStdString() +
             "); insert into lines select customer_id, id, n from accounts, generate_series(1, 2) n"
             " where customer_id < 1000");
        ShardRecord everything;
        everything.keyspace = "accounts";
        reshard::ReshardRequest request = m_world->split(everything, {500, 1'000});
        request.sources.clear();
        request.adoptTables = {"public.accounts", "public.lines"};
        request.adoptKey = "customer_id";
        verifyDone(m_world->run(request));
        verifyMoves();
    }
};

QTEST_GUILESS_MAIN(TestReshardKeys)
#include "tst_reshard_keys.moc"
