// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/postgres_engine.h"
#include "shared/base/file.h"
#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <libpq-fe.h>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::postgres
{

/// The rows of one result. Values are text unless a binary result was asked for.
class QueryRows
{
public:
    explicit QueryRows(PGresult* result) : m_result(result) {}

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool isNull(std::size_t row, int column) const;
    /// Valid as long as this object; empty for NULL.
    [[nodiscard]] std::string_view view(std::size_t row, int column) const;
    [[nodiscard]] std::string text(std::size_t row, int column) const;
    /// 0 for NULL or what is no number.
    [[nodiscard]] std::int64_t integer(std::size_t row, int column) const;
    [[nodiscard]] double real(std::size_t row, int column) const;
    [[nodiscard]] bool truth(std::size_t row, int column) const;
    /// The elements of a one-dimensional array's text form.
    [[nodiscard]] std::vector<std::string> array(std::size_t row, int column) const;
    /// Rows that the statement wrote or copied.
    [[nodiscard]] std::uint64_t affected() const;

private:
    struct Closer
    {
        void operator()(PGresult* result) const { ::PQclear(result); }
    };
    std::unique_ptr<PGresult, Closer> m_result;
};

/// Wakes a wait on a socket when a stop is asked for.
class StopSignal
{
public:
    explicit StopSignal(std::stop_token stop);

    [[nodiscard]] bool requested() const { return m_stop.stop_requested(); }
    [[nodiscard]] int descriptor() const { return m_event.get(); }

private:
    std::stop_token m_stop;
    FileDescriptor m_event;
    std::stop_callback<std::function<void()>> m_callback;
};

enum class ResultFormat { Text = 0, Binary = 1 };

struct TypedParameter
{
    std::uint32_t type = 0; ///< object id
    std::string_view binary;
};

/// A replication session understands replication commands, and statements without parameters.
enum class Session { Queries, Replication };

/// One session with everything pinned that changes the meaning of values or names: search_path is
/// pg_catalog alone, so every name we send is qualified and every name we get is. Statements have a
/// deadline on both sides, so that a vanished server cannot hang us. Not thread-safe.
class Connection
{
public:
    [[nodiscard]] static Result<Connection> open(const PostgresOptions& options,
                                                 Session session = Session::Queries);

    /// One statement with text parameters ($1, …).
    [[nodiscard]] Result<QueryRows> query(const std::string& sql,
                                          const std::vector<std::string>& parameters = {},
                                          ResultFormat format = ResultFormat::Text);
    /// One statement with parameters in their types' binary form.
    [[nodiscard]] Result<QueryRows> queryBinary(const std::string& sql,
                                                const std::vector<TypedParameter>& parameters);
    /// One or more statements whose rows do not matter.
    [[nodiscard]] Status run(const std::string& sql);
    /// One statement or replication command without parameters.
    [[nodiscard]] Result<QueryRows> command(const std::string& sql);
    /// As run(), for statements that may take longer than the statement timeout.
    [[nodiscard]] Status runLong(const std::string& sql, std::chrono::milliseconds limit);
    /// Sends a statement without waiting: of a COPY TO even the go-ahead may come with its first
    /// rows only.
    [[nodiscard]] Status send(const std::string& sql);
    /// Sends a COPY FROM and waits for the server's go-ahead.
    [[nodiscard]] Status startCopyIn(const std::string& sql);

    /// The result of what was sent, which may take longer than the statement timeout.
    [[nodiscard]] Result<QueryRows> collectLong(std::chrono::milliseconds limit)
    {
        return collect(limit);
    }

    /// As collectLong(), but at `deadline` the server is asked to give up, and its word for that is
    /// waited for: the session is as good as before.
    [[nodiscard]] Result<QueryRows> collectUntil(std::chrono::steady_clock::time_point deadline);

    /// Collects the end of a COPY: how many rows the server counted.
    [[nodiscard]] Result<std::uint64_t> finishCopy(std::chrono::milliseconds limit);

    /// Waits until the socket can be read, or also written. Cancelled when `stop` (may be null)
    /// asks, DeadlineExceeded after `limit`.
    [[nodiscard]] Status waitSocket(bool alsoWrite, std::chrono::milliseconds limit,
                                    const StopSignal* stop);
    /// Asks the server to cancel what it does for us.
    void cancel();

    [[nodiscard]] bool broken() const;
    [[nodiscard]] bool idle() const; ///< not in a transaction, nothing pending
    [[nodiscard]] PGconn* handle() const { return m_connection.get(); }
    [[nodiscard]] const PostgresOptions& options() const { return *m_options; }

private:
    struct Closer
    {
        void operator()(PGconn* connection) const { ::PQfinish(connection); }
    };
    Connection(PGconn* connection, std::shared_ptr<const PostgresOptions> options);

    [[nodiscard]] Status pinSession();
    /// What becomes of a session that did not answer in time.
    enum class WhenLate { GivenUp, AskedToStop };
    /// The last result of what was sent; the first error wins.
    [[nodiscard]] Result<QueryRows> collect(std::chrono::milliseconds limit,
                                            WhenLate late = WhenLate::GivenUp);

    std::unique_ptr<PGconn, Closer> m_connection;
    std::shared_ptr<const PostgresOptions> m_options;
};

} // namespace isotherm::postgres
