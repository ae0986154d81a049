// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/agent_runtime.h"

#include "agent/api/api_server.h"
#include "agent/api/metrics_endpoint.h"
#include "agent/backup/catalog.h"
#include "agent/backup/chain_closer.h"
#include "agent/backup/journal_keeper.h"
#include "agent/backup/quiet_hours.h"
#include "agent/bus/inproc_bus.h"
#include "agent/heat/cell_map.h"
#include "agent/metadata/cell_store.h"
#include "agent/metadata/database.h"
#include "agent/metadata/heat_block_store.h"
#include "agent/reshard/reshard_handler.h"
#include "agent/runtime/agent_core.h"
#include "agent/runtime/attribution_part.h"
#include "agent/runtime/audit_core.h"
#include "agent/runtime/capture_jobs.h"
#include "agent/runtime/capture_part.h"
#include "agent/runtime/forecast_core.h"
#include "agent/runtime/forecast_part.h"
#include "agent/runtime/forecast_use.h"
#include "agent/runtime/hotkeys_core.h"
#include "agent/runtime/recovery_core.h"
#include "agent/runtime/recovery_part.h"
#include "agent/runtime/reshard_part.h"
#include "agent/runtime/setup.h"
#include "agent/runtime/sharding_part.h"
#include "agent/runtime/upkeep_core.h"
#include "agent/runtime/upkeep_part.h"
#include "agent/sharding/key_loads.h"
#include "agent/storage/directory_store.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace isotherm::runtime
{
namespace
{

constexpr const char* kJobTopic = "job.changed";

/// Everything that is on disk, opened, before anything is built on it.
struct Foundation
{
    std::unique_ptr<metadata::Database> database;
    std::unique_ptr<metadata::HeatBlockStore> heatBlocks; ///< on `database`
    std::unique_ptr<metadata::CellStore> cellStore;       ///< on `database`
    std::unique_ptr<heat::CellMap> cells;                 ///< on `cellStore`
    std::unique_ptr<storage::DirectoryStore> store;
    std::unique_ptr<repository::Repository> repository;
    std::unique_ptr<security::AuditLog> audit;
    security::TlsMaterial tls;
    repository::SecretKey editKey; ///< of the rows that the agent keeps
};

Result<std::unique_ptr<repository::Repository>> openRepository(const RuntimeOptions& options,
                                                               storage::ObjectStore& store)
{
    ISO_ASSIGN(const std::string passphrase, repositoryPassphrase(options.config));
    repository::RepositoryOptions wishes{.clock = options.clock, .cost = {}};
    wishes.owner = "agent of " + options.config.clusters.front().name;
    auto opened = repository::Repository::open(store, passphrase, wishes);
    if (!opened.ok() && opened.error().code == Code::NotFound) {
        return makeError(Code::FailedPrecondition, opened.error().message,
                         "make it with: isotherm-agent init");
    }
    return opened;
}

Result<Foundation> layFoundation(const RuntimeOptions& options)
{
    const StatePaths paths = statePaths(options.config);
    Foundation foundation;
    ISO_ASSIGN(foundation.tls,
               security::ensureServerMaterial(paths.tls, options.config.agent.serverNames,
                                              options.clock.wallNow()));
    ISO_ASSIGN(foundation.store, storage::DirectoryStore::open(options.config.tiers.front().path));
    // Before anything else is touched: it refuses a second agent.
    ISO_ASSIGN(foundation.repository, openRepository(options, *foundation.store));
    ISO_ASSIGN(foundation.editKey, foundation.repository->deriveKey(recovery::kEditKeyPurpose));
    ISO_ASSIGN(foundation.database, metadata::Database::open(paths.metadata, options.log));
    foundation.heatBlocks = std::make_unique<metadata::HeatBlockStore>(*foundation.database);
    foundation.cellStore = std::make_unique<metadata::CellStore>(*foundation.database);
    ISO_ASSIGN(foundation.cells, heat::CellMap::open(*foundation.cellStore));
    ISO_ASSIGN(foundation.audit, security::AuditLog::open(paths.audit, options.clock, options.log));
    return foundation;
}

backup::SchedulePolicy policyOf(const config::AgentConfig& config)
{
    const config::ScheduleSection& wishes = config.schedule;
    return {wishes.hot,
            wishes.warm,
            wishes.cold,
            wishes.hotAbove,
            wishes.warmAbove,
            wishes.jitter,
            config.forecast.mode == config::ForecastMode::Act};
}

backup::RotationWishes rotationOf(const config::AgentConfig& config)
{
    backup::RotationWishes wishes;
    wishes.general.slot = config.rotation.slot;
    wishes.rules = {config.rotation.databaseEvery, config.rotation.maxDeltas};
    for (const config::KeyspaceSection& section : config.clusters.front().keyspaces) {
        wishes.rotations[section.name] = section.rotation;
    }
    return wishes;
}

jobs::JobEngineOptions jobOptions(const config::AgentConfig& config)
{
    constexpr std::size_t kRestores = 2;
    constexpr std::size_t kReshards = 8; // each waits through its grace period, at little cost
    jobs::JobEngineOptions options;
    const std::size_t backups = config.schedule.maxConcurrentJobs;
    options.maxPerKind = {{JobKind::Backup, backups}, {JobKind::Restore, kRestores},
                          {JobKind::Verify, 1},       {JobKind::Reshard, kReshards},
                          {JobKind::Upkeep, 1},       {JobKind::Drill, 1}};
    options.workers = backups + kRestores + 3 + kReshards; // no kind waits for another
    return options;
}

heat::TemperatureOptions temperatureOptions(const RuntimeOptions& options,
                                            const heat::ForecastSource& forecasts)
{
    heat::TemperatureOptions temperature = options.temperature;
    temperature.forecasts = &forecasts;
    for (const config::KeyspaceSection& section : options.config.clusters.front().keyspaces) {
        if (section.hotRate) {
            temperature.hotRates[section.name] = *section.hotRate;
        }
    }
    return temperature;
}

std::map<std::string, recovery::Place> placesOf(const config::AgentConfig& config)
{
    std::map<std::string, recovery::Place> places;
    for (const config::TargetSection& target : config.targets) {
        places[target.name] = {target.dsn, target.folder};
    }
    return places;
}

std::string firstTier(const RuntimeOptions& options)
{
    return options.config.tiers.front().name;
}

/// The parts in the order in which they need each other: destroyed the other way round.
class Runtime final : public AgentRuntime
{
public:
    Runtime(const RuntimeOptions& options, Foundation foundation,
            std::unique_ptr<heat::HeatStore> heatStore)
        : m_options(options), m_foundation(std::move(foundation)),
          m_heatStore(std::move(heatStore)), m_bus(bus::makeInprocBus({}, options.log)),
          m_temperatures(*m_heatStore, temperatureOptions(options, m_forecasts)),
          m_jobs(m_jobStore, options.clock, options.log, jobOptions(options.config)),
          m_registry(statePaths(options.config).tls)
    {
        m_jobs.registerHandler(JobKind::Backup, m_backupHandler);
        m_jobs.registerHandler(JobKind::Restore, m_recovery.handler());
        m_jobs.registerHandler(JobKind::Reshard, m_reshard.handler());
        m_upkeep.registerHandlers();
        m_jobs.addListener([this](const JobRecord& job) {
            m_scheduler.noteFinished(job);
            m_sharding.noteJob(job);
            if (m_capture && job.kind == JobKind::Backup && job.state == JobState::Done) {
                if (const Status trimmed =
                        m_keeper.trim(m_capture->journal(), m_capture->health().feed.oldestRunning);
                    !trimmed.ok()) {
                    m_options.log.warning("journal.not_trimmed", trimmed.error().text());
                }
            }
            (void)m_bus->publish({kJobTopic, std::to_string(job.id.get()), ""});
        });
    }

    ~Runtime() override
    {
        m_caretaker.stop();
        m_sharding.stop();
        m_collector.stop();
        if (m_attribution) {
            m_attribution->stop();
        }
        if (m_predict) {
            m_predict->stop();
        }
        if (m_capture) {
            m_capture->stop();
        }
        m_subscriptions.clear();
        if (m_api) {
            m_api->stop();
        }
        m_metrics.reset();
        m_jobs.stop();
        if (const Status flushed = m_heatStore->flush(); !flushed.ok()) {
            m_options.log.warning("heat.not_stored", flushed.error().text());
        }
        if (const Status kept = m_sketches.keepNow(m_options.clock.wallNow()); !kept.ok()) {
            m_options.log.warning("keys.not_stored", kept.error().text());
        }
    }

    Status begin()
    {
        ISO_TRY(tidyRepository());
        restoreSketches(); // before the first key is seen
        startCapture();    // before the first job asks for the journal
        ISO_TRY(m_caretaker.start(configuredKeyspaces(m_options.config)));
        if (m_capture) {
            m_capture->nudge(); // now the keyspaces are known
        }
        startForecasts(); // before the first call asks for them
        ISO_TRY(startApi());
        m_collector.start();
        if (m_attribution) {
            m_attribution->start();
        }
        return m_sharding.start();
    }

    [[nodiscard]] AgentService& service() override { return m_core; }
    [[nodiscard]] int apiPort() const override { return m_api->port(); }
    [[nodiscard]] int metricsPort() const override { return m_metrics ? m_metrics->port() : 0; }
    [[nodiscard]] std::uint64_t samples() const override { return m_collector.samples(); }

    void reload(const config::AgentConfig& config) override
    {
        m_scheduler.setPolicy(policyOf(config));
        m_forecastUse.setActs(policyOf(config).followForecasts);
        m_scheduler.setRotation(rotationOf(config));
        m_upkeep.reload(config);
        m_caretaker.takeUp(configuredKeyspaces(config));
        m_sharding.reload(config.changes);
        if (m_capture) {
            m_capture->nudge();
        }
    }

private:
    void restoreSketches()
    {
        const Result<std::size_t> unreadable = m_sketches.restore();
        if (!unreadable.ok()) {
            m_options.log.warning("keys.not_restored", unreadable.error().text());
        } else if (*unreadable > 0) {
            m_options.log.warning("keys.not_restored", std::to_string(*unreadable) +
                                                           " sketches of keys cannot be read; "
                                                           "those shards' begin anew");
        }
    }

    /// Without it the agent makes full backups only: said, but no reason not to start.
    void startCapture()
    {
        if (!m_options.config.capture.enabled) {
            return;
        }
        auto opened =
            CapturePart::open({m_options.engine, *m_foundation.repository, m_keyspaces, m_health,
                               [this](journal::Journal& journal) { m_captureJobs.look(journal); },
                               m_options.clock, m_options.log, &m_writeTap},
                              m_options.config);
        if (!opened.ok()) {
            m_health.raise({DiagnosticLevel::Critical, "capture.journal",
                            "changes are not captured: " + opened.error().message,
                            opened.error().hint});
            m_options.log.warning("capture.journal", opened.error().text());
            return;
        }
        m_capture = std::move(opened).value();
        m_capture->start();
    }

    [[nodiscard]] KeySources keySources(const std::string& keyspace) const
    {
        KeySources sources;
        sources.reads = "none: switched off";
        sources.statements = "none: switched off";
        if (m_attribution) {
            m_attribution->describe(keyspace, sources);
        }
        sources.writes = m_capture ? "change stream" : "none: changes are not captured";
        if (m_capture && m_capture->health().state != capture::CaptureState::Streaming) {
            sources.writes = "none: " + m_capture->health().error;
        }
        return sources;
    }

    [[nodiscard]] AttributionPart::Parts attributionParts()
    {
        return {*m_options.statements,
                m_topology,
                *m_foundation.cells,
                m_tracker,
                m_health,
                m_options.clock,
                m_options.log,
                [this] {
                    return m_capture &&
                           m_capture->health().state == capture::CaptureState::Streaming;
                }};
    }

    [[nodiscard]] journal::Journal* journalOrNull() const
    {
        return m_capture ? &m_capture->journal() : nullptr;
    }

    void startForecasts()
    {
        const config::ForecastSection& wishes = m_options.config.forecast;
        if (wishes.mode == config::ForecastMode::Off) {
            return;
        }
        ForecastPartOptions options;
        options.catchUpShare = m_options.forecastCatchUp;
        options.zone = [&wishes]() -> Result<predict::LocalTime> {
            return wishes.timeZone.empty() ? predict::LocalTime::ofThisMachine()
                                           : predict::LocalTime::load(wishes.timeZone);
        };
        m_predict = std::make_unique<ForecastPart>(
            ForecastPart::Parts{m_topology, *m_heatStore, m_pastForecasts, m_forecasts, m_health,
                                m_options.clock, m_options.log},
            std::move(options));
        m_predict->start();
    }

    /// Every table of the shard is in the journal, and has a key to tell rows by.
    bool isCaptured(const topology::ShardPlace& place)
    {
        constexpr auto kGoodFor = std::chrono::seconds(1);
        if (!m_capture) {
            return false;
        }
        const std::lock_guard lock(m_coveredMutex);
        const Instant now = m_options.clock.now();
        if (!m_coveredAt || now - *m_coveredAt >= kGoodFor) {
            m_covered = backup::capturedTables(m_capture->journal().state());
            m_coveredAt = now;
        }
        const auto& tables = place.keyspace->layout.tables;
        return std::all_of(tables.begin(), tables.end(), [this](const TableSchema& table) {
            return table.keyIsUnique && (m_covered.contains(table.schema + "." + table.name) ||
                                         m_covered.contains(table.name));
        });
    }

    /// What crashed jobs left is removed, and the catalogue follows the manifests. We hold the
    /// repository's lock, and no job runs yet: nothing that is in use can be unreferenced.
    Status tidyRepository()
    {
        const auto garbage = m_foundation.repository->collectGarbage({});
        if (garbage.ok() && garbage->removed + garbage->leftovers > 0) {
            m_options.log.info("repository.tidied", "removed what interrupted backups had left",
                               {{"objects", static_cast<std::int64_t>(garbage->removed)},
                                {"leftovers", static_cast<std::int64_t>(garbage->leftovers)}});
        }
        if (!garbage.ok()) { // a damaged manifest: nothing is deleted, backups go on
            m_health.raise({DiagnosticLevel::Critical, "repository.damaged",
                            garbage.error().message, garbage.error().hint});
            m_options.log.warning("repository.damaged", garbage.error().text());
        }
        ISO_ASSIGN(const backup::CatalogueChanges changes,
                   backup::reconcileCatalogue(*m_foundation.repository, {m_backups, m_shards},
                                              firstTier(m_options)));
        if (changes.unreadable > 0) {
            m_health.raise({DiagnosticLevel::Critical, "catalogue.unreadable",
                            std::to_string(changes.unreadable) +
                                " backups cannot be read: " + changes.firstUnreadable,
                            "run isothermctl backups verify"});
        }
        return {};
    }

    /// The shards' leaves are other tables now: their history ends, a new one begins at once.
    void backUpAnew(const std::vector<ShardId>& shards)
    {
        if (const Status looked = m_topology.refresh(); !looked.ok()) {
            m_options.log.warning("topology.not_seen", looked.error().text());
        }
        std::set<ShardId> due;
        for (const auto& view : m_topology.keyspaces()) {
            for (const ShardRecord& shard : view->shards) {
                // One of which no leaf was left is another shard now, a child of the old one.
                const bool itself =
                    std::find(shards.begin(), shards.end(), shard.id) != shards.end();
                const bool child = std::any_of(
                    shard.parents.begin(), shard.parents.end(), [&shards](ShardId parent) {
                        return std::find(shards.begin(), shards.end(), parent) != shards.end();
                    });
                if (itself || child) {
                    due.insert(shard.id);
                }
            }
        }
        for (const ShardId shard : due) {
            jobs::JobSpec job;
            job.kind = JobKind::Backup;
            job.title =
                "back up shard " + std::to_string(shard.get()) + " after its rows were replaced";
            job.shards = {shard};
            job.requestedBy = "scheduler";
            job.params = backup::backupParams(BackupKind::Full);
            if (const auto submitted = m_jobs.submit(job); !submitted.ok()) {
                m_options.log.warning("backup.not_started", submitted.error().text());
            }
        }
    }

    Status startApi()
    {
        api::ApiServerOptions options{.listen = m_options.config.agent.listen,
                                      .tls = m_foundation.tls,
                                      .service = m_core,
                                      .audit = *m_foundation.audit,
                                      .clients = m_registry,
                                      .log = m_options.log,
                                      .clock = m_options.clock};
        options.onSecondSampling = [this](bool watched) { m_collector.setWatched(watched); };
        ISO_ASSIGN(m_api, api::ApiServer::start(options));
        for (const char* topic : {kHeatTopic, kJobTopic}) {
            ISO_ASSIGN(auto subscription,
                       m_bus->subscribe({topic, "api"}, [this](const bus::Message&) {
                           m_api->notifyChanged();
                           return Status();
                       }));
            m_subscriptions.push_back(std::move(subscription));
        }
        ISO_ASSIGN(auto planning,
                   m_bus->subscribe({kHeatTopic, "shard"}, [this](const bus::Message&) {
                       m_sharding.wake();
                       return Status();
                   }));
        m_subscriptions.push_back(std::move(planning));
        if (m_options.config.metrics.listen.empty()) {
            return {};
        }
        api::MetricsEndpointOptions metrics{.listen = m_options.config.metrics.listen,
                                            .service = m_core,
                                            .clock = m_options.clock,
                                            .log = m_options.log,
                                            .version = m_options.version};
        metrics.extraGauges = [this] { return ownGauges(); };
        ISO_ASSIGN(m_metrics, api::MetricsEndpoint::start(metrics));
        return {};
    }

    [[nodiscard]] std::vector<api::ExtraGauge> ownGauges()
    {
        std::vector<api::ExtraGauge> gauges =
            m_capture ? m_capture->gauges() : std::vector<api::ExtraGauge>();
        if (m_predict) {
            const std::vector<api::ExtraGauge> predict = m_predict->gauges();
            gauges.insert(gauges.end(), predict.begin(), predict.end());
        }
        const std::vector<api::ExtraGauge> own = {
            {"isotherm_collector_cost_ratio",
             "Share of the time that the server spends answering the collector",
             {},
             m_collector.costRatio()},
            {"isotherm_heat_memory_bytes",
             "Memory held for the history of heat",
             {},
             static_cast<double>(m_heatStore->memoryBytes())}};
        gauges.insert(gauges.end(), own.begin(), own.end());
        const std::vector<api::ExtraGauge> changes = m_sharding.gauges();
        gauges.insert(gauges.end(), changes.begin(), changes.end());
        if (m_attribution) {
            const auto reads = m_attribution->gauges();
            gauges.insert(gauges.end(), reads.begin(), reads.end());
        }
        if (const auto stored = m_upkeep.storedBytes()) {
            gauges.push_back({"isotherm_storage_bytes",
                              "Bytes that the repository takes",
                              {{"tier", firstTier(m_options)}},
                              static_cast<double>(stored->get())});
        }
        return gauges;
    }

    const RuntimeOptions m_options;
    HealthBoard m_health;
    Foundation m_foundation;
    metadata::KeyspaceStore m_keyspaces{*m_foundation.database};
    metadata::ShardStore m_shards{*m_foundation.database};
    metadata::BackupStore m_backups{*m_foundation.database};
    metadata::ScheduleStore m_schedules{*m_foundation.database};
    metadata::RestoreStore m_restores{*m_foundation.database};
    metadata::JobStore m_jobStore{*m_foundation.database};
    metadata::PastForecastStore m_pastForecasts{*m_foundation.database};
    std::unique_ptr<heat::HeatStore> m_heatStore;
    std::unique_ptr<bus::Bus> m_bus;
    predict::ForecastBoard m_forecasts{m_options.clock};
    ForecastUse m_forecastUse{m_forecasts, m_options.clock,
                              policyOf(m_options.config).followForecasts};
    heat::TemperatureModel m_temperatures;
    topology::Topology m_topology{m_options.engine, m_keyspaces, m_shards, m_options.clock};
    backup::ChangeDetector m_changes;
    backup::ChainCloser m_closer{m_shards, m_backups, *m_foundation.repository};
    backup::JournalKeeper m_keeper{
        {m_backups, m_topology, *m_foundation.repository, m_closer, m_options.clock}};
    backup::BackupHandler m_backupHandler{
        {m_options.engine, *m_foundation.repository, m_options.clock},
        {m_topology, m_backups, m_schedules, m_changes, m_options.log,
         [this] { return journalOrNull(); },
         [this] { return m_capture ? m_capture->sequences() : std::vector<SequenceValue>(); },
         [this] { return m_capture ? m_capture->serverPosition() : Lsn(); }},
        {m_options.config.clusters.front().name, firstTier(m_options),
         m_options.config.repository.zstdLevel, m_options.backupReaders}};
    restore::RestoreHandler m_restoreHandler{
        {m_options.engine, *m_foundation.repository, m_restores, m_options.clock, m_options.log}};
    RecoveryPart m_recovery{{m_options.engine, *m_foundation.repository, *m_foundation.database,
                             m_restores, m_topology, m_options.clock, m_options.log,
                             m_options.config.agent.stateDir / "recovery", m_foundation.editKey,
                             [this](const std::vector<ShardId>& shards) { backUpAnew(shards); },
                             placesOf(m_options.config), m_options.openEngine},
                            m_restoreHandler};
    restore::RestorePlanner m_planner{
        {m_keyspaces, m_shards, m_backups, m_restores, *m_foundation.repository, m_options.clock}};
    ReshardPart m_reshard{{m_options.engine, m_topology, *m_foundation.repository, m_backups,
                           m_jobStore, *m_foundation.database, [this] { return journalOrNull(); },
                           [this] {
                               if (m_capture) {
                                   m_capture->nudge();
                               }
                           },
                           m_options.clock, m_options.log, firstTier(m_options)}};
    backup::QuietHours m_quietHours{m_forecastUse.quietHours(*m_heatStore, m_topology)};
    UpkeepPart m_upkeep{{m_options.engine, *m_foundation.database, m_backups, m_restores,
                         *m_foundation.repository, m_topology, m_quietHours, m_jobs,
                         [this] { return journalOrNull(); },
                         [this](const topology::ShardPlace& place) { return isCaptured(place); },
                         m_options.clock, m_options.log},
                        m_options.config};
    jobs::JobEngine m_jobs;
    CaptureJobs m_captureJobs{
        {m_topology, m_backups, *m_foundation.repository, m_closer, m_jobs,
         [this] { m_caretaker.lookSoon(); },
         [this] { return m_capture ? m_capture->health().feed.oldestRunning : 0; }, m_options.clock,
         m_options.log}};
    backup::Scheduler m_scheduler{
        {m_topology, m_backups, m_schedules, *m_foundation.repository, m_temperatures, m_changes,
         m_jobs, m_options.clock, m_options.log,
         [this](const topology::ShardPlace& place) { return isCaptured(place); },
         [this](ShardId shard, WallTime slot) { return m_quietHours.expected(shard, slot); },
         [this](const ShardRecord& shard) { return m_reshard.historyPending(shard); }},
        {policyOf(m_options.config), m_options.config.schedule.maxConcurrentJobs,
         firstTier(m_options), rotationOf(m_options.config)}};
    heat::KeyTracker m_tracker{*m_foundation.cells};
    metadata::KeySketchStore m_keySketches{*m_foundation.database};
    heat::SketchKeeper m_sketches{m_tracker, m_keySketches};
    attribution::WriteTap m_writeTap{m_topology, m_tracker, m_options.clock};
    Collector m_collector{{m_options.engine, m_topology, *m_foundation.cells, m_tracker, m_sketches,
                           m_writeTap, *m_heatStore, m_temperatures, m_changes, *m_bus, m_health,
                           m_options.clock, m_options.log},
                          m_options.collector};
    Caretaker m_caretaker{{m_options.engine, m_topology, m_jobs, m_scheduler, m_upkeep,
                           m_restoreHandler, m_health, m_options.log,
                           [this] { return m_reshard.removeLeftovers(); }},
                          {.restoreSchemas = {restore::kDefaultSideSchema}}};
    ShardingPart m_sharding{{m_options.engine, m_topology, *m_heatStore, m_temperatures, m_jobs,
                             *m_foundation.database, m_health, m_options.clock, m_options.log,
                             m_forecastUse, [this](bool near) { m_collector.setNearLimit(near); },
                             [this](const reshard::ReshardRequest& request) {
                                 return m_reshard.handler().preflight(request);
                             },
                             &m_reshard.control()},
                            m_options.config.changes,
                            [this](const ShardRecord& shard, const std::vector<KeyType>& types) {
                                const auto sketch = m_tracker.sketchOf(shard.id);
                                return sketch ? sharding::keyLoadsOf(*sketch, shard.range, types)
                                              : sharding::KeyLoads();
                            }};
    std::unique_ptr<ForecastPart> m_predict; ///< null: not wanted
    ForecastCore m_forecastCore{{m_shards, m_pastForecasts, m_forecasts, m_temperatures,
                                 m_scheduler, m_options.clock, [this](const std::string& keyspace) {
                                     return m_predict ? m_predict->stateOf(keyspace)
                                                      : std::string("off by [forecast] mode");
                                 }}};
    ForecastColumns m_heatColumns{m_temperatures, m_forecasts};
    AuditCore m_auditCore{*m_foundation.audit};
    RecoveryCore m_recoveryCore{{m_options.engine, m_planner, m_restores, m_recovery.store(),
                                 m_recovery.files(), m_recovery.planner(), m_jobs}};
    UpkeepCore m_upkeepCore{{m_scheduler, m_keyspaces, m_topology, m_jobs, m_upkeep}};
    HotKeysCore m_hotKeys{{m_topology, *m_foundation.cells, m_tracker, *m_heatStore,
                           m_options.clock, [this](const topology::KeyspaceView& view) {
                               return keySources(view.stored.record.name);
                           }}};
    AgentCore m_core{
        {m_options.engine, m_topology,     m_keyspaces,          m_shards,       m_backups,
         m_restores,       m_temperatures, m_collector,          m_scheduler,    m_planner,
         m_jobs,           m_auditCore,    m_sharding.service(), m_recoveryCore, m_hotKeys,
         m_upkeepCore,     m_forecastCore, m_heatColumns,        m_health,       m_options.clock},
        {m_options.config.clusters.front().name, m_options.config.clusters.front().environment,
         m_options.config.clusters.front().kind, m_options.version, m_options.clock.wallNow(),
         m_options.config.schedule.hotAbove, m_options.config.schedule.warmAbove}};
    security::ClientRegistry m_registry;
    std::unique_ptr<AttributionPart> m_attribution =
        m_options.statements != nullptr && m_options.config.attribution.enabled
            ? std::make_unique<AttributionPart>(attributionParts(), m_options.config.attribution)
            : nullptr;
    std::unique_ptr<CapturePart> m_capture; ///< null: not wanted, or its journal is damaged
    std::mutex m_coveredMutex;
    std::set<std::string> m_covered; ///< tables in the journal, as of m_coveredAt
    std::optional<Instant> m_coveredAt;
    std::unique_ptr<api::ApiServer> m_api;
    std::unique_ptr<api::MetricsEndpoint> m_metrics;
    std::vector<std::unique_ptr<bus::Subscription>> m_subscriptions;
};

} // namespace

Result<std::unique_ptr<AgentRuntime>> AgentRuntime::start(const RuntimeOptions& options)
{
    ISO_ASSIGN(Foundation foundation, layFoundation(options));
    heat::HeatStoreOptions heatOptions;
    heatOptions.cells = foundation.cells.get();
    ISO_ASSIGN(auto heatStore,
               heat::HeatStore::open(*foundation.heatBlocks, options.log, heatOptions));
    auto runtime = std::make_unique<Runtime>(options, std::move(foundation), std::move(heatStore));
    ISO_TRY(runtime->begin());
    return std::unique_ptr<AgentRuntime>(std::move(runtime));
}

} // namespace isotherm::runtime
