// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/postgres/engine_fixture.h"

#include <QRandomGenerator>
#include <algorithm>

using namespace isotherm;
using namespace isotherm::test;

/// Rows in the server's order have encoded keys in memcmp order, for every type that may be in a
/// key; and a range of encoded keys picks exactly the rows inside.
namespace
{

/// Rows of openRows_unsortedTable_keysAscend.
void addKeysOfSeveralColumns()
{
    QTest::newRow("bool") << "a boolean, b int"
                          << "a, b"
                          << "a"
                          << "random() < 0.5, g";
    QTest::newRow("composite") << "a int, b text collate \"C\", c date"
                               << "a, b, c"
                               << "a, b"
                               << "(random() * 5)::int, left(md5(g::text), 1), date "
                                  "'2026-01-01' + g";
    QTest::newRow("opaque tail") << "a int, b numeric, c text collate \"en-x-icu\", d oid"
                                 << "a, b, c, d"
                                 << "a"
                                 << "(random() * 3)::int, (random() * 3)::int + 0.50, "
                                    "(array['a','B','ä'])[1 + g % 3], g";
    QTest::newRow("opaque enum") << "a int, e fruit, f float8, g int"
                                 << "a, e, f, g"
                                 << "a"
                                 << "(random() * 3)::int, (array['pear','apple','fig'])[1 + g %"
                                    " 3]::fruit, random() - 0.5, g";
}

} // namespace

class TestKeyOrder : public QObject
{
    Q_OBJECT

private:
    static std::vector<std::string> keysOf(const TableSchema& schema,
                                           const std::vector<std::string>& rows)
    {
        RowKeyEncoder encoder(schema);
        std::vector<std::string> keys(rows.size());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!encoder.append(rows[i], keys[i]).ok()) {
                return {};
            }
        }
        return keys;
    }

    SystemClock m_clock;
    std::unique_ptr<PgCluster> m_cluster;
    std::unique_ptr<engine::Engine> m_engine;
    quint32 m_seed = QRandomGenerator::global()->generate();

private Q_SLOTS:
    void initTestCase()
    {
        qInfo("seed %u", m_seed);
        auto cluster = PgCluster::start();
        ISO_VERIFY_OK(cluster);
        m_cluster = std::move(cluster).value();
        m_engine = openEngine(m_cluster->conninfo(), m_clock);
        QVERIFY(m_engine);
    }

    void openRows_unsortedTable_keysAscend_data()
    {
        QTest::addColumn<QString>("columns"); // of the key, partition key first
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("partitionBy");
        QTest::addColumn<QString>("values"); // SQL of random values
        QTest::newRow("smallint") << "a smallint"
                                  << "a"
                                  << "a"
                                  << "(random() * 65535 - 32768)::int";
        QTest::newRow("int") << "a int"
                             << "a"
                             << "a"
                             << "((random() - 0.5) * 4294967294)::bigint";
        QTest::newRow("bigint") << "a bigint"
                                << "a"
                                << "a"
                                << "((random() - 0.5) * 1.8e19)::numeric(20,0)";
        QTest::newRow("text C") << "a text collate \"C\""
                                << "a"
                                << "a"
                                << "(array['', 'a', 'A', 'ä', 'z', '😀', 'a b', 'ab', E'\\x01',"
                                   " E'\\ufffd'])[1 + (random() * 9)::int] || left(md5(g::text),"
                                   " (random() * 6)::int)";
        QTest::newRow("text default (C.UTF-8)")
            << "a text"
            << "a"
            << "a"
            << "(array['', 'a', 'A', 'ä', 'Z', '😀', E'\\ufffd', '-', '_'])[1 + (random() * 8)::int]"
               " || chr(33 + (random() * 60000)::int % 55000)";
        QTest::newRow("varchar") << "a varchar(40)"
                                 << "a"
                                 << "a"
                                 << "md5(g::text)";
        QTest::newRow("uuid") << "a uuid"
                              << "a"
                              << "a"
                              << "gen_random_uuid()";
        QTest::newRow("timestamptz")
            << "a timestamptz"
            << "a"
            << "a"
            << "case g % 50 when 0 then 'infinity' when 1 then '-infinity' else timestamptz "
               "'2000-01-01' + (random() - 0.5) * interval '400000 days' end";
        QTest::newRow("timestamp") << "a timestamp"
                                   << "a"
                                   << "a"
                                   << "timestamp '2000-01-01' + (random() - 0.5) * interval "
                                      "'1000 days'";
        QTest::newRow("date") << "a date"
                              << "a"
                              << "a"
                              << "case g % 50 when 0 then 'infinity' when 1 then '-infinity' else "
                                 "date '2000-01-01' + ((random() - 0.5) * 2000000)::int end";
        QTest::newRow("bytea") << "a bytea"
                               << "a"
                               << "a"
                               << "substr(decode(md5(g::text) || '00ff0001', 'hex'), 1 + (random() "
                                  "* 15)::int, (random() * 5)::int)";
        addKeysOfSeveralColumns();
    }
    void openRows_unsortedTable_keysAscend()
    {
        QFETCH(QString, columns);
        QFETCH(QString, key);
        QFETCH(QString, partitionBy);
        QFETCH(QString, values);
        const QString sql =
            QStringLiteral(
                "drop table if exists t; drop type if exists fruit;"
                "create type fruit as enum ('pear', 'apple', 'fig');"
                "create table t (pad text, %1, primary key (%2)) partition by range (%3);"
                "create table t_1 partition of t default;"
                "select setseed(%4); insert into t select repeat('x', 500), %5"
                " from generate_series(1, 3000) g on conflict do nothing")
                .arg(columns, key, partitionBy)
                .arg((m_seed % 1'000'000) / 1e6)
                .arg(values);
        ISO_VERIFY_OK(m_cluster->exec(sql.toStdString()));
        const auto layout = m_engine->describeKeyspace({"k", {"t"}, {}});
        ISO_VERIFY_OK(layout);
        const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
        ISO_VERIFY_OK(snapshot);
        const std::string count = m_cluster->value("select count(*) from t");
        const auto rows = readRows(**snapshot, {});
        ISO_VERIFY_OK(rows);
        QCOMPARE(std::to_string(rows->size()), count);
        const auto keys = keysOf(layout->tables[0], *rows);
        QCOMPARE(keys.size(), rows->size());
        if ((*snapshot)->physicalOrderIsKeyOrder(0)) {
            QSKIP("loaded in order by chance");
        }
        QVERIFY(std::is_sorted(keys.begin(), keys.end()));
        checkRanges(**snapshot, keys);
    }

    void physicalOrder_loadedInOrderThenShuffled_noticed()
    {
        const char* const load = "drop table if exists t; create table t (a int, b text)"
                                 " partition by range (a); create table t_1 partition of t default;"
                                 "insert into t select g, repeat('x', 200) from"
                                 " generate_series(1, 20000) g order by ";
        for (const auto& [order, sorted] : {std::pair{"g", true},
                                            {"-g", false},
                                            {"md5(g::text)", false},
                                            {"g / 50 % 50", false}}) {
            ISO_VERIFY_OK(m_cluster->exec(std::string(load) + order));
            const auto layout = m_engine->describeKeyspace({"k", {"t"}, {}});
            ISO_VERIFY_OK(layout);
            const auto snapshot = m_engine->openSnapshot(*layout, layout->shards[0]);
            ISO_VERIFY_OK(snapshot);
            QCOMPARE((*snapshot)->physicalOrderIsKeyOrder(0), sorted);
            if (!sorted) {
                ISO_VERIFY_ERROR((*snapshot)->openRows({0, {}, 0, 2}, {}), Code::InvalidArgument,
                                 "cannot be read in slices");
            }
        }
    }

private:
    /// Random ranges against a filter of the sorted keys.
    void checkRanges(engine::Snapshot& snapshot, const std::vector<std::string>& keys)
    {
        QRandomGenerator random(m_seed);
        const std::vector<KeyType> types = snapshot.table(0).keyTypes();
        for (int i = 0; i < 12; ++i) {
            const auto pick = [&] {
                const Key whole(keys[random.bounded(static_cast<quint32>(keys.size()))]);
                const auto components = 1 + random.bounded(static_cast<quint32>(types.size()));
                Key bound = keyPrefix(whole, types, components).value_or(whole);
                std::string encoded = bound.encoded();
                if (components < types.size() && random.bounded(3) == 0) {
                    appendKeyMaximum(encoded);
                }
                return Key(encoded);
            };
            Key a = pick();
            Key b = pick();
            if (b < a) {
                std::swap(a, b);
            }
            const KeyRange range{a, random.bounded(4) == 0 ? std::nullopt : std::optional(b)};
            const auto rows = readRows(snapshot, {0, range, 0, 1});
            ISO_VERIFY_OK(rows);
            const auto inside = std::count_if(keys.begin(), keys.end(), [&](const std::string& k) {
                return range.contains(Key(k));
            });
            QCOMPARE(rows->size(), static_cast<std::size_t>(inside));
            for (const std::string& key : keysOf(snapshot.table(0), *rows)) {
                QVERIFY(range.contains(Key(key)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestKeyOrder)
#include "tst_key_order.moc"
