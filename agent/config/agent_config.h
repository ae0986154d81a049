// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/change_window.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The agent's configuration as typed values. Every default is the safe one: loopback only, nothing
/// changed by itself.
namespace isotherm::config
{

struct AgentSection
{
    std::string listen = "127.0.0.1:7443";
    std::filesystem::path stateDir = "/var/lib/isotherm";
    std::vector<std::string> roles = {"all"};
    std::vector<std::string> serverNames; ///< further names in the server's certificate
};

struct MetricsSection
{
    std::string listen = "127.0.0.1:9857"; ///< empty: no endpoint
};

/// Which backups stay: all that one of the rules wants; without a rule every one.
struct RetentionRules
{
    std::optional<std::uint32_t> chains = {};             ///< the newest fulls, and what goes on
    std::optional<std::chrono::milliseconds> age = {};    ///< every backup that is not older
    std::optional<std::chrono::milliseconds> window = {}; ///< every commit of that time
};

struct KeyspaceSection
{
    std::string name;
    std::vector<std::string> tables;
    std::vector<std::string> keyColumns; ///< empty: taken from the first table
    std::optional<std::chrono::milliseconds> rpo;
    std::chrono::milliseconds rotation = std::chrono::hours(24 * 7);
    std::optional<double> hotRate;           ///< rows a second of a shard at its limit
    std::optional<RetentionRules> retention; ///< instead of the general ones
};

struct ClusterSection
{
    std::string name;
    std::string kind = "postgresql";
    std::string dsn;
    std::string environment = "production"; ///< shown wherever the cluster is
    std::vector<KeyspaceSection> keyspaces;
};

enum class ChangeMode : std::uint8_t { Off, Propose, Auto };

/// Splits and merges. Invariants: merge_below < child_target <= split_above / 2, and min_size_mb <=
/// max_size_mb / 4.
struct ChangesSection
{
    ChangeMode mode = ChangeMode::Propose;
    double splitAbove = 1.0;
    double childTarget = 0.5;
    double mergeBelow = 0.35;
    std::uint32_t maxPerHour = 12;
    std::uint64_t minSizeMb = 64;      ///< a shard is split only from twice this size on
    std::uint64_t maxSizeMb = 65'536;  ///< a merge makes at most half of this
    std::vector<ChangeWindow> windows; ///< for mode auto; empty: always
    std::string approveRole = "operator";
    bool secondPerson = false; ///< nobody's change runs on one person's word
    /// How long the old parts are kept in step after a change, so that it can be taken back.
    std::chrono::milliseconds grace = std::chrono::hours(1);
    /// When it is measured whether a change helped.
    std::chrono::milliseconds outcomeAfter = std::chrono::minutes(15);
    /// A predicted split is over so long before the load comes; more where people are to approve
    /// it.
    std::chrono::milliseconds margin = std::chrono::minutes(30);
    double nodeBusyAbove = 0.4;  ///< a hot shard is split only while its server is as busy
    std::uint32_t nodeCores = 0; ///< of the database server; 0: as many as this machine has
};

/// Invariant: hot <= warm <= cold; 0 < warm_above < hot_above <= 1.
struct ScheduleSection
{
    std::chrono::milliseconds hot = std::chrono::hours(1);
    std::chrono::milliseconds warm = std::chrono::hours(6);
    std::chrono::milliseconds cold = std::chrono::hours(24);
    double hotAbove = 0.8;
    double warmAbove = 0.5;
    double jitter = 0.1; ///< of the interval, either way; 0 to 0.5
    std::uint32_t maxConcurrentJobs = 2;
};

/// Upkeep of the repository. Nothing is removed as long as there is no rule.
struct RetentionSection
{
    RetentionRules rules;
    std::chrono::milliseconds every = std::chrono::hours(1);
    std::chrono::milliseconds grace = std::chrono::hours(24); ///< from unnamed to deleted
};

/// How fulls come round; how long a rotation is says the keyspace.
struct RotationSection
{
    std::chrono::milliseconds slot = std::chrono::hours(1);
    std::uint32_t databaseEvery = 4; ///< every n-th full is from the database, the others synthetic
    std::uint32_t maxDeltas = 256;   ///< a longer chain is compacted before its turn
};

/// Trial restores.
struct DrillSection
{
    bool enabled = true;
    std::chrono::milliseconds every = std::chrono::hours(24 * 7); ///< one shard of each keyspace
};

struct TierSection
{
    std::string name;
    std::string kind = "directory";
    std::filesystem::path path;
};

/// Where restores elsewhere may go. Invariant: one of the two is set.
struct TargetSection
{
    std::string name;
    std::string dsn;              ///< another database
    std::filesystem::path folder; ///< of this machine: a CSV file for each table
};

struct RepositorySection
{
    std::filesystem::path passphraseFile; ///< empty: not configured
    int zstdLevel = 1;                    ///< 1 to 19
};

/// Continuous capture of changes.
struct CaptureSection
{
    bool enabled = true;               ///< as far as the server can (wal_level = logical)
    std::string name = "isotherm";     ///< of the publication; the slot's begins with it
    std::uint64_t journalLimitGb = 16; ///< the oldest part of the journal goes above this
};

/// Reads by key, from the server's log and its statistics of statements.
struct AttributionSection
{
    bool enabled = true;                ///< as far as the server logs a sample of its statements
    std::filesystem::path logDirectory; ///< on this machine; empty: through the database
};

enum class ForecastMode : std::uint8_t { Off, Only, Act };

/// What is expected to come. Only: made and shown, nothing follows it.
struct ForecastSection
{
    ForecastMode mode = ForecastMode::Act;
    std::string timeZone; ///< of the people who make the load; empty: this machine's
};

struct BusSection
{
    std::string url = "inproc:";
};

struct AgentConfig
{
    AgentSection agent;
    MetricsSection metrics;
    std::vector<ClusterSection> clusters; ///< in the order of the file
    ChangesSection changes;
    ScheduleSection schedule;
    RetentionSection retention;
    RotationSection rotation;
    DrillSection drill;
    std::vector<TierSection> tiers;
    std::vector<TargetSection> targets;
    RepositorySection repository;
    CaptureSection capture;
    AttributionSection attribution;
    ForecastSection forecast;
    BusSection bus;
};

} // namespace isotherm::config
