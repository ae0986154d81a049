// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/reshard/writer_crew.h"

#include "tests/harness/pg_cluster.h"

#include <map>
#include <random>
#include <utility>

namespace isotherm::test
{
namespace
{

using Clock = std::chrono::steady_clock;

struct Row
{
    std::int64_t customer = 0;
    std::int64_t amount = 0;
    std::string note;
    std::string big; ///< as it was made: a seed and a size
};

std::string bigSql(const std::string& seed)
{
    return "(select string_agg(md5('" + seed + "' || i), '') from generate_series(1, 120) i)";
}

} // namespace

/// One session with the rows that are its own.
class WriterCrew::Writer
{
public:
    Writer(WriterCrew& crew, int number)
        : m_crew(crew), m_table(crew.m_options.table), m_first(std::int64_t{number} * 100'000'000),
          m_random(crew.m_options.seed * 1'000 + static_cast<std::uint64_t>(number))
    {
    }

    void run()
    {
        auto session = PgSession::open(m_crew.m_options.conninfo);
        if (!session.ok()) {
            return m_crew.failed(session.error().text());
        }
        m_session = std::move(*session);
        exec("prepare add_to(int8, int8, int8) as update " + m_table +
             " set amount = amount + $3 where customer_id = $1 and id = $2");
        const double perSecond = m_crew.m_options.statementsPerSecond / m_crew.m_options.writers;
        const auto start = Clock::now();
        for (std::uint64_t n = 0; !m_crew.m_stop; ++n) {
            act();
            if (perSecond > 0) {
                std::this_thread::sleep_until(start +
                                              std::chrono::microseconds(static_cast<std::int64_t>(
                                                  static_cast<double>(n) * 1e6 / perSecond)));
            }
        }
        for (const auto& [id, row] : m_rows) {
            check(id, row);
        }
    }

private:
    bool exec(const std::string& sql)
    {
        const auto since = Clock::now();
        const auto done = m_session->exec(sql);
        m_crew.took(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - since));
        ++m_crew.m_statements;
        if (!done.ok()) {
            m_crew.failed(done.error().text() + " in: " + sql.substr(0, 120));
            (void)m_session->exec("rollback");
        }
        return done.ok();
    }

    std::int64_t key()
    {
        return std::uniform_int_distribution<std::int64_t>(m_crew.m_options.lowKey,
                                                           m_crew.m_options.highKey - 1)(m_random);
    }
    std::string where(std::int64_t id, const Row& row) const
    {
        return " where customer_id = " + std::to_string(row.customer) +
               " and id = " + std::to_string(id);
    }
    std::map<std::int64_t, Row>::iterator any()
    {
        auto found =
            m_rows.lower_bound(m_first + static_cast<std::int64_t>(
                                             m_random() % static_cast<std::uint64_t>(m_next + 1)));
        return found == m_rows.end() ? m_rows.begin() : found;
    }

    void act()
    {
        const auto kind = m_random() % 100;
        if (m_rows.size() < 20 || kind < 25) {
            return insert(kind % 4 == 0);
        }
        const auto it = any();
        const std::int64_t id = it->first;
        Row& row = it->second;
        if (kind < 45) {
            const auto by = static_cast<std::int64_t>(m_random() % 100);
            if (exec("execute add_to(" + std::to_string(row.customer) + ", " + std::to_string(id) +
                     ", " + std::to_string(by) + ")")) {
                row.amount += by;
            }
        } else if (kind < 60) {
            const std::string note = "n" + std::to_string(m_random());
            if (exec("update " + m_table + " set note = '" + note + "'" + where(id, row))) {
                row.note = note;
            }
        } else if (kind < 70) {
            move(id, row);
        } else if (kind < 78) {
            if (exec("delete from " + m_table + where(id, row))) {
                m_rows.erase(it);
            }
        } else if (kind < 86) {
            upsert(id, row);
        } else if (kind < 92) {
            exec("begin; delete from " + m_table + where(id, row) + "; insert into " + m_table +
                 " values (" + std::to_string(key()) + ", " + std::to_string(m_first - 1) +
                 ", 1, 'never', null); rollback");
        } else {
            check(id, row);
        }
    }

    void insert(bool big)
    {
        const std::int64_t id = m_first + m_next++;
        Row row{key(), static_cast<std::int64_t>(m_random() % 1'000), "new", ""};
        if (big) {
            row.big = std::to_string(m_random());
        }
        if (exec("insert into " + m_table + " (customer_id, id, amount, note, big) values (" +
                 std::to_string(row.customer) + ", " + std::to_string(id) + ", " +
                 std::to_string(row.amount) + ", 'new', " +
                 (big ? bigSql(row.big) : std::string("null")) + ")")) {
            m_rows.emplace(id, row);
        }
    }

    /// To another key, perhaps in another partition; what is kept out of line goes with it.
    void move(std::int64_t id, Row& row)
    {
        const std::int64_t to = key();
        if (exec("update " + m_table + " set customer_id = " + std::to_string(to) +
                 where(id, row))) {
            row.customer = to;
        }
    }

    void upsert(std::int64_t id, Row& row)
    {
        if (exec("insert into " + m_table + " (customer_id, id, amount, note) values (" +
                 std::to_string(row.customer) + ", " + std::to_string(id) +
                 ", 7, 'up') on conflict (customer_id, id) do update set amount = 7, note = "
                 "excluded.note")) {
            row.amount = 7;
            row.note = "up";
        }
    }

    void check(std::int64_t id, const Row& row)
    {
        const auto rows =
            m_session->exec("select amount, note, coalesce(big = " +
                            (row.big.empty() ? std::string("null") : bigSql(row.big)) +
                            ", false), big is null from " + m_table + where(id, row));
        if (!rows.ok()) {
            return m_crew.failed(rows.error().text());
        }
        const bool right = rows->size() == 1 && (*rows)[0][0] == std::to_string(row.amount) &&
                           (*rows)[0][1] == row.note &&
                           (row.big.empty() ? (*rows)[0][3] == "t" : (*rows)[0][2] == "t");
        const std::lock_guard lock(m_crew.m_mutex);
        ++m_crew.m_report.checks;
        if (!right) {
            ++m_crew.m_report.wrong;
            m_crew.m_report.errors.push_back(
                "row " + std::to_string(row.customer) + ", " + std::to_string(id) + " is " +
                (rows->size() == 1
                     ? (*rows)[0][0].value_or("null") + " " + (*rows)[0][1].value_or("null") +
                           " big " + (*rows)[0][2].value_or("?")
                     : std::to_string(rows->size()) + " times there") +
                ", not " + std::to_string(row.amount) + " " + row.note);
        }
    }

    WriterCrew& m_crew;
    const std::string m_table;
    const std::int64_t m_first;
    std::mt19937_64 m_random;
    std::unique_ptr<PgSession> m_session;
    std::map<std::int64_t, Row> m_rows;
    std::int64_t m_next = 1;
};

WriterCrew::WriterCrew(CrewOptions options) : m_options(std::move(options))
{
    for (int i = 0; i < m_options.writers; ++i) {
        m_threads.emplace_back([this, i] { write(i + 1); });
    }
    for (int i = 0; i < m_options.readers; ++i) {
        m_threads.emplace_back([this, i] { read(i); });
    }
}

WriterCrew::~WriterCrew()
{
    (void)finish();
}

CrewReport WriterCrew::finish()
{
    m_stop = true;
    for (std::thread& thread : m_threads) {
        thread.join();
    }
    m_threads.clear();
    const std::lock_guard lock(m_mutex);
    m_report.statements = m_statements;
    return m_report;
}

void WriterCrew::write(int number)
{
    Writer(*this, number).run();
}

std::vector<std::string> WriterCrew::takeErrors()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_report.errors, {});
}

/// Rows that nobody changes are always all there: no snapshot sees an empty range.
void WriterCrew::read(int number)
{
    auto session = PgSession::open(m_options.conninfo);
    if (!session.ok()) {
        return failed(session.error().text());
    }
    const std::string count = "select count(*) from " + m_options.table + " where id < 0";
    const auto first = (*session)->exec(count);
    while (first.ok() && !m_stop) {
        const bool repeatable = number % 2 == 1;
        const auto rows = (*session)->exec(
            repeatable ? "begin isolation level repeatable read; select 1; " + count : count);
        if (repeatable) {
            (void)(*session)->exec("commit");
        }
        if (!rows.ok()) {
            failed(rows.error().text());
        } else if (*rows != *first) {
            const std::lock_guard lock(m_mutex);
            ++m_report.wrong;
            m_report.errors.push_back("a reader sees " + (*rows)[0][0].value_or("?") + " of " +
                                      (*first)[0][0].value_or("?") + " quiet rows");
        }
        std::this_thread::sleep_for(m_options.readerPause);
    }
}

void WriterCrew::failed(const std::string& error)
{
    const std::lock_guard lock(m_mutex);
    m_report.errors.push_back(error);
}

void WriterCrew::took(std::chrono::microseconds time)
{
    std::int64_t known = m_slowest;
    while (known < time.count() && !m_slowest.compare_exchange_weak(known, time.count())) {
    }
    const std::lock_guard lock(m_mutex);
    m_report.slowest = std::max(m_report.slowest, time);
}

std::chrono::microseconds WriterCrew::takeSlowest()
{
    return std::chrono::microseconds(m_slowest.exchange(0));
}

} // namespace isotherm::test
