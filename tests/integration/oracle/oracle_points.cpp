// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/oracle/oracle_points.h"

#include <utility>

namespace isotherm::test
{

Result<OraclePoints> OraclePoints::open(const std::string& conninfo)
{
    ISO_ASSIGN(auto session, PgSession::open(conninfo));
    ISO_ASSIGN(const PgRows alone, session->exec("set synchronous_commit = local"));
    (void)alone;
    return OraclePoints(std::move(session));
}

Result<std::string> OraclePoints::columnsOf(const std::string& table)
{
    ISO_ASSIGN(const PgRows rows,
               m_session->exec("select string_agg(attname || ' ' || format_type(atttypid,"
                               " atttypmod), ', ' order by attnum) from pg_attribute"
                               " where attrelid = '" +
                               table +
                               "'::regclass and attnum > 0 and not attisdropped"
                               " and attgenerated = ''"));
    return rows.front().front().value_or("");
}

Result<OracleTable> OraclePoints::copy(const std::string& table, std::size_t number)
{
    OracleTable copy;
    copy.name = table;
    copy.copy = "oracle.p" + std::to_string(number) + "_" + table.substr(2);
    ISO_ASSIGN(copy.columns, columnsOf(table));
    ISO_ASSIGN(const PgRows rows,
               m_session->exec("select 'row(' || string_agg(quote_ident(attname), ', ' order by"
                               " attnum) || ')::text', (select string_agg('o.' || relname, ' ')"
                               "   from pg_inherits join pg_class on oid = inhrelid"
                               "   where inhparent = '" +
                               table + "'::regclass) from pg_attribute where attrelid = '" + table +
                               "'::regclass and attnum > 0 and not attisdropped and attgenerated"
                               " = ''"));
    copy.row = rows.front()[0].value_or("");
    std::string leaves = rows.front()[1].value_or("");
    while (!leaves.empty()) {
        const std::size_t end = leaves.find(' ');
        copy.leaves.push_back(leaves.substr(0, end));
        leaves = end == std::string::npos ? "" : leaves.substr(end + 1);
    }
    ISO_ASSIGN(const PgRows made,
               m_session->exec("create unlogged table " + copy.copy + " as select " + copy.row +
                               " as r, tableoid::regclass::text as leaf from " + table));
    (void)made;
    return copy;
}

Result<OraclePoint> OraclePoints::take(std::shared_mutex& gate)
{
    const std::lock_guard alone(gate);
    OraclePoint point;
    point.number = ++m_taken;
    ISO_ASSIGN(const PgRows begun,
               m_session->exec("begin isolation level repeatable read;"
                               "select (pg_current_wal_insert_lsn() - '0/0')::int8"));
    point.lsn = Lsn(std::stoull(*begun.front().front()) - 1); // the next commit may begin there
    for (const char* table : {"o.a", "o.b"}) {
        auto copied = copy(table, point.number);
        if (!copied.ok()) {
            (void)m_session->exec("rollback").ok();
            return copied.error();
        }
        point.tables.push_back(std::move(copied).value());
    }
    ISO_ASSIGN(const PgRows ended, m_session->exec("commit"));
    (void)ended;
    return point;
}

Result<std::string> OraclePoints::compare(const OracleTable& expected, const std::string& restored,
                                          const std::vector<std::string>& withoutLeaves)
{
    std::string without;
    for (const std::string& leaf : withoutLeaves) {
        without += (without.empty() ? " where leaf not in ('" : ", '") + leaf + "'";
    }
    without += without.empty() ? "" : ")";
    ISO_ASSIGN(const std::string columns, columnsOf(restored));
    if (columns != expected.columns) {
        return "columns (" + columns + ") instead of (" + expected.columns + ")";
    }
    const std::string back = "select " + expected.row + " from " + restored;
    const std::string there = "select r from " + expected.copy + without;
    ISO_ASSIGN(const PgRows rows,
               m_session->exec("select count(*), min(left(r, 300)) from (((" + back +
                               ") except all (" + there + ")) union all ((" + there +
                               ") except all (" + back + "))) d(r)"));
    return rows.front()[0] == "0"
               ? std::string()
               : *rows.front()[0] + " rows differ, " + rows.front()[1].value_or("?");
}

} // namespace isotherm::test
