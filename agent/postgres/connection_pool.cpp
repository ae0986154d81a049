// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/connection_pool.h"

#include <utility>

namespace isotherm::postgres
{
namespace
{

constexpr std::size_t kMostIdle = 4;

} // namespace

Lease::Lease(std::shared_ptr<ConnectionPool> pool, Connection connection, bool reused)
    : m_pool(std::move(pool)), m_connection(std::move(connection)), m_reused(reused)
{
}

Lease::~Lease()
{
    // A moved-from lease has no pool any more.
    if (m_pool && m_connection && m_connection->idle()) {
        m_pool->giveBack(std::move(*m_connection));
    }
}

Result<Lease> ConnectionPool::take()
{
    {
        const std::lock_guard lock(m_mutex);
        if (!m_idle.empty()) {
            Lease lease(shared_from_this(), std::move(m_idle.back()), true);
            m_idle.pop_back();
            return lease;
        }
    }
    return takeFresh();
}

Result<Lease> ConnectionPool::takeWorking()
{
    {
        ISO_ASSIGN(Lease lease, take());
        if (!lease.reused() || lease->query("SELECT 1").ok()) {
            return lease;
        }
    }
    clear(); // the others have waited as long
    return takeFresh();
}

Result<Lease> ConnectionPool::takeFresh()
{
    ISO_ASSIGN(Connection connection, Connection::open(m_options));
    return Lease(shared_from_this(), std::move(connection), false);
}

void ConnectionPool::giveBack(Connection connection)
{
    const std::lock_guard lock(m_mutex);
    if (m_idle.size() < kMostIdle) {
        m_idle.push_back(std::move(connection));
    }
}

void ConnectionPool::clear()
{
    const std::lock_guard lock(m_mutex);
    m_idle.clear();
}

} // namespace isotherm::postgres
