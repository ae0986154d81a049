// SPDX-License-Identifier: Apache-2.0
#include "tests/integration/reshard/reshard_world.h"

#include <algorithm>
#include <thread>

namespace isotherm::test
{

Result<std::unique_ptr<ReshardWorld>> ReshardWorld::open(const Options& options, Log& log)
{
    std::unique_ptr<ReshardWorld> world(new ReshardWorld());
    world->m_engine = openEngine(options.conninfo, world->m_clock);
    ISO_ASSIGN(world->m_database, metadata::Database::open(options.folder / "metadata.db", log));
    world->m_keyspaces = std::make_unique<metadata::KeyspaceStore>(*world->m_database);
    world->m_shards = std::make_unique<metadata::ShardStore>(*world->m_database);
    world->m_jobStore = std::make_unique<metadata::JobStore>(*world->m_database);
    world->m_topology = std::make_unique<topology::Topology>(*world->m_engine, *world->m_keyspaces,
                                                             *world->m_shards, world->m_clock);
    world->m_control = std::make_unique<reshard::ReshardControl>(*world->m_database);
    reshard::ReshardSettings settings;
    settings.learning = std::chrono::milliseconds(200);
    settings.switchPause = std::chrono::milliseconds(150);
    settings.switchPatience = std::chrono::minutes(2);
    world->m_handler = std::make_unique<reshard::ReshardHandler>(
        reshard::ReshardHandler::Parts{*world->m_engine, *world->m_topology, *world->m_control,
                                       world->m_clock, log, options.history},
        settings);
    jobs::JobEngineOptions jobOptions;
    jobOptions.workers = 3;
    world->m_jobs =
        std::make_unique<jobs::JobEngine>(*world->m_jobStore, world->m_clock, log, jobOptions);
    world->m_jobs->registerHandler(JobKind::Reshard, *world->m_handler);
    (void)world->m_topology->refresh();
    ISO_TRY(world->m_jobs->start());
    return world;
}

Status ReshardWorld::adopt(const std::string& keyspace, std::vector<std::string> tables)
{
    metadata::StoredKeyspace stored;
    stored.record.name = keyspace;
    stored.spec = {keyspace, std::move(tables), {}};
    const auto adopted = m_topology->adopt(stored);
    return adopted.ok() ? Status() : Status(adopted.error());
}

std::vector<ShardRecord> ReshardWorld::shards(const std::string& keyspace)
{
    (void)m_topology->refresh();
    for (const auto& view : m_topology->keyspaces()) {
        if (view->stored.record.name == keyspace) {
            return view->shards;
        }
    }
    return {};
}

reshard::ReshardRequest ReshardWorld::split(const ShardRecord& shard,
                                            const std::vector<std::int64_t>& cuts)
{
    std::vector<Key> keys;
    for (const std::int64_t cut : cuts) {
        std::string encoded;
        appendKeyInteger(encoded, cut);
        keys.emplace_back(encoded);
    }
    reshard::ReshardRequest request;
    request.keyspace = shard.keyspace;
    request.sources = {shard.id};
    request.targets = reshard::targetsOf(shard.range, keys);
    return request;
}

reshard::ReshardRequest ReshardWorld::merge(const std::vector<ShardRecord>& shards)
{
    reshard::ReshardRequest request;
    request.keyspace = shards.front().keyspace;
    for (const ShardRecord& shard : shards) {
        request.sources.push_back(shard.id);
    }
    request.targets = {{shards.front().range.begin, shards.back().range.end}};
    return request;
}

Result<JobId> ReshardWorld::submit(const reshard::ReshardRequest& request)
{
    return m_jobs->submit(
        {JobKind::Reshard, "reshard", request.sources, "test", reshard::toParams(request)});
}

Result<JobRecord> ReshardWorld::wait(JobId job, std::chrono::seconds limit)
{
    return m_jobs->wait(job, limit);
}

Result<JobRecord> ReshardWorld::run(const reshard::ReshardRequest& request)
{
    ISO_ASSIGN(const JobId job, submit(request));
    ISO_TRY(m_control->finish(job));
    return wait(job);
}

Result<JobRecord> ReshardWorld::waitForPhase(JobId job, const std::string& phase)
{
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(120);
    while (std::chrono::steady_clock::now() < until) {
        ISO_ASSIGN(const JobRecord record, m_jobs->job(job));
        if (record.phase.rfind(phase, 0) == 0 || isFinished(record.state)) {
            return record;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return makeError(Code::DeadlineExceeded, "the job never came to phase " + phase);
}

PgClusterOptions reshardServer()
{
    return {.settings = {{"wal_level", "logical"},
                         {"max_replication_slots", "10"},
                         {"max_wal_senders", "10"},
                         {"max_connections", "100"},
                         {"max_prepared_transactions", "10"},
                         {"shared_buffers", "128MB"},
                         {"max_wal_size", "1GB"}}};
}

std::string tracesIn(PgCluster& cluster)
{
    return cluster.value(
        "select coalesce(string_agg(t, ', ' order by t), '') from ("
        " select 'slot ' || slot_name t from pg_replication_slots where slot_name like "
        "'isotherm_r%'"
        " union all select 'publication ' || pubname from pg_publication where pubname like"
        "   'isotherm_r%'"
        " union all select 'constraint ' || conname || ' of ' || conrelid::regclass from"
        "   pg_constraint where conname like 'isotherm\\_r%'"
        " union all select 'table ' || relname from pg_class where relkind = 'r' and"
        "   (relname like '%\\_old\\_r%' or (relname ~ '_r[0-9a-f]{6}_[0-9]+$' and not"
        "   relispartition))"
        " union all select 'marker' from pg_class c where relname = 'change' and relnamespace ="
        "   to_regnamespace('isotherm_reshard') and (xpath('/row/c/text()', query_to_xml("
        "   'select count(*) c from isotherm_reshard.change', false, true, '')))[1]::text <> '0'"
        ") x");
}

} // namespace isotherm::test
