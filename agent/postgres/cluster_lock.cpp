// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/cluster_lock.h"

#include <chrono>
#include <mutex>
#include <thread>
#include <utility>

namespace isotherm::postgres
{
namespace
{

/// "isotherm" in ASCII: the two halves are the lock's class and object in pg_locks.
constexpr const char* kLockKey = "7598539542062527085"; // 0x69736F746865726D
constexpr const char* kHeldBy =
    "FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1"
    " AND l.classid = 1769172852 AND l.objid = 1751478893"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// A holder that was killed is gone from the server a moment later.
constexpr int kAttempts = 20;
constexpr auto kBetweenAttempts = std::chrono::milliseconds(100);

class AdvisoryLock final : public engine::ClusterLock
{
public:
    explicit AdvisoryLock(Connection connection) : m_connection(std::move(connection)) {}

    Status check() override
    {
        const std::lock_guard lock(m_mutex);
        const auto held = m_connection.query(std::string("SELECT count(*) ") + kHeldBy +
                                             " AND l.pid = pg_backend_pid()");
        if (held.ok() && held->integer(0, 0) == 1) {
            return {};
        }
        return makeError(Code::Unavailable,
                         "the connection that holds the cluster's lock was lost" +
                             (held.ok() ? std::string() : ": " + held.error().message),
                         "the agent stops changing things until it has the lock again");
    }

private:
    std::mutex m_mutex;
    Connection m_connection;
};

Error heldByAnother(Connection& connection)
{
    std::string holder = "another session";
    const auto rows = connection.query(
        std::string("SELECT a.pid, coalesce(a.application_name, ''), coalesce(a.usename, ''),"
                    " coalesce(host(a.client_addr), 'this host'), a.backend_start::timestamptz(0)"
                    " FROM pg_stat_activity a JOIN (SELECT l.pid ") +
        kHeldBy + ") k USING (pid)");
    if (rows.ok() && rows->size() > 0) {
        holder = "process " + rows->text(0, 0) + " (application \"" + rows->text(0, 1) +
                 "\", role " + rows->text(0, 2) + ", from " + rows->text(0, 3) + ", since " +
                 rows->text(0, 4) + ")";
    }
    return makeError(Code::FailedPrecondition,
                     "another agent manages this cluster: " + holder + " holds its lock",
                     "stop the other agent, or give this one another cluster");
}

} // namespace

Result<std::unique_ptr<engine::ClusterLock>> acquireClusterLock(const PostgresOptions& options)
{
    ISO_ASSIGN(Connection connection, Connection::open(options));
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
        if (attempt > 0) {
            std::this_thread::sleep_for(kBetweenAttempts);
        }
        ISO_ASSIGN(const QueryRows rows,
                   connection.query(std::string("SELECT pg_try_advisory_lock(") + kLockKey + ")"));
        if (rows.truth(0, 0)) {
            return std::unique_ptr<engine::ClusterLock>(
                std::make_unique<AdvisoryLock>(std::move(connection)));
        }
    }
    return heldByAnother(connection);
}

} // namespace isotherm::postgres
