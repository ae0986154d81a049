// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/oracle/oracle_workload.h"

#include <chrono>
#include <cstdlib>
#include <random>

namespace isotherm::test
{
namespace
{

constexpr int kTypes = 6;
/// In one transaction; more than is kept in memory by the server before it streams.
int bulkRows()
{
    const char* wanted = std::getenv("ISOTHERM_ORACLE_BULK");
    return wanted == nullptr ? 6'000 : std::atoi(wanted);
}

std::string leafSql(int leaf, const std::string& from, const std::string& to)
{
    std::string sql;
    for (const std::string table : {"a", "b"}) {
        const std::string name = "o." + table + "_" + std::to_string(leaf);
        sql += "create table " + name + " partition of o." + table + " for values from (" + from +
               ") to (" + to + ");";
        if (table == "a" && leaf % 2 == 0) {
            sql += "alter table " + name + " alter big set storage external;";
        }
    }
    return sql;
}

} // namespace

OracleWorkload::OracleWorkload(std::string conninfo, std::uint64_t seed)
    : m_conninfo(std::move(conninfo)), m_seed(seed)
{
    std::mt19937_64 random(seed);
    m_types = chooseOddTypes(random, kTypes);
}

OracleWorkload::~OracleWorkload()
{
    stop();
}

std::string OracleWorkload::setupSql() const
{
    std::string columns;
    std::string values;
    for (std::size_t i = 0; i < m_types.size(); ++i) {
        columns += ", t" + std::to_string(i) + " " + m_types[i].sql;
        values += ", " + m_types[i].valueOf("g");
    }
    std::string sql = "create schema o; create schema oracle;" + oddTypesSql();
    // A generated column is computed, not kept; a dropped one leaves a hole in the numbers.
    sql +=
        "create table o.a (k int, gone int, s int, v text default 'd', big text" + columns +
        ", gen int generated always as (s % 7) stored, primary key (k, s)) partition by range (k);"
        "alter table o.a drop column gone;"
        "create table o.b (s int, k int, l int not null, q text" +
        columns + ", n int, primary key (k, s, l)) partition by range (k);";
    for (int leaf = 0; leaf < kOracleLeaves; ++leaf) {
        sql += leafSql(leaf, leaf == 0 ? "minvalue" : std::to_string(leaf * kOracleKeysPerLeaf),
                       std::to_string((leaf + 1) * kOracleKeysPerLeaf));
    }
    const std::string keys = std::to_string(kOracleLeaves * kOracleKeysPerLeaf);
    sql += "insert into o.a select g % " + keys + ", g, 'v' || g, repeat('b', 2500)" + values +
           " from generate_series(1, 1500) g;"
           "insert into o.b select g, g % " +
           keys + ", g % 3, 'q'" + values + " from generate_series(1, 1500) g;";
    return sql;
}

/// Makes up statements.
class OracleWorkload::Builder
{
public:
    Builder(OracleWorkload& load, std::uint64_t seed, int number)
        : m_load(load), m_random(seed), m_number(number)
    {
    }

    std::uint64_t below(std::uint64_t bound) { return m_random() % bound; }

    std::string transaction()
    {
        // Such a commit is visible before it is written.
        std::string sql = below(5) == 0 ? "begin; set local synchronous_commit = off;" : "begin;";
        for (std::uint64_t i = 1 + below(4); i > 0; --i) {
            sql += change();
        }
        return sql;
    }

    std::string alteration();

    /// Empty, or the name under which the transaction is to be prepared.
    std::string preparedName()
    {
        return below(14) == 0 ? "p" + std::to_string(m_number) + "_" + std::to_string(++m_serial)
                              : std::string();
    }

private:
    std::string number(std::uint64_t bound) { return std::to_string(below(bound)); }
    std::string key() { return number(kOracleLeaves * kOracleKeysPerLeaf); }
    std::string odd(std::string& column)
    {
        const std::size_t i = below(m_load.m_types.size());
        column = "t" + std::to_string(i);
        return m_load.m_types[i].valueOf(number(5000));
    }
    std::string added()
    {
        const std::lock_guard lock(m_load.m_mutex);
        return m_load.m_added.empty() ? "v" : m_load.m_added[below(m_load.m_added.size())];
    }

    std::string change();
    std::string bulk();
    std::string attach();

    OracleWorkload& m_load;
    std::mt19937_64 m_random;
    const int m_number;
    int m_serial = 0;
    int m_columns = 0;
    int m_leaves = kOracleLeaves;
    std::vector<int> m_attached;
};

std::string OracleWorkload::Builder::bulk()
{
    const std::string k = key();
    const std::string from =
        std::to_string(100'000 + (++m_serial) * 10 * bulkRows() + m_number * 1'000'000);
    m_load.note("bulk");
    return "savepoint q; insert into o.a (k, s, v) select " + k + ", " + from +
           " + g, repeat('z', 60) from generate_series(1, " + std::to_string(bulkRows()) + ") g;" +
           (below(3) == 0 ? "rollback to q;"
                          : "delete from o.a where k = " + k + " and s >= 100000 and s % 50 > 0;");
}

std::string OracleWorkload::Builder::change()
{
    const std::string k = key();
    std::string column;
    const std::string value = odd(column);
    switch (below(14)) {
    case 0:
        return "insert into o.a (k, s, big, " + column + ") values (" + k + ", " + number(4000) +
               ", repeat('x', " + number(4000) + "), " + value +
               ") on conflict (k, s) do update set v = excluded.v, " + column + " = excluded." +
               column + ";";
    case 1:
        return "insert into o.b (k, s, l, " + column + ") select " + k + ", " + number(4000) +
               ", g, " + value + " from generate_series(1, 3) g on conflict do nothing;";
    case 2: // the large value is not touched
        return "update o.a set v = v || '" + number(10) + "', " + column + " = " + value +
               " where k = " + k + ";";
    case 3:
        return "update o.a set big = repeat('y', " + number(6000) + ") where k = " + k + ";";
    case 4: // keys change, rows move between partitions
        return "update o.a set k = (k + " + number(400) + ") % 1000, s = s + 20000 where k = " + k +
               " and s = (select min(s) from o.a where k = " + k + " and s < 20000);";
    case 5:
        return "delete from o.a where k = " + k + " and s % 3 = 0;";
    case 6:
        m_load.note("savepoint rolled back");
        return "savepoint p; delete from o.a where k = " + k +
               "; rollback to p; update o.b set q = 'kept' where k = " + k + ";";
    case 7:
        return "update o.b set l = l + 10, " + column + " = null where k = " + k + ";";
    case 8:
        return "delete from o.b where k between " + k + " and " + k + " + 2;";
    case 9:
        return below(6) == 0 ? bulk() : "update o.a set v = null where k = " + k + ";";
    case 10:
        return "copy o.b (k, s, l, q) from program 'printf \"" + k + "\\t" + number(4000) +
               "\\t7\\tcopied\\n\"';";
    case 11:
        return "update o.a set " + added() + " = null where k = " + k + " and s % 2 = 0;";
    case 12:
        return "insert into o.b (k, s, l, n) values (" + k + ", " + number(4000) +
               ", 0, 1) on conflict (k, s, l) do update set n = o.b.n + 1;";
    default:
        if (below(60) == 0) {
            m_load.note("truncate");
            return "truncate o." + std::string(below(2) == 0 ? "a" : "b") + "_" +
                   number(kOracleLeaves) + ";";
        }
        return "update o.a set v = default where k = " + k + ";";
    }
}

std::string OracleWorkload::Builder::attach()
{
    const int leaf = m_leaves++;
    const std::string number = std::to_string(leaf);
    const std::string from = std::to_string(leaf * kOracleKeysPerLeaf);
    const std::string to = std::to_string((leaf + 1) * kOracleKeysPerLeaf);
    m_attached.push_back(leaf);
    m_load.note("attach");
    std::string sql;
    for (const std::string table : {"a", "b"}) {
        const std::string name = "o." + table + "_" + number;
        sql += "create table " + name + " (like o." + table + " including all);" + "insert into " +
               name + " (k, s" + (table == "b" ? ", l" : "") + ") select " + from + " + g, g" +
               (table == "b" ? ", 0" : "") + " from generate_series(1, 20) g;" + "alter table o." +
               table + " attach partition " + name + " for values from (" + from + ") to (" + to +
               ");";
    }
    return sql;
}

/// One change of the schema, now and then with rows before and after it.
std::string OracleWorkload::Builder::alteration()
{
    const auto rows = [this] { return below(2) == 0 ? change() : std::string(); };
    // Its locks would keep every base waiting while it waits for the slow standby.
    std::string sql =
        "begin; set local lock_timeout = '1s'; set local synchronous_commit = local;" + rows();
    std::vector<std::string> columns;
    {
        const std::lock_guard lock(m_load.m_mutex);
        columns = m_load.m_added;
    }
    const std::string fresh = "x" + std::to_string(++m_columns);
    const std::uint64_t what = below(40);
    const auto forget = [this](const std::string& column, const std::string& instead) {
        const std::lock_guard lock(m_load.m_mutex);
        std::erase(m_load.m_added, column);
        if (!instead.empty()) {
            m_load.m_added.push_back(instead);
        }
    };
    if (what < 13 || (what < 28 && columns.empty())) {
        std::string ignored;
        const OddType& type = m_load.m_types[below(m_load.m_types.size())];
        // A domain's default has the server write the table anew: a gap till the next base.
        const bool full = below(type.sql == "o.even" ? 8 : 3) > (type.sql == "o.even" ? 6 : 0);
        sql += "alter table o.a add column " + fresh + " " + type.sql +
               (full ? " default " + type.valueOf("17") : "") + ";";
        forget("", fresh);
        m_load.note(full ? "add column with a default" : "add column");
    } else if (what < 20) {
        const std::string column = columns[below(columns.size())];
        sql += "alter table o.a drop column " + column + ";";
        forget(column, "");
        m_load.note("drop column");
    } else if (what < 28) {
        const std::string column = columns[below(columns.size())];
        sql += "alter table o.a rename column " + column + " to " + fresh + ";";
        forget(column, fresh);
        m_load.note("rename column");
    } else if (what == 28) {
        sql += "alter table o.b alter n type " + std::string(below(2) == 0 ? "bigint" : "int") +
               ", alter q set default 'other';";
        m_load.note("type change");
    } else if (what < 32) {
        sql += "alter table o.a alter v set default 'd" + fresh + "';";
        m_load.note("set default");
    } else if (what < 36 || m_attached.empty()) {
        sql += attach();
    } else {
        const std::string leaf = std::to_string(m_attached.front());
        m_attached.erase(m_attached.begin());
        const bool drop = below(2) == 0;
        for (const std::string table : {"a", "b"}) {
            sql += "update o." + table + "_" + leaf + " set s = s + 1000;";
            sql +=
                drop ? "drop table o." + table + "_" + leaf + ";"
                     : "alter table o." + table + " detach partition o." + table + "_" + leaf + ";";
        }
        m_load.note(drop ? "drop partition" : "detach");
    }
    return sql + rows() + "commit";
}

/// One session that works until it is told to stop. Everything is allowed to fail.
class OracleWorkload::Client
{
public:
    Client(OracleWorkload& load, int number, bool alters)
        : m_load(load),
          m_builder(load, load.m_seed * 100 + static_cast<std::uint64_t>(number), number),
          m_alters(alters)
    {
    }

    void run()
    {
        while (!m_load.m_stop) {
            auto session = PgSession::open(m_load.m_conninfo);
            if (!session.ok()) {
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
                continue;
            }
            for (bool alive = true; alive && !m_load.m_stop;) {
                alive = step(**session);
                // Who waits for the gate must get it: it is not fair.
                std::this_thread::sleep_for(
                    std::chrono::milliseconds(m_alters ? 300 + m_builder.below(900) : 1));
            }
        }
    }

private:
    bool step(PgSession& session)
    {
        const std::shared_lock gate(m_load.m_gate);
        if (m_alters) {
            const auto done = session.exec(m_builder.alteration());
            if (!done.ok() && !session.exec("rollback").ok()) {
                return false;
            }
            return m_load.reload(session);
        }
        std::string sql = m_builder.transaction();
        const std::string prepared = m_builder.preparedName();
        sql += prepared.empty() ? (m_builder.below(12) == 0 ? "rollback" : "commit")
                                : "prepare transaction '" + prepared + "'";
        const auto done = session.exec(sql);
        if (!done.ok()) {
            return session.exec("rollback").ok();
        }
        ++m_load.m_committed;
        if (prepared.empty()) {
            return true;
        }
        m_load.note("prepared");
        return session
            .exec((m_builder.below(4) == 0 ? "rollback prepared '" : "commit prepared '") +
                  prepared + "'")
            .ok();
    }

    OracleWorkload& m_load;
    Builder m_builder;
    const bool m_alters;
};

/// One that is not there: who commits waits for it, after the commit is in the log and before
/// others see it.
bool OracleWorkload::setStandby(const std::string& name)
{
    const auto session = PgSession::open(m_conninfo);
    return session.ok() &&
           (*session)->exec("alter system set synchronous_standby_names = '" + name + "'").ok() &&
           (*session)->exec("select pg_reload_conf()").ok();
}

void OracleWorkload::whileCommitsWait(const std::function<void()>& act)
{
    const std::lock_guard lock(m_standby);
    (void)setStandby("nobody");
    note("slow standby");
    act();
    while (!setStandby("")) { // else the clients would wait for ever
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
}

void OracleWorkload::slowDownCommits()
{
    std::mt19937_64 random(m_seed + 1);
    while (!m_stop) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 800));
        whileCommitsWait([&random] {
            std::this_thread::sleep_for(std::chrono::milliseconds(100 + random() % 600));
        });
    }
}

void OracleWorkload::start(int clients)
{
    m_threads.emplace_back([this] { slowDownCommits(); });
    for (int i = 0; i <= clients; ++i) {
        m_threads.emplace_back([this, i] { Client(*this, i, i == 0).run(); });
    }
}

void OracleWorkload::stop()
{
    m_stop = true;
    for (std::thread& thread : m_threads) {
        thread.join();
    }
    m_threads.clear();
}

Status OracleWorkload::settle()
{
    ISO_ASSIGN(const auto session, PgSession::open(m_conninfo));
    ISO_ASSIGN(const PgRows prepared, session->exec("select gid from pg_prepared_xacts"));
    for (const auto& row : prepared) {
        (void)session->exec("commit prepared '" + *row[0] + "'").ok();
    }
    return {};
}

std::map<std::string, int> OracleWorkload::events() const
{
    const std::lock_guard lock(m_mutex);
    return m_events;
}

/// Which columns there are: an alteration may have failed.
bool OracleWorkload::reload(PgSession& session)
{
    const auto rows = session.exec("select attname from pg_attribute where attrelid ="
                                   " 'o.a'::regclass and attname like 'x%' and not attisdropped");
    if (!rows.ok()) {
        return false;
    }
    const std::lock_guard lock(m_mutex);
    m_added.clear();
    for (const auto& row : *rows) {
        m_added.push_back(*row[0]);
    }
    return true;
}

void OracleWorkload::note(const std::string& event)
{
    const std::lock_guard lock(m_mutex);
    ++m_events[event];
}

} // namespace isotherm::test
