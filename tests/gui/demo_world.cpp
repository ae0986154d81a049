// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/demo_world.h"

#include <algorithm>
#include <cmath>

namespace isotherm::test
{
namespace
{

using namespace std::chrono_literals;

constexpr double kReference = 9'000.0; ///< rows per second at temperature 1
constexpr std::int64_t kRowsPerShard = 125'000;

double secondsOf(WallTime time)
{
    return static_cast<double>(toUnixMicros(time)) / 1e6;
}

double temperatureOf(double rate)
{
    return std::min(1.0, rate / kReference);
}

} // namespace

DemoWorld::DemoWorld(const WorldOptions& options, WallTime born) : m_options(options), m_born(born)
{
    for (std::size_t i = 0; i < options.shards; ++i) {
        ShardRecord shard;
        shard.id = ShardId(100 + i);
        const bool accounts = i < (options.shards + 1) * 2 / 3;
        shard.keyspace = accounts ? "accounts" : "orders";
        const std::size_t first = accounts ? 0 : (options.shards + 1) * 2 / 3;
        const auto from = static_cast<std::int64_t>(i - first) * kRowsPerShard + 1;
        std::string begin;
        std::string end;
        appendKeyInteger(begin, from);
        appendKeyInteger(end, from + kRowsPerShard);
        shard.range = {Key(begin), Key(end)};
        shard.rangeText = formatRange(shard.range, {KeyType::Integer});
        shard.leaves = {"public." + shard.keyspace + "_" + std::to_string(i - first + 1)};
        shard.node = options.shards > 8 && i % 2 != 0 ? "db-b" : "db-a";
        shard.rows = static_cast<std::uint64_t>(kRowsPerShard) - (i * 977) % 4000;
        shard.size = ByteCount(17'000'000 + (i * 1'230'000) % 9'000'000);
        shard.rpoObjective = 10min;
        m_shards.push_back(std::move(shard));
    }
}

double DemoWorld::noise(std::size_t shard, std::int64_t second) const
{
    std::uint64_t x = static_cast<std::uint64_t>(second) * 0x9e3779b97f4a7c15ULL +
                      shard * 0xbf58476d1ce4e5b9ULL + m_options.seed;
    x ^= x >> 31U;
    x *= 0x94d049bb133111ebULL;
    x ^= x >> 29U;
    return static_cast<double>(x % 10'000) / 10'000.0;
}

double DemoWorld::rate(std::size_t shard, WallTime at) const
{
    const double t = secondsOf(at);
    const auto count = static_cast<double>(m_options.shards);
    const double breath = 0.62 + 0.38 * std::sin(t / 140.0);
    const double centre = (0.5 + 0.42 * std::sin(t / 310.0)) * count;
    const double second = (0.5 + 0.45 * std::cos(t / 190.0)) * count;
    const double place = static_cast<double>(shard) + 0.5;
    const double width = std::max(0.9, count * 0.07);
    const double hot = std::exp(-std::pow((place - centre) / width, 2.0));
    const double other = 0.45 * std::exp(-std::pow((place - second) / (width * 0.8), 2.0));
    const double jitter = 0.82 + 0.36 * noise(shard, static_cast<std::int64_t>(t));
    return (140.0 + 8'800.0 * (hot + other)) * breath * jitter;
}

HeatMatrix DemoWorld::heat(HeatMetric metric, WallTime from, WallTime to,
                           std::chrono::milliseconds step) const
{
    HeatMatrix matrix;
    matrix.metric = metric;
    matrix.step = step;
    const auto stepMicros = std::chrono::duration_cast<std::chrono::microseconds>(step).count();
    const std::int64_t first = toUnixMicros(from) / stepMicros;
    matrix.start = fromUnixMicros(first * stepMicros);
    matrix.columns =
        static_cast<std::size_t>(std::max<std::int64_t>(toUnixMicros(to) / stepMicros - first, 0));
    matrix.forecastFrom = matrix.columns;
    for (const ShardRecord& shard : m_shards) {
        matrix.rows.push_back({shard.id, shard.keyspace, shard.rangeText});
    }
    matrix.mean.reserve(matrix.columns * matrix.rows.size());
    for (std::size_t c = 0; c < matrix.columns; ++c) {
        const WallTime at = matrix.columnStart(c);
        const auto second = static_cast<std::int64_t>(secondsOf(at));
        for (std::size_t row = 0; row < m_shards.size(); ++row) {
            const bool gap = row == 2 && second % 300 > 270 && second % 300 < 291;
            double value = rate(row, at);
            if (metric == HeatMetric::Temperature) {
                value = temperatureOf(value);
            } else if (metric == HeatMetric::Bytes) {
                value *= 131.0;
            } else if (metric == HeatMetric::Writes) {
                value *= 0.3;
            } else if (metric == HeatMetric::Reads) {
                value *= 0.7;
            }
            const bool missing = gap || at < m_born;
            matrix.mean.push_back(missing ? kMissingHeat : static_cast<float>(value));
            matrix.max.push_back(
                missing ? kMissingHeat
                        : static_cast<float>(value * (1.0 + 0.2 * noise(row, second + 7))));
        }
    }
    return matrix;
}

std::vector<ShardRecord> DemoWorld::shardsAt(WallTime now) const
{
    std::vector<ShardRecord> shards = m_shards;
    const std::vector<BackupRecord> backups = backupsAt(now);
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const double rowsPerSecond = rate(i, now);
        shards[i].rowsPerSecond = rowsPerSecond;
        shards[i].temperature = temperatureOf(rowsPerSecond);
        shards[i].predictedTemperature = temperatureOf(rate(i, now + 120s) * 1.05);
        for (const BackupRecord& backup : backups) {
            if (backup.shard == shards[i].id) {
                shards[i].lastBackup = backup.asOf;
                shards[i].lastBackupLsn = backup.lsn;
            }
        }
    }
    return shards;
}

std::vector<BackupRecord> DemoWorld::backupsAt(WallTime now) const
{
    std::vector<BackupRecord> backups;
    if (!m_options.backups) {
        return backups;
    }
    for (std::size_t i = 0; i < m_shards.size(); ++i) {
        if (m_options.trouble && i + 1 == m_shards.size()) {
            continue; // never backed up
        }
        const auto every = std::chrono::seconds(280 + (i * 67) % 240);
        WallTime at = m_born + std::chrono::seconds(20 + (i * 37) % 200);
        const bool stuck = m_options.trouble && i == 4;
        const WallTime end = stuck ? now - 13min : now - 5s;
        for (int n = 0; at < end; ++n, at += every) {
            BackupRecord backup;
            backup.id = "m-" + std::to_string(m_shards[i].id.get()) + "-" + std::to_string(n);
            backup.shard = m_shards[i].id;
            backup.keyspace = m_shards[i].keyspace;
            backup.kind = n % 8 == 0                 ? BackupKind::Full
                          : n % 4 == 3 && i % 3 == 0 ? BackupKind::Unchanged
                                                     : BackupKind::Incremental;
            backup.started = at;
            backup.asOf = at;
            backup.finished = at + 3s;
            backup.lsn = Lsn(0x16B374D848ULL + static_cast<std::uint64_t>(n) * 4096);
            backup.rows = m_shards[i].rows;
            backup.rawBytes = m_shards[i].size;
            backup.storedBytes = ByteCount(m_shards[i].size.get() / (n % 8 == 0 ? 7 : 160));
            backup.tier = "local";
            backup.verified = n % 2 == 0 ? VerifyLevel::Checksums : VerifyLevel::None;
            backups.push_back(std::move(backup));
        }
    }
    return backups;
}

std::vector<ScheduleEntry> DemoWorld::scheduleAt(WallTime now) const
{
    std::vector<ScheduleEntry> schedule;
    for (std::size_t i = 0; i < m_shards.size(); ++i) {
        ScheduleEntry entry;
        entry.shard = m_shards[i].id;
        entry.keyspace = m_shards[i].keyspace;
        entry.rangeText = m_shards[i].rangeText;
        const double temperature = temperatureOf(rate(i, now));
        entry.temperature = temperature;
        const bool hot = temperature > 0.8;
        const bool warm = temperature > 0.5;
        entry.due = now + std::chrono::seconds(hot    ? 40 + i * 9
                                               : warm ? 160 + i * 11
                                                      : 900 + i * 60);
        entry.interval = hot ? 1h : warm ? 6h : 24h;
        entry.reason = hot ? "hot: every 1h" : warm ? "warm: every 6h" : "cold: every 24h";
        schedule.push_back(std::move(entry));
    }
    return schedule;
}

std::vector<JobRecord> DemoWorld::jobsAt(WallTime now) const
{
    std::vector<JobRecord> jobs;
    if (!m_options.jobs) {
        return jobs;
    }
    const auto add = [&](std::uint64_t id, JobKind kind, JobState state, std::string title,
                         WallTime created) {
        JobRecord job;
        job.id = JobId(id);
        job.kind = kind;
        job.state = state;
        job.title = std::move(title);
        job.phase = "copy rows";
        job.bytesTotal = 18'400'000;
        job.bytesDone = state == JobState::Running ? 11'300'000 : 18'400'000;
        job.rowsDone = 78'000;
        job.bytesPerSecond = state == JobState::Running ? 41'000'000 : 0;
        job.created = created;
        job.started = created;
        job.heartbeat = now;
        job.requestedBy = kind == JobKind::Backup ? "scheduler" : "ana";
        job.result = state == JobState::Done ? "125,000 rows, 2.6 MB stored, checksums agree" : "";
        job.error =
            state == JobState::Failed ? "repository is full; hint: free space or add a tier" : "";
        jobs.push_back(std::move(job));
    };
    add(9, JobKind::Backup, JobState::Running, "back up accounts " + m_shards[0].rangeText,
        now - 4s);
    add(8, JobKind::Backup, JobState::Queued, "back up accounts " + m_shards[1].rangeText,
        now - 3s);
    add(7, JobKind::Restore, JobState::Done, "restore accounts " + m_shards[1].rangeText,
        now - 400s);
    add(6, JobKind::Verify, JobState::Done, "verify accounts", now - 700s);
    add(5, JobKind::Backup, JobState::Failed, "back up orders " + m_shards.back().rangeText,
        now - 1300s);
    return jobs;
}

ClusterStatus DemoWorld::statusAt(WallTime now) const
{
    ClusterStatus status;
    status.cluster = "orders-prod";
    status.environment = "production";
    status.engine = "postgresql";
    status.serverVersion = "15.14";
    status.databaseReachable = true;
    status.agentVersion = "0.1.0";
    status.agentStarted = m_born;
    status.now = now;
    status.lastSample = now - 1s;
    status.shards = static_cast<std::uint32_t>(m_shards.size());
    const std::vector<BackupRecord> backups = backupsAt(now);
    status.backups = static_cast<std::uint32_t>(backups.size());
    std::uint64_t stored = 0;
    for (const BackupRecord& backup : backups) {
        stored += backup.storedBytes.get();
    }
    status.repositoryBytes = ByteCount(stored);
    status.shardsWithoutBackup = m_options.trouble ? 1 : 0;
    status.jobsRunning = m_options.jobs ? 1 : 0;
    if (m_options.trouble) {
        status.rpoBreached = 1;
        status.diagnostics = {
            {DiagnosticLevel::Warning, "rpo.breached",
             "shard accounts " + m_shards[std::min<std::size_t>(4, m_shards.size() - 1)].rangeText +
                 " was last backed up 13 min ago, its objective is 10 min",
             "isotherm backs it up as soon as the repository has space"},
            {DiagnosticLevel::Info, "forecast.warming", "forecasts start after 24 h of history",
             ""}};
    }
    return status;
}

std::vector<KeyspaceRecord> DemoWorld::keyspaces() const
{
    KeyspaceRecord accounts{"accounts", {"public.accounts", "public.account_notes"},
                            {"aid"},    {KeyType::Integer},
                            10min,      0};
    KeyspaceRecord orders{"orders", {"public.orders"}, {"customer_id"}, {KeyType::Integer}, 10min,
                          0};
    return {accounts, orders};
}

std::vector<AuditEntry> DemoWorld::audit() const
{
    std::vector<AuditEntry> entries;
    const std::vector<std::pair<std::string, std::string>> actions = {
        {"backup.run", "accounts"},
        {"restore.run", "plan 4f2a91c07be3"},
        {"job.cancel", "job 6"},
        {"keyspace.adopt", "orders"}};
    for (std::uint64_t i = 1; i <= 18; ++i) {
        const auto& [action, target] = actions[i % actions.size()];
        entries.push_back({i, m_born + std::chrono::seconds(i * 47), i % 5 == 0 ? "eve" : "ana",
                           i % 5 == 0 ? "viewer" : "operator", action, target,
                           i % 5 == 0 ? "permission denied" : "ok",
                           "127.0.0.1:5" + std::to_string(4000 + i), std::string(64, 'a')});
    }
    return entries;
}

} // namespace isotherm::test
