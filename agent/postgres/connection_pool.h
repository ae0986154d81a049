// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace isotherm::postgres
{

class ConnectionPool;

/// A connection on loan. Goes back to its pool on destruction when it is idle and sound, else it is
/// closed.
class Lease
{
public:
    Lease(std::shared_ptr<ConnectionPool> pool, Connection connection, bool reused);
    ~Lease();
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] Connection& operator*() { return *m_connection; }
    [[nodiscard]] Connection* operator->() { return &*m_connection; }
    /// It waited in the pool, so the server may have gone since.
    [[nodiscard]] bool reused() const { return m_reused; }

private:
    std::shared_ptr<ConnectionPool> m_pool;
    std::optional<Connection> m_connection;
    bool m_reused;
};

/// Keeps a few idle connections: opening one costs the server a process. Thread-safe.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool>
{
public:
    explicit ConnectionPool(PostgresOptions options) : m_options(std::move(options)) {}

    [[nodiscard]] Result<Lease> take();
    /// As take(), for work that cannot be repeated: a reused connection is tried first.
    [[nodiscard]] Result<Lease> takeWorking();
    [[nodiscard]] const PostgresOptions& options() const { return m_options; }

    /// Runs `work(connection)`, once more on a fresh connection if a reused one turned out to be
    /// dead: so a restart of the server costs nobody an error afterwards. `work` must be
    /// repeatable.
    template <class Work>
    [[nodiscard]] auto with(Work work) -> decltype(work(std::declval<Connection&>()))
    {
        {
            auto lease = take();
            if (!lease.ok()) {
                return lease.error();
            }
            auto result = work(**lease);
            if (result.ok() || !lease->reused() || !(*lease)->broken()) {
                return result;
            }
            clear();
        }
        auto lease = take();
        if (!lease.ok()) {
            return lease.error();
        }
        return work(**lease);
    }

private:
    friend class Lease;
    [[nodiscard]] Result<Lease> takeFresh();
    void giveBack(Connection connection);
    void clear();

    const PostgresOptions m_options;
    std::mutex m_mutex;
    std::vector<Connection> m_idle;
};

} // namespace isotherm::postgres
