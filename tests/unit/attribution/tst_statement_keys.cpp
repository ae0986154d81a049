// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/statement_cache.h"
#include "tests/harness/keys.h"

#include <QtTest/QtTest>
#include <random>

using namespace isotherm;
using namespace isotherm::attribution;
using test::keyOf;

namespace
{

std::vector<ManagedTable> tables()
{
    return {{"orders", "public", "orders", "customer_id", KeyType::Integer},
            {"orders", "public", "order_lines", "customer_id", KeyType::Integer},
            {"orders", "public", "orders_p0", "customer_id", KeyType::Integer},
            {"events", "public", "events", "device", KeyType::Text}};
}

/// "orders r 5" / "orders rw [3, 7]" / "orders r: no condition on the key"; several by "; ".
QString describe(const StatementReader& reader, const std::vector<TableAccess>& accesses)
{
    QStringList parts;
    for (const TableAccess& access : accesses) {
        if (access.table >= reader.tables().size()) {
            parts << QString::fromStdString("? " + std::string(reasonText(*access.reason)));
            continue;
        }
        const ManagedTable& table = reader.tables()[access.table];
        QString part = QString::fromStdString(table.name) + QLatin1Char(' ');
        part += access.reads ? QStringLiteral("r") : QString();
        part += access.writes ? QStringLiteral("w") : QString();
        for (const Key& key : access.keys) {
            part += QLatin1Char(' ') + QString::fromStdString(formatKey(key, {table.keyType}));
        }
        if (access.range) {
            // As parsed: the end is behind its key.
            part += QLatin1Char(' ') +
                    QString::fromStdString(formatRange(*access.range, {table.keyType}));
        }
        if (access.reason) {
            part += QStringLiteral(": ") +
                    QString::fromStdString(std::string(reasonText(*access.reason)));
        }
        parts << part;
    }
    return parts.join(QStringLiteral("; "));
}

void row(const char* statement, const char* expected, const QStringList& parameters = {})
{
    QTest::newRow(statement) << QString::fromLatin1(statement) << parameters
                             << QString::fromLatin1(expected);
}

void addKeyConditions()
{
    row("select * from orders where customer_id = 5", "orders r 5");
    row("SELECT * FROM public.orders WHERE 5 = customer_id AND total > 3", "orders r 5");
    row("select * from orders where customer_id = -5", "orders r -5");
    row("select * from orders where customer_id = - (-5)", "orders r 5");
    row("select * from orders where customer_id = '5'", "orders r 5");
    row("select * from orders where customer_id = '5'::bigint", "orders r 5");
    row("select * from orders where customer_id = cast($1 as int)", "orders r 9", {"9"});
    row("select * from orders where customer_id = $2 and x = $1", "orders r 7", {"a", "7"});
    row("select * from orders where customer_id = -$1", "orders r -7", {"7"});
    row("select * from orders where customer_id = 16 * $1 - (2 + $2)", "orders r 45", {"3", "1"});
    row("select * from orders where customer_id = -($1 + 2)::bigint", "orders r -9", {"7"});
    row("select * from orders where customer_id = 2 + 3 * 4", "orders r 14");
    row("select * from orders where customer_id between $1 and $1 + 9", "orders r [20, 30)",
        {"20"});
    row("select * from orders where customer_id = $1 + 1",
        "orders r: a value that is not of the key's type", {"9223372036854775807"});
    row("select * from orders where customer_id = $1 + 1",
        "orders r: a value that is not of the key's type", {"1.5"});
    row("select * from orders where customer_id = $1 / 2",
        "orders r: the key is compared with an expression", {"8"});
    row("select * from orders where customer_id = $1 + total",
        "orders r: the key is compared with an expression", {"8"});
    row("select * from orders where customer_id in (1, 2, -3)", "orders r 1 2 -3");
    row("select * from orders where customer_id = any('{4,5}')", "orders r 4 5");
    row("select * from orders where customer_id = any($1::int[])", "orders r 4 5", {"{4,5}"});
    row("select * from orders where customer_id = any(array[6, 7])", "orders r 6 7");
    row("select * from orders where customer_id = 1 or customer_id = 2", "orders r 1 2");
    row("select * from orders where customer_id = 1 or total = 2",
        "orders r: no condition on the key");
    row("select * from orders where (customer_id, id) = (8, 2)", "orders r 8");
    row("select * from orders o where o.customer_id = 5", "orders r 5");
    row("select * from orders_p0 where customer_id = 5", "orders_p0 r 5");
}

void addJoinsAndChanges()
{
    row("select * from orders o join order_lines l on o.customer_id = l.customer_id and "
        "l.order_id = o.id where o.customer_id = 4",
        "orders r 4; order_lines r 4");
    row("select * from orders join order_lines using (customer_id, id) where "
        "order_lines.customer_id = 4",
        "orders r 4; order_lines r 4");
    row("select * from orders o, order_lines l where l.customer_id = o.customer_id and "
        "l.customer_id = 3",
        "orders r 3; order_lines r 3");
    row("update orders set total = total + 10 where customer_id = 5", "orders rw 5");
    row("delete from orders where customer_id = 5", "orders rw 5");
    row("insert into orders(id, customer_id) values (1, 5), (2, 6)", "orders w 5 6");
    row("insert into orders(id, customer_id) values ($1, $2)", "orders w 6", {"1", "6"});
    row("insert into orders select * from orders where customer_id = 3",
        "orders r 3; orders w: no condition on the key");
    row("insert into orders(customer_id) values (nextval('s'))",
        "orders w: the key is compared with an expression");
    row("with x as (select * from orders where customer_id = 2) select * from x", "orders r 2");
    row("select * from (select * from orders where customer_id = 2) q", "orders r 2");
    row("select 1 where exists (select 1 from orders where customer_id = 2)", "orders r 2");
    row("select * from orders where customer_id = 1 union all select * from orders where "
        "customer_id = 2",
        "orders r 1; orders r 2");
    row("select * from events where device = 'a''b'", "events r a'b");
}

void addWhatTellsNothing()
{
    row("select * from orders where customer_id = $1",
        "orders r: a value that is not of the "
        "key's type",
        {"x"});
    row("select * from orders where customer_id = 1.5",
        "orders r: a value that is not of the key's type");
    row("select * from orders where customer_id = abs(3)",
        "orders r: the key is compared with an expression");
    row("select * from orders where customer_id = (select 3)",
        "orders r: the key is compared with an expression");
    row("select * from orders where total = 5", "orders r: no condition on the key");
    row("select * from orders where customer_id <> 5", "orders r: no condition on the key");
    row("select * from orders", "orders r: no condition on the key");
    row("select * from other where customer_id = 5", "");
    row("select * from sales.orders where customer_id = 5", "");
    row("begin", "");
    row("select from where", "? not understood by the parser");
    row("execute p(5)", "? EXECUTE of a statement prepared in SQL");
    row("select interval '1 day' from orders where customer_id = 5", "orders r 5");
    row("select * from orders where customer_id = 5 limit 10 offset 2", "orders r 5");
    row("/* hint */ select * from orders where customer_id = 5 -- end", "orders r 5");
    row("select E'a\\'b' from orders where customer_id = 5", "orders r 5");
    row("select $$x$$ from orders where customer_id = 5", "orders r 5");
    row("select * from orders where customer_id = 5; delete from orders where customer_id = 6",
        "orders r 5; orders rw 6");
}

} // namespace

class TstStatementKeys : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void attribute_statement_isToldByKey_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::addColumn<QStringList>("parameters");
        QTest::addColumn<QString>("expected");
        addKeyConditions();
        addJoinsAndChanges();
        addWhatTellsNothing();
    }
    void attribute_statement_isToldByKey()
    {
        QFETCH(QString, statement);
        QFETCH(QStringList, parameters);
        QFETCH(QString, expected);
        LoggedStatement logged{"shop", statement.toStdString(), {}};
        for (const QString& parameter : parameters) {
            logged.parameters.emplace_back(parameter.toStdString());
        }
        StatementCache cache(m_reader);
        QCOMPARE(describe(m_reader, cache.attribute(logged)), expected);
        // And the same out of the cache.
        QCOMPARE(describe(m_reader, cache.attribute(logged)), expected);
    }

    void attribute_ranges_coverWhatIsAsked()
    {
        const auto rangeOf = [this](const char* condition) {
            StatementCache cache(m_reader);
            const auto accesses = cache.attribute(
                {"shop", std::string("select * from orders where ") + condition, {}});
            return accesses.at(0).range.value_or(KeyRange{keyOf(0), keyOf(0)});
        };
        for (const char* condition :
             {"customer_id between 3 and 7", "customer_id >= 3 and customer_id <= 7",
              "3 <= customer_id and 7 >= customer_id", "customer_id between -1+4 and 7"}) {
            const KeyRange range = rangeOf(condition);
            QVERIFY(range.contains(keyOf(3)) && range.contains(keyOf(7)));
            QVERIFY(!range.contains(keyOf(8)) && !range.contains(keyOf(2)));
        }
        QVERIFY(rangeOf("customer_id > 10").contains(keyOf(1'000'000)));
        QVERIFY(!rangeOf("customer_id > 10").contains(keyOf(9)));
        QVERIFY(rangeOf("customer_id < 10").contains(keyOf(-1'000'000)));
        QVERIFY(!rangeOf("customer_id < 10").contains(keyOf(11)));
    }

    void attribute_manyConstants_isParsedOnce()
    {
        StatementCache cache(m_reader);
        for (int i = 0; i < 1'000; ++i) {
            const auto accesses = cache.attribute(
                {"shop", "select * from orders where customer_id = " + std::to_string(i), {}});
            QCOMPARE(accesses.at(0).keys.at(0).encoded(), keyOf(i).encoded());
        }
        QCOMPARE(cache.parsed(), std::uint64_t{1});
        // Ever new forms: bounded, and still right.
        for (int i = 0; i < 5'000; ++i) {
            const auto accesses = cache.attribute(
                {"shop",
                 "select c" + std::to_string(i) + " from orders where customer_id = 3",
                 {}});
            QCOMPARE(accesses.size(), std::size_t{1});
        }
    }

    void withoutConstants_plainAndNot()
    {
        const auto bare = withoutConstants("select a1, 'it''s' from \"t 2\" where x=-12.5");
        QVERIFY(bare.has_value());
        QCOMPARE(bare->text, std::string("select a1, $1 from \"t 2\" where x=-$2"));
        QCOMPARE(bare->constants, (std::vector<std::string>{"it's", "12.5"}));
        for (const char* text :
             {"select E'x'", "select $1", "select 1e5", "select 'open", "select 1 -- x",
              "select /* */ 1", "select 'a\\b'", "select \"a"}) {
            QVERIFY2(!withoutConstants(text), text);
        }
    }

    void read_hostileText_neverCrashes()
    {
        const std::uint32_t seed = std::random_device{}();
        qInfo() << "seed" << seed;
        std::mt19937 random(seed);
        const std::string start = "select * from orders o where o.customer_id in (1, $2, -3) or "
                                  "exists (select 1 from order_lines using (customer_id))";
        StatementCache cache(m_reader);
        for (int i = 0; i < 2'000; ++i) {
            std::string text = start;
            for (int change = 0; change < 4; ++change) {
                text[random() % text.size()] = static_cast<char>(1 + random() % 255);
            }
            (void)cache.attribute({"shop", text, {}});
        }
        const std::string deep = std::string(3'000, '(') + "1" + std::string(3'000, ')');
        (void)cache.attribute({"shop", "select * from orders where customer_id = " + deep, {}});
        QCOMPARE(m_reader.read(std::string(100'000, 'x')).failure, Reason::NotParsed);
    }

    void find_sameNameInTwoSchemas_needsTheSchema()
    {
        auto all = tables();
        all.push_back({"sales", "sales", "orders", "id", KeyType::Integer});
        const StatementReader reader(all);
        QVERIFY(!reader.find("", "orders"));
        QVERIFY(reader.find("sales", "orders").has_value());
        QVERIFY(reader.read("select * from orders where customer_id = 1").uses.empty());
    }

private:
    StatementReader m_reader{tables()};
};

QTEST_GUILESS_MAIN(TstStatementKeys)
#include "tst_statement_keys.moc"
