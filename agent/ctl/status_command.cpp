// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"

#include <cmath>

namespace isotherm::ctl
{
namespace
{

std::string_view levelName(DiagnosticLevel level)
{
    switch (level) {
    case DiagnosticLevel::Info:
        return "info";
    case DiagnosticLevel::Warning:
        return "warning";
    case DiagnosticLevel::Critical:
        return "critical";
    }
    return "unknown";
}

Listing diagnosticsOf(const ClusterStatus& status)
{
    Listing listing{
        "diagnostics",
        {{"level", "LEVEL"}, {"code", "CODE"}, {"message", "MESSAGE"}, {"hint", "HINT"}},
        {}};
    for (const Diagnostic& diagnostic : status.diagnostics) {
        listing.rows.push_back({std::string(levelName(diagnostic.level)), diagnostic.code,
                                diagnostic.message, diagnostic.hint});
    }
    return listing;
}

Value ageAt(WallTime now, const std::optional<WallTime>& time)
{
    return time ? Value(std::chrono::duration_cast<std::chrono::milliseconds>(now - *time))
                : Value();
}

} // namespace

ExitCode showStatus(Session& session)
{
    const Result<ClusterStatus> answer = session.agent.status();
    if (!answer.ok()) {
        return reportError(session.terminal, answer.error());
    }
    const ClusterStatus& status = answer.value();
    const auto skew =
        std::chrono::duration_cast<std::chrono::milliseconds>(session.clock.wallNow() - status.now);
    const auto count = [](std::uint32_t number) { return Value(std::uint64_t{number}); };
    Record record{"status",
                  {{"cluster", "cluster", status.cluster},
                   {"environment", "environment", status.environment},
                   {"engine", "engine", status.engine},
                   {"server_version", "server version", status.serverVersion},
                   {"database_reachable", "database reachable", status.databaseReachable},
                   {"agent_version", "agent version", status.agentVersion},
                   {"agent_started", "agent started", status.agentStarted},
                   {"now", "agent's clock", status.now},
                   {"clock_skew_seconds", "clock skew", skew},
                   {"last_sample", "", orUnknown(status.lastSample)},
                   {"last_sample_age_seconds", "last sample", ageAt(status.now, status.lastSample)},
                   {"shards", "shards", count(status.shards)},
                   {"shards_without_backup", "without backup", count(status.shardsWithoutBackup)},
                   {"rpo_breached", "beyond RPO", count(status.rpoBreached)},
                   {"jobs_running", "jobs running", count(status.jobsRunning)},
                   {"backups", "backups", count(status.backups)},
                   {"repository_bytes", "repository", status.repositoryBytes},
                   {"hot_above", "hot above", RatioValue{status.hotAbove}},
                   {"warm_above", "warm above", RatioValue{status.warmAbove}}},
                  {diagnosticsOf(status)}};
    if (const auto qualities = session.agent.forecast().forecastQuality();
        qualities.ok() && !qualities->empty()) {
        record.parts.push_back(forecastQualityTable(*qualities));
    }
    return show(session, record);
}

} // namespace isotherm::ctl
