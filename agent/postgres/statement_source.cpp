// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/statement_source.h"

#include "agent/postgres/connection_pool.h"
#include "agent/postgres/sql_text.h"

#include <algorithm>
#include <utility>

namespace isotherm::postgres
{
namespace
{

constexpr const char* kLogSettings =
    "SELECT current_setting('logging_collector')::bool, current_setting('log_destination'),"
    " (SELECT setting::int FROM pg_settings WHERE name = 'log_min_duration_statement'),"
    " (SELECT setting::int FROM pg_settings WHERE name = 'log_min_duration_sample'),"
    " current_setting('log_statement_sample_rate')::float8,"
    " current_setting('log_transaction_sample_rate')::float8,"
    " current_setting('log_statement') = 'all',"
    " has_function_privilege('pg_ls_logdir()', 'EXECUTE')"
    "   AND has_function_privilege('pg_read_binary_file(text,int8,int8,bool)', 'EXECUTE'),"
    " current_database()";

engine::LogSettings settingsOf(const QueryRows& rows)
{
    engine::LogSettings settings;
    const std::string destination = rows.text(0, 1);
    const bool json = destination.find("jsonlog") != std::string::npos;
    settings.format = json ? engine::LogFormat::Json : engine::LogFormat::Csv;
    settings.everything = rows.truth(0, 6);
    settings.database = rows.text(0, 8);
    const double sampled = rows.integer(0, 3) >= 0 ? rows.real(0, 4) : 0;
    const bool all = rows.integer(0, 2) == 0 || settings.everything;
    settings.sampleRate = all ? 1 : 1 - (1 - sampled) * (1 - rows.real(0, 5));
    if (!rows.truth(0, 0) || (!json && destination.find("csvlog") == std::string::npos)) {
        settings.trouble = "the server keeps no log that can be read by programs";
        settings.hint = "set logging_collector = on and log_destination = 'jsonlog' (or 'csvlog') "
                        "and restart it";
    } else if (settings.sampleRate <= 0) {
        settings.trouble = "the server logs no sample of its statements";
        settings.hint = "set log_min_duration_sample = 0 and log_statement_sample_rate = 0.01 and "
                        "reload it";
    } else if (!rows.truth(0, 7)) {
        settings.trouble = "the agent's role may not read the server's log";
        settings.hint = "run what `isotherm-agent init-db --print-sql --read-log` prints, or set "
                        "log_directory in [attribution] where the agent can read the files";
    }
    return settings;
}

class Source final : public engine::StatementSource
{
public:
    explicit Source(PostgresOptions options)
        : m_pool(std::make_shared<ConnectionPool>(std::move(options)))
    {
    }

    Result<engine::LogSettings> logSettings() override
    {
        return m_pool->with([](Connection& connection) -> Result<engine::LogSettings> {
            ISO_ASSIGN(const QueryRows rows, connection.query(kLogSettings));
            return settingsOf(rows);
        });
    }

    Result<std::vector<engine::LogFile>> list() override
    {
        return m_pool->with([](Connection& connection) -> Result<std::vector<engine::LogFile>> {
            ISO_ASSIGN(const QueryRows rows,
                       connection.query("SELECT name, size,"
                                        " (extract(epoch FROM modification) * 1000000)::int8"
                                        " FROM pg_ls_logdir()"));
            std::vector<engine::LogFile> files;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                files.push_back({rows.text(i, 0), static_cast<std::uint64_t>(rows.integer(i, 1)),
                                 fromUnixMicros(rows.integer(i, 2))});
            }
            return files;
        });
    }

    Result<std::string> read(const std::string& name, std::uint64_t offset,
                             std::uint64_t length) override
    {
        return m_pool->with([&](Connection& connection) -> Result<std::string> {
            ISO_ASSIGN(const QueryRows rows,
                       connection.query("SELECT pg_read_binary_file(current_setting("
                                        "'log_directory') || '/' || $1, $2::int8, $3::int8, true)",
                                        {name, std::to_string(offset), std::to_string(length)},
                                        ResultFormat::Binary));
            if (rows.size() == 0 || rows.isNull(0, 0)) {
                return makeError(Code::NotFound, "the log file " + name + " is gone");
            }
            return rows.text(0, 0);
        });
    }

    Result<std::vector<engine::StatementTotals>> statistics(std::size_t limit) override
    {
        return m_pool->with([limit](Connection& connection)
                                -> Result<std::vector<engine::StatementTotals>> {
            ISO_ASSIGN(const QueryRows where,
                       connection.query("SELECT n.nspname FROM pg_extension e JOIN pg_namespace n"
                                        " ON n.oid = e.extnamespace"
                                        " WHERE e.extname = 'pg_stat_statements'"));
            if (where.size() == 0) {
                return makeError(Code::FailedPrecondition,
                                 "the server keeps no statistics of statements",
                                 "add pg_stat_statements to shared_preload_libraries, restart, and "
                                 "create extension pg_stat_statements in the managed database");
            }
            ISO_ASSIGN(const QueryRows rows,
                       connection.query(
                           "SELECT queryid, left(query, 2000), calls, rows, total_exec_time FROM " +
                               quoteIdentifier(where.text(0, 0)) +
                               ".pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database"
                               " WHERE datname = current_database()) AND query IS NOT NULL"
                               " ORDER BY total_exec_time DESC LIMIT $1::int8",
                           {std::to_string(limit)}));
            std::vector<engine::StatementTotals> totals;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                totals.push_back({rows.text(i, 0), rows.text(i, 1),
                                  static_cast<std::uint64_t>(rows.integer(i, 2)),
                                  static_cast<std::uint64_t>(rows.integer(i, 3)), rows.real(i, 4)});
            }
            return totals;
        });
    }

private:
    std::shared_ptr<ConnectionPool> m_pool;
};

} // namespace

std::unique_ptr<engine::StatementSource> makeStatementSource(PostgresOptions options)
{
    return std::make_unique<Source>(std::move(options));
}

} // namespace isotherm::postgres
