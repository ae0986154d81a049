// SPDX-License-Identifier: Apache-2.0
#include "agent/api/metrics_source.h"

#include "agent/api/metrics_forecast.h"

#include <algorithm>
#include <cmath>

namespace isotherm::api
{
namespace
{

using Samples = std::vector<MetricFamily::Sample>;
using Labels = std::map<std::string, std::string>;

constexpr std::chrono::minutes kAuditEvery{5};
constexpr std::chrono::minutes kRangesEvery{1};

double seconds(std::chrono::microseconds time)
{
    return std::chrono::duration<double>(time).count();
}

void addStatus(std::vector<MetricFamily>& families, const ClusterStatus& status)
{
    families.push_back({"isotherm_database_up",
                        "1 if the managed database answers",
                        {{{}, status.databaseReachable ? 1.0 : 0.0}}});
    families.push_back(
        {"isotherm_shards", "Shards under management", {{{}, static_cast<double>(status.shards)}}});
    families.push_back({"isotherm_shards_without_backup",
                        "Shards that have no backup yet",
                        {{{}, static_cast<double>(status.shardsWithoutBackup)}}});
    families.push_back({"isotherm_shards_rpo_breached",
                        "Shards beyond their objective",
                        {{{}, static_cast<double>(status.rpoBreached)}}});
    if (status.lastSample) {
        families.push_back({"isotherm_last_sample_age_seconds",
                            "Age of the newest access sample",
                            {{{}, seconds(status.now - *status.lastSample)}}});
    }
    Samples diagnostics;
    for (const Diagnostic& diagnostic : status.diagnostics) {
        diagnostics.push_back({{{"code", diagnostic.code}}, 1.0});
    }
    families.push_back({"isotherm_diagnostic", "What the agent wants to be known, by code",
                        std::move(diagnostics)});
}

void addShards(std::vector<MetricFamily>& families, const std::vector<ShardRecord>& shards,
               WallTime now)
{
    MetricFamily temperature{"isotherm_shard_temperature_ratio", "Temperature now, 0 to 1", {}};
    MetricFamily size{"isotherm_shard_size_bytes", "Size in the managed database", {}};
    MetricFamily rpo{"isotherm_shard_rpo_seconds", "Age of what the newest backup shows", {}};
    MetricFamily objective{"isotherm_shard_rpo_objective_seconds", "The age that is allowed", {}};
    for (const ShardRecord& shard : shards) {
        const Labels labels = {{"keyspace", shard.keyspace},
                               {"shard", std::to_string(shard.id.get())}};
        size.samples.push_back({labels, static_cast<double>(shard.size.get())});
        if (shard.temperature) {
            temperature.samples.push_back({labels, *shard.temperature});
        }
        // No backup: infinitely old, so that an alert on "too old" fires.
        rpo.samples.push_back(
            {labels, shard.lastBackup ? seconds(now - *shard.lastBackup) : HUGE_VAL});
        if (shard.rpoObjective) {
            objective.samples.push_back({labels, seconds(*shard.rpoObjective)});
        }
    }
    for (MetricFamily* family : {&temperature, &size, &rpo, &objective}) {
        families.push_back(std::move(*family));
    }
}

void addJobs(std::vector<MetricFamily>& families, const std::vector<JobRecord>& jobs)
{
    std::map<std::pair<std::string, std::string>, double> counts;
    for (const JobKind kind : {JobKind::Backup, JobKind::Restore, JobKind::Verify, JobKind::Reshard,
                               JobKind::Upkeep, JobKind::Drill}) {
        for (const JobState state : {JobState::Queued, JobState::Running}) {
            counts[{std::string(jobKindName(kind)), std::string(jobStateName(state))}] = 0;
        }
    }
    for (const JobRecord& job : jobs) {
        counts[{std::string(jobKindName(job.kind)), std::string(jobStateName(job.state))}] += 1;
    }
    MetricFamily family{"isotherm_jobs", "The newest 1,000 jobs by kind and state", {}};
    for (const auto& [key, count] : counts) {
        family.samples.push_back({{{"kind", key.first}, {"state", key.second}}, count});
    }
    families.push_back(std::move(family));
}

void addBackups(std::vector<MetricFamily>& families, const std::vector<BackupRecord>& backups)
{
    std::map<std::string, double> newest;
    std::map<std::string, double> duration;
    for (const BackupRecord& backup : backups) { // newest first
        const std::string kind(backupKindName(backup.kind));
        const double finished = seconds(backup.finished.time_since_epoch());
        if (!newest.contains(kind) || finished > newest[kind]) {
            newest[kind] = finished;
            duration[kind] = seconds(backup.finished - backup.started);
        }
    }
    const auto family = [](const char* name, const char* help, const char* label,
                           const std::map<std::string, double>& values) {
        MetricFamily made{name, help, {}};
        for (const auto& [value, number] : values) {
            made.samples.push_back({{{label, value}}, number});
        }
        return made;
    };
    families.push_back(family("isotherm_backup_last_success_timestamp_seconds",
                              "When the newest backup finished, Unix time", "kind", newest));
    families.push_back(family("isotherm_backup_duration_seconds", "What the newest backup took",
                              "kind", duration));
}

void addGaps(std::vector<MetricFamily>& families, const std::vector<RestorableRange>& ranges)
{
    std::map<std::pair<std::string, std::uint64_t>, double> gaps;
    for (const RestorableRange& range : ranges) {
        gaps[{range.keyspace, range.shard.get()}] += range.gapBefore.empty() ? 0 : 1;
    }
    MetricFamily family{
        "isotherm_shard_recovery_gaps", "Gaps in what the shard can be restored to", {}};
    for (const auto& [shard, count] : gaps) {
        family.samples.push_back(
            {{{"keyspace", shard.first}, {"shard", std::to_string(shard.second)}}, count});
    }
    families.push_back(std::move(family));
}

void addDrills(std::vector<MetricFamily>& families, const std::vector<DrillReceipt>& drills)
{
    std::map<std::string, double> passed;
    for (const DrillReceipt& drill : drills) { // newest first
        if (drill.passed) {
            passed.emplace(drill.keyspace, seconds(drill.finished.time_since_epoch()));
        }
    }
    MetricFamily family{"isotherm_drill_last_success_timestamp_seconds",
                        "When the newest drill that passed ended, Unix time",
                        {}};
    for (const auto& [keyspace, time] : passed) {
        family.samples.push_back({{{"keyspace", keyspace}}, time});
    }
    families.push_back(std::move(family));
}

void addExtra(std::vector<MetricFamily>& families, const std::vector<ExtraGauge>& gauges)
{
    for (const ExtraGauge& gauge : gauges) {
        const auto known = std::find_if(families.begin(), families.end(), [&](const auto& family) {
            return family.name == gauge.name;
        });
        if (known != families.end()) {
            known->samples.push_back({gauge.labels, gauge.value});
        } else {
            families.push_back({gauge.name, gauge.help, {{gauge.labels, gauge.value}}});
        }
    }
}

} // namespace

std::optional<bool> MetricsSource::auditIntact()
{
    const Instant now = m_parts.clock.now();
    const std::lock_guard lock(m_mutex);
    if (!m_auditIntact || now - m_auditChecked >= kAuditEvery) {
        const Result<AuditVerification> verification = m_parts.service.auditTrail().verifyAudit();
        m_auditIntact = verification.ok() ? std::optional(verification->intact) : std::nullopt;
        m_auditChecked = now;
    }
    return m_auditIntact;
}

/// Reads manifests, so not at every scrape.
std::optional<std::vector<RestorableRange>> MetricsSource::ranges()
{
    const Instant now = m_parts.clock.now();
    const std::lock_guard lock(m_mutex);
    if (!m_ranges || now - m_rangesRead >= kRangesEvery) {
        Result<std::vector<RestorableRange>> read = m_parts.service.restorableRanges({});
        m_ranges = read.ok() ? std::optional(std::move(read).value()) : std::nullopt;
        m_rangesRead = now;
    }
    return m_ranges;
}

std::vector<MetricFamily> MetricsSource::collect()
{
    std::vector<MetricFamily> families;
    families.push_back(
        {"isotherm_build_info", "Version of the agent", {{{{"version", m_parts.version}}, 1.0}}});
    const Result<ClusterStatus> status = m_parts.service.status();
    families.push_back(
        {"isotherm_up", "1 if the agent's core answers", {{{}, status.ok() ? 1.0 : 0.0}}});
    if (status.ok()) {
        addStatus(families, status.value());
    }
    if (const auto shards = m_parts.service.shards({}); shards.ok() && status.ok()) {
        const bool listed = shards->size() <= m_parts.shardLimit;
        if (listed) {
            addShards(families, shards.value(), status->now);
            if (const auto known = ranges()) {
                addGaps(families, *known);
            }
        }
        families.push_back({"isotherm_shard_series_omitted",
                            "1 if there are too many shards for a series each",
                            {{{}, listed ? 0.0 : 1.0}}});
    }
    addForecasts(families, m_parts.service.forecast(), m_parts.shardLimit);
    if (const auto jobs = m_parts.service.jobs({.activeOnly = false, .limit = 1'000}); jobs.ok()) {
        addJobs(families, jobs.value());
    }
    BackupFilter everything;
    everything.limit = 100'000;
    if (const auto backups = m_parts.service.backups(everything); backups.ok()) {
        addBackups(families, backups.value());
    }
    if (const auto drills = m_parts.service.upkeep().drills(1'000); drills.ok()) {
        addDrills(families, drills.value());
    }
    if (const std::optional<bool> intact = auditIntact()) {
        families.push_back({"isotherm_audit_chain_ok",
                            "1 if no audit entry was changed",
                            {{{}, *intact ? 1.0 : 0.0}}});
    }
    if (m_parts.extraGauges) {
        addExtra(families, m_parts.extraGauges());
    }
    return families;
}

} // namespace isotherm::api
