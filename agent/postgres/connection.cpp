// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/connection.h"

#include "agent/postgres/pg_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace isotherm::postgres
{
namespace
{

/// What the client waits longer than the server's own timeout, so that the server's word comes
/// first.
constexpr auto kGrace = std::chrono::milliseconds(5'000);

std::string millis(std::chrono::milliseconds duration)
{
    return std::to_string(duration.count());
}

/// Everything that changes how values are written, which rows are seen, or in which order they
/// come. synchronize_seqscans and parallel plans would start or deal rows out of physical order.
std::string pinnedSettings(const PostgresOptions& options)
{
    return "SET search_path = pg_catalog; SET row_security = off; SET datestyle = 'ISO, YMD';"
           "SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET extra_float_digits = 3;"
           "SET bytea_output = 'hex'; SET xmloption = 'content';"
           "SET standard_conforming_strings = on; SET quote_all_identifiers = off;"
           "SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0;"
           "SET jit = off; SET default_transaction_isolation = 'read committed';"
           "SET default_transaction_read_only = off; SET default_transaction_deferrable = off;"
           "SET idle_in_transaction_session_timeout = 0; SET idle_session_timeout = 0;"
           "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10;"
           "SET tcp_keepalives_count = 3;"
           "SET lock_timeout = " +
           millis(options.lockTimeout) +
           "; SET statement_timeout = " + millis(options.statementTimeout) +
           ";"
           "SELECT set_config(name, '0', false) FROM pg_catalog.pg_settings "
           "WHERE name = 'transaction_timeout'"; // 17 and newer
}

} // namespace

std::size_t QueryRows::size() const
{
    return static_cast<std::size_t>(::PQntuples(m_result.get()));
}

bool QueryRows::isNull(std::size_t row, int column) const
{
    return ::PQgetisnull(m_result.get(), static_cast<int>(row), column) != 0;
}

std::string_view QueryRows::view(std::size_t row, int column) const
{
    const int at = static_cast<int>(row);
    return {::PQgetvalue(m_result.get(), at, column),
            static_cast<std::size_t>(::PQgetlength(m_result.get(), at, column))};
}

std::string QueryRows::text(std::size_t row, int column) const
{
    return std::string(view(row, column));
}

std::int64_t QueryRows::integer(std::size_t row, int column) const
{
    const std::string_view digits = view(row, column);
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

double QueryRows::real(std::size_t row, int column) const
{
    return std::strtod(text(row, column).c_str(), nullptr);
}

bool QueryRows::truth(std::size_t row, int column) const
{
    return view(row, column) == "t";
}

std::vector<std::string> QueryRows::array(std::size_t row, int column) const
{
    std::vector<std::string> elements;
    std::string_view rest = view(row, column);
    if (rest.size() <= 2) {
        return elements;
    }
    rest = rest.substr(1, rest.size() - 2);
    std::string element;
    bool quoted = false;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size()) {
            element.push_back(rest[++i]);
        } else if (rest[i] == '"') {
            quoted = !quoted;
        } else if (rest[i] == ',' && !quoted) {
            elements.push_back(std::exchange(element, {}));
        } else {
            element.push_back(rest[i]);
        }
    }
    elements.push_back(std::move(element));
    return elements;
}

std::uint64_t QueryRows::affected() const
{
    const std::string_view digits = ::PQcmdTuples(m_result.get());
    std::uint64_t count = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    return count;
}

StopSignal::StopSignal(std::stop_token stop)
    : m_stop(std::move(stop)), m_event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      m_callback(m_stop, [fd = m_event.get()] {
          const std::uint64_t one = 1;
          (void)!::write(fd, &one, sizeof(one));
      })
{
}

Connection::Connection(PGconn* connection, std::shared_ptr<const PostgresOptions> options)
    : m_connection(connection), m_options(std::move(options))
{
    ::PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
}

Result<Connection> Connection::open(const PostgresOptions& options, Session session)
{
    const std::string seconds = std::to_string(std::max<long>(
        2, std::chrono::duration_cast<std::chrono::seconds>(options.connectTimeout).count()));
    // What stands before dbname can be overridden by the operator's string, what follows cannot.
    const bool replication = session == Session::Replication;
    const std::array<const char*, 10> keywords = {"application_name",
                                                  "connect_timeout",
                                                  "keepalives_idle",
                                                  "keepalives_interval",
                                                  "keepalives_count",
                                                  "tcp_user_timeout",
                                                  "dbname",
                                                  "client_encoding",
                                                  replication ? "replication" : nullptr,
                                                  nullptr};
    const std::array<const char*, 10> values = {"isotherm",
                                                seconds.c_str(),
                                                "30",
                                                "10",
                                                "3",
                                                "60000",
                                                options.conninfo.c_str(),
                                                "UTF8",
                                                replication ? "database" : nullptr,
                                                nullptr};
    Connection connection(::PQconnectdbParams(keywords.data(), values.data(), 1),
                          std::make_shared<const PostgresOptions>(options));
    if (::PQstatus(connection.handle()) != CONNECTION_OK) {
        return connectionError(connection.handle());
    }
    if (::PQserverVersion(connection.handle()) < 150000) {
        return makeError(Code::FailedPrecondition, "the server is older than PostgreSQL 15",
                         "upgrade the server: Isotherm needs PostgreSQL 15 or newer");
    }
    ISO_TRY(connection.pinSession());
    return connection;
}

Status Connection::pinSession()
{
    ISO_TRY(run(pinnedSettings(*m_options)));
    const char* encoding = ::PQparameterStatus(handle(), "server_encoding");
    if (encoding != nullptr && std::string_view(encoding) == "SQL_ASCII") {
        // Bytes of no known encoding: anything but their own form would be refused on the way back.
        ISO_TRY(run("SET client_encoding = 'SQL_ASCII'"));
    }
    return {};
}

Result<QueryRows> Connection::collectUntil(std::chrono::steady_clock::time_point deadline)
{
    if (broken()) {
        return connectionError(handle());
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    return collect(std::max(left, std::chrono::milliseconds(0)), WhenLate::AskedToStop);
}

Result<QueryRows> Connection::collect(std::chrono::milliseconds limit, WhenLate late)
{
    auto deadline = std::chrono::steady_clock::now() + limit;
    Result<QueryRows> last = makeError(Code::Internal, "the server sent no result");
    bool failed = false;
    for (;;) {
        while (::PQisBusy(handle()) != 0) {
            const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
                deadline - std::chrono::steady_clock::now());
            const Status waited =
                waitSocket(::PQflush(handle()) > 0, std::max(left, kGrace / 1000), nullptr);
            if (!waited.ok()) {
                cancel();
                if (std::exchange(late, WhenLate::GivenUp) == WhenLate::AskedToStop) {
                    deadline = std::chrono::steady_clock::now() + kGrace;
                    continue;
                }
                m_connection.reset(); // its state is unknown now
                return waited.error();
            }
            if (::PQconsumeInput(handle()) == 0) {
                return connectionError(handle());
            }
        }
        PGresult* result = ::PQgetResult(handle());
        if (result == nullptr) {
            return last;
        }
        const ExecStatusType status = ::PQresultStatus(result);
        QueryRows rows(result);
        if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH) {
            return rows;
        }
        const bool good = status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
        if (!good && !failed) {
            failed = true;
            last = resultError(result, handle());
        } else if (good && !failed) {
            last = std::move(rows);
        }
    }
}

Result<QueryRows> Connection::query(const std::string& sql,
                                    const std::vector<std::string>& parameters, ResultFormat format)
{
    if (broken()) {
        return connectionError(handle());
    }
    std::vector<const char*> values;
    values.reserve(parameters.size());
    for (const std::string& parameter : parameters) {
        values.push_back(parameter.c_str());
    }
    if (::PQsendQueryParams(handle(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                            values.data(), nullptr, nullptr, static_cast<int>(format)) == 0) {
        return connectionError(handle());
    }
    return collect(m_options->statementTimeout + kGrace);
}

Result<QueryRows> Connection::queryBinary(const std::string& sql,
                                          const std::vector<TypedParameter>& parameters)
{
    if (broken()) {
        return connectionError(handle());
    }
    std::vector<::Oid> types;
    std::vector<const char*> values;
    std::vector<int> lengths;
    for (const TypedParameter& parameter : parameters) {
        types.push_back(parameter.type);
        values.push_back(parameter.binary.data());
        lengths.push_back(static_cast<int>(parameter.binary.size()));
    }
    const std::vector<int> formats(parameters.size(), 1);
    if (::PQsendQueryParams(handle(), sql.c_str(), static_cast<int>(values.size()), types.data(),
                            values.data(), lengths.data(), formats.data(), 0) == 0) {
        return connectionError(handle());
    }
    return collect(m_options->statementTimeout + kGrace);
}

Status Connection::run(const std::string& sql)
{
    return runLong(sql, m_options->statementTimeout + kGrace);
}

Result<QueryRows> Connection::command(const std::string& sql)
{
    ISO_TRY(send(sql));
    return collect(m_options->statementTimeout + kGrace);
}

Status Connection::runLong(const std::string& sql, std::chrono::milliseconds limit)
{
    ISO_TRY(send(sql));
    const auto result = collect(limit);
    return result.ok() ? Status() : Status(result.error());
}

Status Connection::send(const std::string& sql)
{
    if (broken() || ::PQsendQuery(handle(), sql.c_str()) == 0) {
        return connectionError(handle());
    }
    return {};
}

Status Connection::startCopyIn(const std::string& sql)
{
    ISO_TRY(run(sql));
    if (::PQtransactionStatus(handle()) != PQTRANS_ACTIVE) {
        return makeError(Code::Internal, "the server did not start to take rows");
    }
    return {};
}

Result<std::uint64_t> Connection::finishCopy(std::chrono::milliseconds limit)
{
    ISO_ASSIGN(const QueryRows result, collect(limit));
    return result.affected();
}

Status Connection::waitSocket(bool alsoWrite, std::chrono::milliseconds limit,
                              const StopSignal* stop)
{
    const auto events = static_cast<short>(POLLIN | (alsoWrite ? POLLOUT : 0));
    const int wake = stop == nullptr ? -1 : stop->descriptor();
    std::array<pollfd, 2> watched{{{::PQsocket(handle()), events, 0}, {wake, POLLIN, 0}}};
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (stop != nullptr && stop->requested()) {
            return makeError(Code::Cancelled, "stopped");
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        const int ready = ::poll(watched.data(), wake < 0 ? 1 : 2,
                                 static_cast<int>(std::clamp<long>(left.count(), 0, 3'600'000)));
        if (ready > 0 && watched[0].revents != 0) {
            return {};
        }
        if (ready < 0 && errno != EINTR) {
            return errnoError(errno, "cannot wait for the database");
        }
        if (ready == 0) {
            return makeError(Code::DeadlineExceeded, "the database did not answer in time",
                             "check its load and the network");
        }
    }
}

void Connection::cancel()
{
    if (PGcancel* request = ::PQgetCancel(handle()); request != nullptr) {
        std::array<char, 256> message{};
        ::PQcancel(request, message.data(), static_cast<int>(message.size()));
        ::PQfreeCancel(request);
    }
}

bool Connection::broken() const
{
    return handle() == nullptr || ::PQstatus(handle()) != CONNECTION_OK;
}

bool Connection::idle() const
{
    return !broken() && ::PQtransactionStatus(handle()) == PQTRANS_IDLE;
}

} // namespace isotherm::postgres
