// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/pg_cluster.h"

#include "tests/harness/process.h"

#include <cstdio>
#include <cstdlib>
#include <libpq-fe.h>

namespace isotherm::test
{
namespace
{

struct ResultCloser
{
    void operator()(PGresult* result) const { ::PQclear(result); }
};
struct ConnectionCloser
{
    void operator()(PGconn* connection) const { ::PQfinish(connection); }
};

std::string firstValue(const Result<PgRows>& rows, const std::string& sql)
{
    if (!rows.ok()) {
        std::fprintf(stderr, "test statement failed: %s\n%s\n", rows.error().text().c_str(),
                     sql.c_str());
        std::abort();
    }
    return rows->empty() || rows->front().empty() ? "" : rows->front().front().value_or("");
}

} // namespace

struct PgSession::State
{
    std::unique_ptr<PGconn, ConnectionCloser> connection;
};

PgSession::PgSession(std::unique_ptr<State> state) : m_state(std::move(state)) {}
PgSession::~PgSession() = default;

Result<std::unique_ptr<PgSession>> PgSession::open(const std::string& conninfo)
{
    auto state = std::make_unique<State>();
    state->connection.reset(::PQconnectdb(conninfo.c_str()));
    if (::PQstatus(state->connection.get()) != CONNECTION_OK) {
        return makeError(Code::Unavailable, ::PQerrorMessage(state->connection.get()));
    }
    ::PQsetNoticeProcessor(
        state->connection.get(), [](void*, const char*) {}, nullptr);
    return std::unique_ptr<PgSession>(new PgSession(std::move(state)));
}

Result<PgRows> PgSession::exec(const std::string& sql)
{
    const std::unique_ptr<PGresult, ResultCloser> result(
        ::PQexec(m_state->connection.get(), sql.c_str()));
    const ExecStatusType status = ::PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
        const char* sqlState = ::PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
        return makeError(Code::Unknown, ::PQerrorMessage(m_state->connection.get()),
                         sqlState == nullptr ? "" : sqlState);
    }
    PgRows rows(static_cast<std::size_t>(::PQntuples(result.get())));
    for (int row = 0; row < ::PQntuples(result.get()); ++row) {
        for (int column = 0; column < ::PQnfields(result.get()); ++column) {
            std::optional<std::string> value;
            if (::PQgetisnull(result.get(), row, column) == 0) {
                value.emplace(::PQgetvalue(result.get(), row, column),
                              static_cast<std::size_t>(::PQgetlength(result.get(), row, column)));
            }
            rows[static_cast<std::size_t>(row)].push_back(std::move(value));
        }
    }
    return rows;
}

std::string PgSession::value(const std::string& sql)
{
    return firstValue(exec(sql), sql);
}

int PgSession::backendPid() const
{
    return ::PQbackendPID(m_state->connection.get());
}

Result<std::unique_ptr<PgCluster>> PgCluster::start(PgClusterOptions options)
{
    std::unique_ptr<PgCluster> cluster(new PgCluster());
    demo::PrivateServerOptions server;
    server.folder = cluster->m_folder.path();
    server.fsync = options.fsync;
    server.settings = std::move(options.settings);
    ISO_ASSIGN(cluster->m_server, demo::PrivateServer::start(std::move(server)));
    return cluster;
}

std::string PgCluster::conninfo(const std::string& database) const
{
    return m_server->conninfo(database);
}

Result<PgRows> PgCluster::exec(const std::string& sql, const std::string& database)
{
    ISO_ASSIGN(const auto session, PgSession::open(conninfo(database)));
    return session->exec(sql);
}

std::string PgCluster::value(const std::string& sql, const std::string& database)
{
    return firstValue(exec(sql, database), sql);
}

Result<std::string> PgCluster::tool(const std::string& program, std::vector<std::string> arguments,
                                    const std::string& database)
{
    ProcessOptions options;
    options.program = (m_server->binaries() / program).string();
    options.arguments = std::move(arguments);
    options.environment = {{"PGHOST", m_server->folder().string()},
                           {"PGPORT", std::to_string(m_server->port())},
                           {"PGUSER", "postgres"},
                           {"PGDATABASE", database}};
    ISO_ASSIGN(const ProcessResult result, Process::run(options, std::chrono::minutes(10)));
    if (result.exitCode != 0) {
        return makeError(Code::Unknown, program + " ended with " + std::to_string(result.exitCode) +
                                            ": " + result.standardError);
    }
    return result.standardOutput;
}

Status PgCluster::stop(demo::StopMode mode)
{
    return m_server->stop(mode);
}

Status PgCluster::startAgain()
{
    return m_server->startAgain();
}

Status PgCluster::restart(demo::StopMode mode)
{
    return m_server->restart(mode);
}

} // namespace isotherm::test
