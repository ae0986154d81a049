// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/api/fake_agent_service.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

namespace isotherm::test
{
namespace
{

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kKeysPerShard = 1'000;

KeyRange rangeOf(std::size_t index, std::size_t count)
{
    KeyRange range;
    if (index > 0) {
        std::string begin;
        appendKeyInteger(begin, static_cast<std::int64_t>(index * kKeysPerShard));
        range.begin = Key(begin);
    }
    if (index + 1 < count) {
        std::string end;
        appendKeyInteger(end, static_cast<std::int64_t>((index + 1) * kKeysPerShard));
        range.end = Key(end);
    }
    return range;
}

ShardRecord sampleShard(std::size_t index, std::size_t count, WallTime now)
{
    ShardRecord shard;
    shard.id = ShardId(index + 1);
    shard.keyspace = "accounts";
    shard.range = rangeOf(index, count);
    shard.rangeText = formatRange(shard.range, {KeyType::Integer});
    shard.leaves = {"public.accounts_" + std::to_string(index + 1)};
    shard.node = "db-a:5432";
    shard.rows = 125'000;
    shard.size = ByteCount(16'000'000 + 1'000'000 * index);
    shard.temperature = std::max(0.05, 0.9 - 0.2 * static_cast<double>(index));
    shard.predictedTemperature = std::max(0.05, 0.85 - 0.2 * static_cast<double>(index));
    shard.rowsPerSecond = 1'200.0 / static_cast<double>(index + 1);
    shard.lastBackup = now - minutes(30);
    shard.lastBackupLsn = Lsn(0x16B374D848ULL);
    shard.rpoObjective = std::chrono::hours(1);
    return shard;
}

BackupRecord sampleBackup(const ShardRecord& shard, WallTime now)
{
    BackupRecord backup;
    backup.id = "m-" + std::to_string(shard.id.get()) + "-0001";
    backup.shard = shard.id;
    backup.keyspace = shard.keyspace;
    backup.kind = BackupKind::Full;
    backup.started = now - minutes(31);
    backup.finished = now - minutes(30) + seconds(4);
    backup.asOf = now - minutes(30);
    backup.lsn = shard.lastBackupLsn;
    backup.rows = shard.rows;
    backup.rawBytes = shard.size;
    backup.storedBytes = ByteCount(shard.size.get() / 4);
    backup.tier = "local";
    backup.verified = VerifyLevel::Checksums;
    backup.verifiedAt = now - minutes(20);
    return backup;
}

std::vector<JobRecord> sampleJobs(WallTime now)
{
    JobRecord done;
    done.id = JobId(1);
    done.kind = JobKind::Backup;
    done.state = JobState::Done;
    done.title = "back up accounts [min, 1000)";
    done.phase = "done";
    done.bytesDone = done.bytesTotal = 16'000'000;
    done.rowsDone = 125'000;
    done.created = done.heartbeat = now - minutes(31);
    done.started = done.created;
    done.finished = now - minutes(30);
    done.shards = {ShardId(1)};
    done.requestedBy = "scheduler";
    done.result = "125000 rows, 4.0 MB stored";
    JobRecord failed = done;
    failed.id = JobId(2);
    failed.state = JobState::Failed;
    failed.result.clear();
    failed.error = "the disk is full; hint: free space in the tier's folder";
    JobRecord running = done;
    running.id = JobId(3);
    running.state = JobState::Running;
    running.phase = "copy rows";
    running.bytesDone = 4'000'000;
    running.bytesPerSecond = 2'000'000;
    running.finished.reset();
    running.result.clear();
    running.heartbeat = now;
    return {done, failed, running};
}

template <class Record>
std::vector<Record> newestFirst(std::vector<Record> records, std::size_t limit)
{
    std::reverse(records.begin(), records.end());
    if (records.size() > limit) {
        records.resize(limit);
    }
    return records;
}

bool contains(const std::vector<ShardId>& ids, ShardId id)
{
    return ids.empty() || std::find(ids.begin(), ids.end(), id) != ids.end();
}

} // namespace

FakeState sampleState(std::size_t shards)
{
    FakeState state;
    state.now = fromUnixMicros(1'772'366'400'000'000); // 2026-03-01T12:00:00Z
    for (std::size_t index = 0; index < shards; ++index) {
        state.shards.push_back(sampleShard(index, shards, state.now));
        const ShardRecord& shard = state.shards.back();
        state.backups.push_back(sampleBackup(shard, state.now));
        state.schedule.push_back({.shard = shard.id,
                                  .keyspace = shard.keyspace,
                                  .rangeText = shard.rangeText,
                                  .due = state.now + minutes(30),
                                  .kind = BackupKind::Full,
                                  .temperature = shard.temperature,
                                  .interval = std::chrono::hours(1),
                                  .reason = "hot (0.90 > 0.8): every 1h"});
    }
    state.keyspaces = {{.name = "accounts",
                        .tables = {"public.accounts"},
                        .keyColumns = {"aid"},
                        .keyTypes = {KeyType::Integer},
                        .rpo = std::chrono::hours(1),
                        .shardCount = static_cast<std::uint32_t>(shards)}};
    state.jobs = sampleJobs(state.now);
    ClusterStatus& status = state.status;
    status.cluster = "demo";
    status.environment = "test";
    status.engine = "postgresql";
    status.serverVersion = "15.20";
    status.databaseReachable = true;
    status.agentVersion = "0.1.0";
    status.agentStarted = state.now - std::chrono::hours(2);
    status.lastSample = state.now - seconds(1);
    status.shards = static_cast<std::uint32_t>(shards);
    status.jobsRunning = 1;
    status.repositoryBytes = ByteCount(16'000'000);
    status.backups = static_cast<std::uint32_t>(shards);
    status.diagnostics = {{.level = DiagnosticLevel::Warning,
                           .code = "repository.unencrypted",
                           .message = "the repository is not encrypted",
                           .hint = "set [repository] passphrase_file"}};
    state.audit = {{.sequence = 1,
                    .time = state.now - minutes(31),
                    .who = "ana",
                    .role = "operator",
                    .action = "backup.run",
                    .target = "accounts",
                    .outcome = "ok",
                    .peer = "ipv4:127.0.0.1:40000",
                    .hash = std::string(64, 'a')}};
    state.verification = {.intact = true, .entries = 1, .firstBad = 0};
    return state;
}

void FakeAgentService::edit(const std::function<void(FakeState&)>& change)
{
    const std::lock_guard lock(m_mutex);
    change(m_state);
}

FakeState FakeAgentService::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

std::string FakeAgentService::lastCaller() const
{
    const std::lock_guard lock(m_mutex);
    return m_lastCaller;
}

void FakeAgentService::finishJob(JobId id)
{
    const std::lock_guard lock(m_mutex);
    for (JobRecord& job : m_state.jobs) {
        if (job.id != id || isFinished(job.state)) {
            continue;
        }
        job.state = JobState::Done;
        job.phase = "done";
        job.finished = m_state.now;
        job.result = "done";
        for (RestoreReceipt& receipt : m_state.receipts) {
            if (receipt.job == id) {
                receipt.finished = m_state.now;
                receipt.verified = true;
            }
        }
    }
}

float FakeAgentService::heatValue(ShardId shard, HeatMetric metric, WallTime column,
                                  milliseconds step)
{
    const std::int64_t index =
        toUnixMicros(column) / 1000 / std::max<std::int64_t>(1, step.count());
    const auto id = static_cast<std::int64_t>(shard.get());
    const auto wave = static_cast<float>((index * 7 + id * 13) % 100);
    return metric == HeatMetric::Temperature ? wave / 100.0F
                                             : wave * 10.0F * static_cast<float>(metric);
}

Status FakeAgentService::enter()
{
    m_calls.fetch_add(1);
    milliseconds slowness{0};
    std::optional<Error> failure;
    {
        const std::lock_guard lock(m_mutex);
        slowness = m_state.slowness;
        failure = m_state.failWith;
    }
    if (slowness > milliseconds(0)) {
        std::this_thread::sleep_for(slowness);
    }
    if (failure) {
        return *failure;
    }
    return {};
}

Result<ClusterStatus> FakeAgentService::status()
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    ClusterStatus status = m_state.status;
    status.now = m_state.now;
    return status;
}

Result<std::vector<KeyspaceRecord>> FakeAgentService::keyspaces()
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    return m_state.keyspaces;
}

Result<std::vector<ShardRecord>> FakeAgentService::shards(const ShardFilter& filter)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    std::vector<ShardRecord> found;
    for (const ShardRecord& shard : m_state.shards) {
        if ((filter.keyspace.empty() || shard.keyspace == filter.keyspace) &&
            (filter.includeRetired || shard.state == ShardState::Active)) {
            found.push_back(shard);
        }
    }
    return found;
}

Result<HeatMatrix> FakeAgentService::heat(const HeatQuery& query)
{
    ISO_TRY(enter());
    if (query.to <= query.from || query.columnLimit == 0) {
        return makeError(Code::InvalidArgument, "the time range is empty",
                         "give a begin before the end");
    }
    const std::lock_guard lock(m_mutex);
    static constexpr std::array<milliseconds, 5> kSteps = {seconds(1), seconds(10), minutes(1),
                                                           minutes(10), std::chrono::hours(1)};
    milliseconds step = kSteps.back();
    for (auto candidate = kSteps.rbegin(); candidate != kSteps.rend(); ++candidate) {
        if ((query.to - query.from) / *candidate <= static_cast<std::int64_t>(query.columnLimit)) {
            step = *candidate;
        }
    }
    HeatMatrix matrix;
    matrix.metric = query.metric;
    matrix.step = step;
    const std::int64_t stepMicros = std::chrono::microseconds(step).count();
    matrix.start = fromUnixMicros(toUnixMicros(query.from) / stepMicros * stepMicros);
    matrix.columns =
        static_cast<std::size_t>((query.to - matrix.start + step - WallTime::duration(1)) / step);
    matrix.forecastFrom = matrix.columns;
    for (const ShardRecord& shard : m_state.shards) {
        if (contains(query.shards, shard.id) &&
            (query.keyspace.empty() || query.keyspace == shard.keyspace)) {
            matrix.rows.push_back({shard.id, shard.keyspace, shard.rangeText});
        }
    }
    for (std::size_t column = 0; column < matrix.columns; ++column) {
        const WallTime start = matrix.columnStart(column);
        for (const HeatRow& row : matrix.rows) {
            const float value = start > m_state.now
                                    ? kMissingHeat
                                    : heatValue(row.shard, query.metric, start, step);
            matrix.mean.push_back(value);
            matrix.max.push_back(value * 1.5F);
        }
    }
    return matrix;
}

Result<std::vector<BackupRecord>> FakeAgentService::backups(const BackupFilter& filter)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    std::vector<BackupRecord> found;
    for (const BackupRecord& backup : m_state.backups) {
        if ((filter.keyspace.empty() || backup.keyspace == filter.keyspace) &&
            contains(filter.shards, backup.shard) &&
            (!filter.from || backup.asOf >= *filter.from) &&
            (!filter.to || backup.asOf < *filter.to)) {
            found.push_back(backup);
        }
    }
    return newestFirst(std::move(found), filter.limit);
}

Result<std::vector<ScheduleEntry>> FakeAgentService::schedule()
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    return m_state.schedule;
}

Result<std::vector<JobRecord>> FakeAgentService::jobs(const JobFilter& filter)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    std::vector<JobRecord> found;
    for (const JobRecord& job : m_state.jobs) {
        if (!filter.activeOnly || !isFinished(job.state)) {
            found.push_back(job);
        }
    }
    return newestFirst(std::move(found), filter.limit);
}

Result<JobRecord> FakeAgentService::job(JobId id)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    for (const JobRecord& job : m_state.jobs) {
        if (job.id == id) {
            return job;
        }
    }
    return makeError(Code::NotFound, "no job " + std::to_string(id.get()),
                     "list them: isothermctl jobs list");
}

Result<RestorePlan> FakeAgentService::planRestore(const RestoreRequest& request)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    RestorePlan plan;
    plan.request = request;
    plan.made = m_state.now;
    for (const BackupRecord& backup : m_state.backups) {
        if (backup.keyspace != request.keyspace || !contains(request.shards, backup.shard) ||
            (request.at && backup.asOf > *request.at)) {
            continue;
        }
        plan.parts.push_back({.shard = backup.shard,
                              .rangeText = "shard " + std::to_string(backup.shard.get()),
                              .table = "public.accounts",
                              .backupId = backup.id,
                              .asOf = backup.asOf,
                              .lsn = backup.lsn,
                              .runs = 1,
                              .rows = backup.rows,
                              .bytesToRead = backup.storedBytes,
                              .tier = backup.tier});
        plan.rows += backup.rows;
        plan.bytesToRead = ByteCount(plan.bytesToRead.get() + backup.storedBytes.get());
    }
    if (plan.parts.empty()) {
        return makeError(Code::NotFound, "nothing restorable matches",
                         "list what there is: isothermctl backups list");
    }
    plan.id = "plan-" + std::to_string(m_state.plans.size() + 1);
    plan.sideTables = {(request.sideSchema.empty() ? "isotherm_restore" : request.sideSchema) +
                       ".accounts"};
    m_state.plans.push_back(plan);
    return plan;
}

Result<RestoreReceipt> FakeAgentService::receipt(JobId job)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    for (const JobRecord& record : m_state.jobs) {
        if (record.id == job && !isFinished(record.state)) {
            return makeError(Code::FailedPrecondition, "the job still runs");
        }
    }
    for (const RestoreReceipt& receipt : m_state.receipts) {
        if (receipt.job == job) {
            return receipt;
        }
    }
    return makeError(Code::NotFound, "job " + std::to_string(job.get()) + " has no receipt");
}

Result<std::vector<AuditEntry>> FakeAgentService::auditEntries(const AuditFilter& filter)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    std::vector<AuditEntry> found;
    for (const AuditEntry& entry : m_state.audit) {
        if (entry.sequence > filter.afterSequence) {
            found.push_back(entry);
        }
    }
    if (found.size() > filter.limit) {
        found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(filter.limit));
    }
    return found;
}

Result<std::vector<RestorableRange>> FakeAgentService::restorableRanges(const ShardFilter& filter)
{
    return std::vector<RestorableRange>{{.shard = ShardId(1),
                                         .keyspace = filter.keyspace,
                                         .rangeText = "[1, 2)",
                                         .from = fromUnixMicros(1),
                                         .to = fromUnixMicros(2),
                                         .fromLsn = Lsn(3),
                                         .toLsn = Lsn(4),
                                         .everyCommit = true,
                                         .gapBefore = "slot dropped"}};
}

Result<std::vector<TransactionSummary>>
FakeAgentService::transactions(const TransactionQuery& query)
{
    return std::vector<TransactionSummary>{{.id = 1,
                                            .commit = Lsn(query.limit),
                                            .time = query.from.value_or(WallTime{}),
                                            .inserted = 2,
                                            .updated = 3,
                                            .deleted = 4,
                                            .truncates = query.largestFirst ? 5U : 0U,
                                            .shards = query.shards,
                                            .partial = true,
                                            .otherOrigin = true}};
}

Result<AuditVerification> FakeAgentService::verifyAudit()
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    return m_state.verification;
}

JobId FakeAgentService::addJob(JobKind kind, std::string title, const std::string& caller)
{
    JobRecord job;
    job.id = JobId(m_state.jobs.size() + 1);
    job.kind = kind;
    job.state = JobState::Running;
    job.title = std::move(title);
    job.phase = "copy rows";
    job.created = job.heartbeat = m_state.now;
    job.started = m_state.now;
    job.requestedBy = caller;
    m_state.jobs.push_back(job);
    m_lastCaller = caller;
    return job.id;
}

Result<std::vector<JobId>> FakeAgentService::runBackup(const BackupRequest& request)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    std::vector<JobId> ids;
    for (const ShardRecord& shard : m_state.shards) {
        if ((request.keyspace.empty() || request.keyspace == shard.keyspace) &&
            contains(request.shards, shard.id)) {
            ids.push_back(addJob(JobKind::Backup, "back up accounts " + shard.rangeText,
                                 request.caller.name));
            m_state.jobs.back().shards = {shard.id};
        }
    }
    if (ids.empty()) {
        return makeError(Code::NotFound, "no shard matches", "list them: isothermctl shards list");
    }
    return ids;
}

Result<JobId> FakeAgentService::verifyBackups(const VerifyRequest& request)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    return addJob(JobKind::Verify, "verify " + request.keyspace, request.caller.name);
}

Result<JobId> FakeAgentService::runRestore(const RestoreRun& run)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    for (const RestorePlan& plan : m_state.plans) {
        if (plan.id != run.planId) {
            continue;
        }
        const JobId id = addJob(JobKind::Restore, "restore " + plan.id, run.caller.name);
        RestoreReceipt receipt;
        receipt.job = id;
        receipt.planId = plan.id;
        receipt.started = m_state.now;
        receipt.bytesRead = plan.bytesToRead;
        receipt.tables = {{.source = "public.accounts",
                           .sideTable = plan.sideTables.front(),
                           .rows = plan.rows,
                           .checksum = "00ff00ff",
                           .verified = true}};
        m_state.receipts.push_back(receipt);
        return id;
    }
    return makeError(Code::NotFound, "no plan " + run.planId,
                     "plans live for an hour; plan again: isothermctl restore plan");
}

Status FakeAgentService::cancelJob(JobId id)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    for (JobRecord& job : m_state.jobs) {
        if (job.id != id) {
            continue;
        }
        if (isFinished(job.state)) {
            return makeError(Code::FailedPrecondition,
                             "job " + std::to_string(id.get()) + " has already ended");
        }
        job.state = JobState::Cancelled;
        job.finished = m_state.now;
        return {};
    }
    return makeError(Code::NotFound, "no job " + std::to_string(id.get()));
}

Result<KeyspaceRecord> FakeAgentService::adoptKeyspace(const AdoptRequest& request)
{
    ISO_TRY(enter());
    const std::lock_guard lock(m_mutex);
    for (const KeyspaceRecord& keyspace : m_state.keyspaces) {
        if (keyspace.name == request.name) {
            return makeError(Code::AlreadyExists, "keyspace " + request.name + " exists");
        }
    }
    m_state.keyspaces.push_back({.name = request.name,
                                 .tables = request.tables,
                                 .keyColumns = request.keyColumns,
                                 .keyTypes = {KeyType::Integer},
                                 .rpo = request.rpo,
                                 .shardCount = 1});
    m_lastCaller = request.caller.name;
    return m_state.keyspaces.back();
}

} // namespace isotherm::test
