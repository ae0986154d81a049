// SPDX-License-Identifier: Apache-2.0
#include "agent/postgres/postgres_engine.h"

#include "agent/postgres/change_feed.h"
#include "agent/postgres/cluster_lock.h"
#include "agent/postgres/connection_pool.h"
#include "agent/postgres/counters.h"
#include "agent/postgres/keyspace.h"
#include "agent/postgres/leaf_swap.h"
#include "agent/postgres/reshard_port.h"
#include "agent/postgres/restore_target.h"
#include "agent/postgres/row_editing.h"
#include "agent/postgres/snapshot.h"
#include "agent/postgres/table_survey.h"

#include <array>
#include <memory>
#include <unistd.h>
#include <utility>

namespace isotherm::postgres
{
namespace
{

/// host:port; a socket's folder means this machine.
std::string nodeName(const Connection& connection)
{
    const char* host = ::PQhost(connection.handle());
    const char* port = ::PQport(connection.handle());
    std::string name = host == nullptr ? "" : host;
    if (name.empty() || name.front() == '/' || name.front() == '@') {
        std::array<char, 256> own{};
        name = ::gethostname(own.data(), own.size() - 1) == 0 ? own.data() : "localhost";
    }
    return name + ":" + (port == nullptr ? "5432" : port);
}

class Engine final : public engine::Engine
{
public:
    Engine(PostgresOptions options, const Clock& clock)
        : m_pool(std::make_shared<ConnectionPool>(std::move(options))), m_clock(clock)
    {
    }

    Result<engine::ClusterIdentity> identify() override
    {
        return m_pool->with([](Connection& connection) -> Result<engine::ClusterIdentity> {
            ISO_ASSIGN(const QueryRows rows,
                       connection.query("SELECT system_identifier, current_database(),"
                                        " current_setting('server_version'),"
                                        " current_setting('server_version_num')::int / 10000"
                                        " FROM pg_control_system()"));
            engine::ClusterIdentity identity;
            identity.systemId = rows.text(0, 0);
            identity.database = rows.text(0, 1);
            identity.serverVersion = rows.text(0, 2);
            identity.majorVersion = static_cast<std::uint32_t>(rows.integer(0, 3));
            identity.node = nodeName(connection);
            return identity;
        });
    }

    Result<std::unique_ptr<engine::ClusterLock>> lockCluster() override
    {
        return acquireClusterLock(m_pool->options());
    }

    Result<engine::KeyspaceLayout> describeKeyspace(const engine::KeyspaceSpec& spec) override
    {
        return m_pool->with(
            [&](Connection& connection) { return postgres::describeKeyspace(connection, spec); });
    }

    Result<engine::AccessSample> sampleAccess(const std::vector<std::uint64_t>& leafIds) override
    {
        return m_pool->with([&](Connection& connection) {
            return postgres::sampleAccess(connection, m_clock, leafIds);
        });
    }

    Result<std::unique_ptr<engine::Snapshot>>
    openSnapshot(const engine::KeyspaceLayout& keyspace, const engine::ShardLayout& shard) override
    {
        return postgres::openSnapshot(m_pool, keyspace, shard);
    }

    Result<std::unique_ptr<engine::RestoreTarget>> openRestoreTarget() override
    {
        return makeRestoreTarget(m_pool);
    }

    Result<std::shared_ptr<engine::ChangeFeed>>
    openChangeFeed(const engine::FeedSpec& spec) override
    {
        return makeChangeFeed(m_pool, spec);
    }

    Result<std::shared_ptr<engine::ReshardPort>> openReshardPort() override
    {
        return makeReshardPort(m_pool);
    }

    [[nodiscard]] Result<std::shared_ptr<engine::SurveyPort>> openSurvey() override
    {
        return makeSurveyPort(m_pool);
    }

    Result<std::shared_ptr<engine::LeafSwapping>> openLeafSwapping() override
    {
        return makeLeafSwapping(m_pool);
    }

    Result<std::shared_ptr<engine::RowEditing>> openRowEditing() override
    {
        return makeRowEditing(m_pool);
    }

private:
    std::shared_ptr<ConnectionPool> m_pool;
    const Clock& m_clock;
};

} // namespace

Result<std::unique_ptr<engine::Engine>> PostgresEngine::open(PostgresOptions options,
                                                             const Clock& clock)
{
    char* message = nullptr;
    PQconninfoOption* parsed = ::PQconninfoParse(options.conninfo.c_str(), &message);
    if (parsed == nullptr) {
        Error error = makeError(Code::InvalidArgument, "the dsn cannot be read",
                                "write it as \"host=db user=isotherm dbname=orders\", a "
                                "postgresql:// address, or service=name");
        ::PQfreemem(message); // it may quote the password
        return error;
    }
    ::PQconninfoFree(parsed);
    return std::unique_ptr<engine::Engine>(std::make_unique<Engine>(std::move(options), clock));
}

} // namespace isotherm::postgres
