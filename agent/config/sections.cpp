// SPDX-License-Identifier: Apache-2.0
#include "agent/config/sections.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

namespace isotherm::config
{
namespace
{

constexpr RealBounds kRatio{0.0, 1.0};
constexpr RealBounds kLoad{0.0, 1000.0};
constexpr RealBounds kRate{0.001, 1e12};

bool isPort(std::string_view text)
{
    unsigned port = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
    return error == std::errc() && end == text.data() + text.size() && port <= 65535;
}

void checkAddress(SectionReader& section, const std::string& address)
{
    const std::size_t colon = address.rfind(':');
    if (colon == std::string::npos || colon == 0 || !isPort(address.substr(colon + 1))) {
        section.problem("listen", "must be host:port", "for example 127.0.0.1:7443");
    }
}

AgentSection readAgent(SectionReader section)
{
    static const std::vector<std::string> kRoles = {"all",    "collect", "predict", "shard",
                                                    "backup", "work",    "api"};
    AgentSection agent;
    section.read("listen", agent.listen);
    checkAddress(section, agent.listen);
    section.read("state_dir", agent.stateDir);
    if (!agent.stateDir.is_absolute()) {
        section.problem("state_dir", "must be an absolute path");
    }
    section.read("roles", agent.roles);
    for (const std::string& role : agent.roles) {
        if (std::find(kRoles.begin(), kRoles.end(), role) == kRoles.end()) {
            section.problem("roles", "names an unknown role \"" + role + "\"",
                            "all, collect, predict, shard, backup, work, api");
        }
    }
    section.read("server_names", agent.serverNames);
    section.reportUnknown();
    return agent;
}

MetricsSection readMetrics(SectionReader section)
{
    MetricsSection metrics;
    section.read("listen", metrics.listen);
    if (!metrics.listen.empty()) {
        checkAddress(section, metrics.listen);
    }
    section.reportUnknown();
    return metrics;
}

void readRules(SectionReader& section, RetentionRules& rules)
{
    if (section.has("chains")) {
        std::int64_t chains = 0;
        section.read("chains", chains, {1, 100'000});
        rules.chains = static_cast<std::uint32_t>(chains);
    }
    section.read("age", rules.age);
    section.read("window", rules.window);
}

RetentionSection readRetention(SectionReader section)
{
    RetentionSection retention;
    readRules(section, retention.rules);
    section.read("every", retention.every);
    section.read("grace", retention.grace);
    section.reportUnknown();
    return retention;
}

RotationSection readRotation(SectionReader section)
{
    RotationSection rotation;
    section.read("slot", rotation.slot);
    std::int64_t every = rotation.databaseEvery;
    section.read("database_every", every, {1, 1'000});
    rotation.databaseEvery = static_cast<std::uint32_t>(every);
    std::int64_t deltas = rotation.maxDeltas;
    section.read("max_deltas", deltas, {2, 10'000});
    rotation.maxDeltas = static_cast<std::uint32_t>(deltas);
    section.reportUnknown();
    return rotation;
}

DrillSection readDrill(SectionReader section)
{
    DrillSection drill;
    section.read("enabled", drill.enabled);
    section.read("every", drill.every);
    section.reportUnknown();
    return drill;
}

KeyspaceSection readKeyspace(const std::string& name, SectionReader section, Problems& problems)
{
    KeyspaceSection keyspace;
    keyspace.name = name;
    section.read("tables", keyspace.tables);
    if (keyspace.tables.empty()) {
        section.problem("tables", "is missing: which tables make up the keyspace?",
                        R"(write tables = ["orders", "order_lines"])");
    }
    section.read("key", keyspace.keyColumns);
    section.read("rpo", keyspace.rpo);
    section.read("rotation", keyspace.rotation);
    section.read("hot_rate", keyspace.hotRate, kRate);
    if (const Node* node = section.child("retention")) {
        SectionReader retention(section.name() + ".retention", node, problems);
        readRules(retention, keyspace.retention.emplace());
        retention.reportUnknown();
    }
    section.reportUnknown();
    return keyspace;
}

ClusterSection readCluster(const std::string& name, SectionReader section, Problems& problems)
{
    ClusterSection cluster;
    cluster.name = name;
    std::size_t kind = 0;
    section.readChoice("kind", kind, {"postgresql"});
    section.read("dsn", cluster.dsn);
    if (cluster.dsn.empty()) {
        section.problem("dsn", "is missing: how is the database reached?",
                        R"(write dsn = "host=db1 dbname=orders user=isotherm")");
    }
    section.read("environment", cluster.environment);
    for (const auto& [keyspace, node] : section.tables("keyspace")) {
        const std::string path = section.name() + ".keyspace." + keyspace;
        cluster.keyspaces.push_back(
            readKeyspace(keyspace, SectionReader(path, node, problems), problems));
    }
    section.reportUnknown();
    return cluster;
}

void readChangeSizes(SectionReader& section, ChangesSection& changes)
{
    constexpr IntegerBounds kMegabytes{1, 100'000'000};
    auto least = static_cast<std::int64_t>(changes.minSizeMb);
    auto most = static_cast<std::int64_t>(changes.maxSizeMb);
    section.read("min_size_mb", least, kMegabytes);
    section.read("max_size_mb", most, kMegabytes);
    if (most < 4 * least) {
        section.problem(section.has("max_size_mb") ? "max_size_mb" : "min_size_mb",
                        "must keep max_size_mb at least four times min_size_mb",
                        "merges make up to half of it, splits need twice the smallest");
    }
    changes.minSizeMb = static_cast<std::uint64_t>(least);
    changes.maxSizeMb = static_cast<std::uint64_t>(most);
}

void readChangeApproval(SectionReader& section, ChangesSection& changes)
{
    std::vector<std::string> windows;
    section.read("windows", windows);
    for (const std::string& text : windows) {
        if (auto window = parseChangeWindow(text); window.ok()) {
            changes.windows.push_back(std::move(window).value());
        } else {
            section.problem("windows", window.error().message, window.error().hint);
        }
    }
    std::size_t role = 0;
    section.readChoice("approve_role", role, {"operator", "admin"});
    changes.approveRole = role == 0 ? "operator" : "admin";
    section.read("second_person", changes.secondPerson);
    section.read("grace", changes.grace);
    section.read("outcome_after", changes.outcomeAfter);
    section.read("margin", changes.margin);
    section.read("node_busy_above", changes.nodeBusyAbove, kLoad);
    std::int64_t cores = changes.nodeCores;
    section.read("node_cores", cores, {0, 4096});
    changes.nodeCores = static_cast<std::uint32_t>(cores);
}

ChangesSection readChanges(SectionReader section)
{
    ChangesSection changes;
    auto mode = static_cast<std::size_t>(changes.mode);
    section.readChoice("mode", mode, {"off", "propose", "auto"});
    changes.mode = static_cast<ChangeMode>(mode);
    section.read("split_above", changes.splitAbove, kLoad);
    section.read("child_target", changes.childTarget, kLoad);
    section.read("merge_below", changes.mergeBelow, kLoad);
    std::int64_t perHour = changes.maxPerHour;
    section.read("max_per_hour", perHour, {0, 10'000});
    changes.maxPerHour = static_cast<std::uint32_t>(perHour);
    // Otherwise a split makes shards that are merged at once, and the other way round.
    if (!(changes.mergeBelow < changes.childTarget)) {
        section.problem("merge_below", "must be lower than child_target",
                        "merge_below < child_target <= split_above / 2");
    }
    if (!(changes.childTarget <= changes.splitAbove / 2)) {
        section.problem(section.has("child_target") ? "child_target" : "split_above",
                        "must keep child_target at most half of split_above",
                        "merge_below < child_target <= split_above / 2");
    }
    readChangeSizes(section, changes);
    readChangeApproval(section, changes);
    section.reportUnknown();
    return changes;
}

ScheduleSection readSchedule(SectionReader section)
{
    ScheduleSection schedule;
    section.read("hot", schedule.hot);
    section.read("warm", schedule.warm);
    section.read("cold", schedule.cold);
    if (schedule.hot > schedule.warm || schedule.warm > schedule.cold) {
        section.problem("hot", "must not be longer than warm, nor warm than cold",
                        "hotter shards are backed up more often");
    }
    section.read("hot_above", schedule.hotAbove, kRatio);
    section.read("warm_above", schedule.warmAbove, kRatio);
    if (!(schedule.warmAbove > 0 && schedule.warmAbove < schedule.hotAbove)) {
        section.problem("warm_above", "must lie between 0 and hot_above");
    }
    section.read("jitter", schedule.jitter, {0.0, 0.5});
    std::int64_t jobs = schedule.maxConcurrentJobs;
    section.read("max_concurrent_jobs", jobs, {1, 64});
    schedule.maxConcurrentJobs = static_cast<std::uint32_t>(jobs);
    section.reportUnknown();
    return schedule;
}

/// A rotation is cut into slots.
void checkRotation(SectionReader& root, const std::string& cluster, const KeyspaceSection& keyspace,
                   const RotationSection& rotation)
{
    if (keyspace.rotation < rotation.slot) {
        root.problem("cluster", cluster + ".keyspace." + keyspace.name +
                                    ".rotation must not be shorter than rotation.slot");
    }
}

/// What a directory does not need is known but of no use yet: said plainly, not as an unknown key.
TierSection readTier(const std::string& name, SectionReader section)
{
    TierSection tier;
    tier.name = name;
    section.read("kind", tier.kind);
    if (tier.kind == "s3" || tier.kind == "archive") {
        section.problem("kind", "\"" + tier.kind + "\" is not supported by this version",
                        "use kind = \"directory\"");
        return tier;
    }
    if (tier.kind != "directory") {
        section.problem("kind", "must be \"directory\"");
        return tier;
    }
    section.read("path", tier.path);
    if (!tier.path.is_absolute()) {
        section.problem("path", "must be an absolute path", "where are backups to be kept?");
    }
    section.reportUnknown();
    return tier;
}

TargetSection readTarget(const std::string& name, SectionReader section)
{
    TargetSection target;
    target.name = name;
    section.read("dsn", target.dsn);
    section.read("folder", target.folder);
    if (target.dsn.empty() == target.folder.empty()) {
        section.problem("dsn", "must be given, or a folder, and not both",
                        "where are restored rows to go?");
    } else if (!target.folder.empty() && !target.folder.is_absolute()) {
        section.problem("folder", "must be an absolute path");
    }
    section.reportUnknown();
    return target;
}

RepositorySection readRepository(SectionReader section)
{
    RepositorySection repository;
    section.read("passphrase_file", repository.passphraseFile);
    if (!repository.passphraseFile.empty() && !repository.passphraseFile.is_absolute()) {
        section.problem("passphrase_file", "must be an absolute path");
    }
    std::int64_t level = repository.zstdLevel;
    section.read("zstd_level", level, {1, 19});
    repository.zstdLevel = static_cast<int>(level);
    section.reportUnknown();
    return repository;
}

CaptureSection readCapture(SectionReader section)
{
    CaptureSection capture;
    section.read("enabled", capture.enabled);
    section.read("name", capture.name);
    if (!capture.name.starts_with("isotherm") || capture.name.size() > 40 ||
        capture.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") !=
            std::string::npos) {
        section.problem("name", "must be of a-z, 0-9 and _, and begin with isotherm",
                        "for example isotherm_staging");
    }
    auto limit = static_cast<std::int64_t>(capture.journalLimitGb);
    section.read("journal_limit_gb", limit, {1, 100'000});
    capture.journalLimitGb = static_cast<std::uint64_t>(limit);
    section.reportUnknown();
    return capture;
}

AttributionSection readAttribution(SectionReader section)
{
    AttributionSection attribution;
    section.read("enabled", attribution.enabled);
    section.read("log_directory", attribution.logDirectory);
    if (!attribution.logDirectory.empty() && !attribution.logDirectory.is_absolute()) {
        section.problem("log_directory", "must be an absolute path",
                        "for example /var/log/postgresql");
    }
    section.reportUnknown();
    return attribution;
}

ForecastSection readForecast(SectionReader section)
{
    ForecastSection forecast;
    auto mode = static_cast<std::size_t>(forecast.mode);
    section.readChoice("mode", mode, {"off", "only", "act"});
    forecast.mode = static_cast<ForecastMode>(mode);
    section.read("time_zone", forecast.timeZone);
    section.reportUnknown();
    return forecast;
}

BusSection readBus(SectionReader section)
{
    BusSection bus;
    section.read("url", bus.url);
    if (bus.url.starts_with("amqp:") || bus.url.starts_with("amqps:") ||
        bus.url.starts_with("kafka:")) {
        section.problem("url", "names a broker, which is not supported by this version",
                        "use url = \"inproc:\"");
    } else if (bus.url != "inproc:") {
        section.problem("url", "must be \"inproc:\"");
    }
    section.reportUnknown();
    return bus;
}

} // namespace

AgentConfig readSections(const Table& document, Problems& problems)
{
    const Node whole{document, {}};
    SectionReader root("", &whole, problems);
    const auto section = [&](const std::string& name) {
        return SectionReader(name, root.child(name), problems);
    };

    AgentConfig config;
    config.agent = readAgent(section("agent"));
    config.metrics = readMetrics(section("metrics"));
    for (const auto& [name, node] : root.tables("cluster")) {
        config.clusters.push_back(
            readCluster(name, SectionReader("cluster." + name, node, problems), problems));
    }
    config.changes = readChanges(section("changes"));
    config.schedule = readSchedule(section("schedule"));
    config.retention = readRetention(section("retention"));
    config.rotation = readRotation(section("rotation"));
    config.drill = readDrill(section("drill"));
    for (const auto& cluster : config.clusters) {
        for (const KeyspaceSection& keyspace : cluster.keyspaces) {
            checkRotation(root, cluster.name, keyspace, config.rotation);
        }
    }
    for (const auto& [name, node] : root.tables("tier")) {
        config.tiers.push_back(readTier(name, SectionReader("tier." + name, node, problems)));
    }
    for (const auto& [name, node] : root.tables("target")) {
        config.targets.push_back(readTarget(name, SectionReader("target." + name, node, problems)));
    }
    config.repository = readRepository(section("repository"));
    config.capture = readCapture(section("capture"));
    config.attribution = readAttribution(section("attribution"));
    config.forecast = readForecast(section("forecast"));
    config.bus = readBus(section("bus"));
    root.reportUnknown();
    return config;
}

} // namespace isotherm::config
