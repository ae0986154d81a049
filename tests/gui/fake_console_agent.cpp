// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/fake_console_agent.h"

#include "tests/gui/demo_history.h"

#include <algorithm>
#include <stop_token>
#include <thread>

namespace isotherm::test
{
namespace
{

using namespace std::chrono_literals;

constexpr auto kTick = 100ms;
constexpr std::uint64_t kRestoreJob = 42;

std::string listOf(const std::vector<ShardId>& shards)
{
    std::string listed;
    for (const ShardId shard : shards) {
        listed += (listed.empty() ? "" : ",") + std::to_string(shard.get());
    }
    return listed;
}

} // namespace

/// One live stream: a thread that sends a snapshot, then deltas, and tells of cuts.
class FakeConsoleAgent::Stream : public client::LiveSubscription
{
public:
    Stream(FakeConsoleAgent& agent, const client::LiveRequest& request,
           client::LiveObserver observer)
        : m_thread([&agent, request, observer = std::move(observer)](const std::stop_token& stop) {
              serve(agent, request, observer, stop);
          })
    {
    }

private:
    static void serve(FakeConsoleAgent& agent, const client::LiveRequest& request,
                      const client::LiveObserver& observer, const std::stop_token& stop)
    {
        bool told = false;
        std::uint64_t sequence = 0;
        WallTime since{};
        bool inSync = false;
        while (!stop.stop_requested()) {
            std::unique_lock lock(agent.m_mutex);
            const bool connected = agent.m_connected;
            const std::string reason = agent.m_reason;
            lock.unlock();
            if (!connected) {
                if (!told) {
                    observer.onState(client::ConnectionState::Disconnected, reason, 15'000ms);
                }
                told = true;
                inSync = false;
            } else {
                if (!inSync) {
                    observer.onState(client::ConnectionState::Connected, {}, 0ms);
                }
                client::LiveUpdate update =
                    inSync ? agent.delta(request, since) : agent.snapshot(request);
                update.sequence = ++sequence;
                since = update.status->now;
                observer.onUpdate(std::move(update));
                inSync = true;
                told = false;
            }
            lock.lock();
            agent.m_changed.wait_for(lock, stop, kTick,
                                     [&] { return agent.m_connected != connected; });
        }
    }

    std::jthread m_thread;
};

FakeConsoleAgent::FakeConsoleAgent(DemoWorld world)
    : m_world(std::move(world)), m_changes(m_world, now(), log()), m_forecast(m_world, log()),
      m_hotKeys(log()), m_recovery(log()), m_upkeep(m_world, log())
{
}

CallLog FakeConsoleAgent::log()
{
    return
        [this](const std::string& name, const std::string& detail) { return record(name, detail); };
}

FakeConsoleAgent::~FakeConsoleAgent() = default;

WallTime FakeConsoleAgent::now() const
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

void FakeConsoleAgent::disconnect(const std::string& reason)
{
    const std::lock_guard lock(m_mutex);
    m_connected = false;
    m_reason = reason;
    m_changed.notify_all();
}

void FakeConsoleAgent::reconnect()
{
    const std::lock_guard lock(m_mutex);
    m_connected = true;
    m_changed.notify_all();
}

std::vector<RecordedCall> FakeConsoleAgent::calls() const
{
    const std::lock_guard lock(m_mutex);
    return m_calls;
}

bool FakeConsoleAgent::called(const std::string& name) const
{
    return std::ranges::any_of(calls(),
                               [&](const RecordedCall& call) { return call.name == name; });
}

Status FakeConsoleAgent::record(const std::string& name, const std::string& detail)
{
    const std::lock_guard lock(m_mutex);
    m_calls.push_back({name, detail});
    if (!m_connected) {
        return makeError(Code::Unavailable, m_reason, "is the agent running?");
    }
    return {};
}

client::LiveUpdate FakeConsoleAgent::snapshot(const client::LiveRequest& request)
{
    client::LiveUpdate update = delta(request, now() - request.heatWindow);
    update.snapshot = true;
    update.backups = m_world.backupsAt(update.status->now);
    update.schedule = m_world.scheduleAt(update.status->now);
    return update;
}

client::LiveUpdate FakeConsoleAgent::delta(const client::LiveRequest& request, WallTime since)
{
    client::LiveUpdate update;
    const WallTime at = now();
    update.status = m_world.statusAt(at);
    update.shards = m_world.shardsAt(at);
    update.jobs = allJobs();
    if (request.heatWindow.count() > 0) {
        update.heat = m_world.heat(request.metric, since, at, request.heatStep);
    }
    return update;
}

std::vector<JobRecord> FakeConsoleAgent::allJobs()
{
    std::vector<JobRecord> jobs = m_world.jobsAt(now());
    const std::vector<JobRecord> recoveries = m_recovery.jobs();
    jobs.insert(jobs.begin(), recoveries.begin(), recoveries.end());
    const std::lock_guard lock(m_mutex);
    if (m_restore) {
        // Each look moves the job on: running, then done.
        m_restore->bytesDone =
            std::min(m_restore->bytesDone + m_restore->bytesTotal / 4, m_restore->bytesTotal);
        if (m_restore->bytesDone == m_restore->bytesTotal) {
            m_restore->state = JobState::Done;
            m_restore->result = "2,500 rows restored and verified";
        }
        jobs.insert(jobs.begin(), *m_restore);
    }
    return jobs;
}

Result<ClusterStatus> FakeConsoleAgent::status()
{
    ISO_TRY(record("status"));
    return m_world.statusAt(now());
}

Result<std::vector<KeyspaceRecord>> FakeConsoleAgent::keyspaces()
{
    ISO_TRY(record("keyspaces"));
    return m_world.keyspaces();
}

Result<std::vector<ShardRecord>> FakeConsoleAgent::shards(const ShardFilter& filter)
{
    ISO_TRY(record("shards", filter.keyspace));
    return m_world.shardsAt(now());
}

Result<HeatMatrix> FakeConsoleAgent::heat(const HeatQuery& query)
{
    ISO_TRY(record("heat"));
    const auto span = std::chrono::duration_cast<std::chrono::milliseconds>(query.to - query.from);
    const auto step = std::max(
        std::chrono::milliseconds(1000),
        std::chrono::milliseconds(
            span.count() / static_cast<std::int64_t>(query.columnLimit) / 1000 * 1000 + 1000));
    return m_world.heat(query.metric, query.from, std::min(query.to, now()), step);
}

Result<std::vector<BackupRecord>> FakeConsoleAgent::backups(const BackupFilter& filter)
{
    ISO_TRY(record("backups", listOf(filter.shards)));
    return m_world.backupsAt(now());
}

Result<std::vector<ScheduleEntry>> FakeConsoleAgent::schedule()
{
    ISO_TRY(record("schedule"));
    return m_world.scheduleAt(now());
}

Result<std::vector<JobRecord>> FakeConsoleAgent::jobs(const JobFilter& /*filter*/)
{
    ISO_TRY(record("jobs"));
    return allJobs();
}

Result<JobRecord> FakeConsoleAgent::job(JobId id)
{
    ISO_TRY(record("job"));
    for (const JobRecord& job : allJobs()) {
        if (job.id == id) {
            return job;
        }
    }
    return makeError(Code::NotFound, "no such job");
}

Result<RestorePlan> FakeConsoleAgent::planRestore(const RestoreRequest& request)
{
    ISO_TRY(record("planRestore", listOf(request.shards) + " " + request.predicate +
                                      (request.beforeTransaction
                                           ? " before " + std::to_string(*request.beforeTransaction)
                                           : "")));
    if (request.predicate == "nonsense") {
        return makeError(Code::InvalidArgument, "cannot read the condition 'nonsense'",
                         "for example: aid between 100 and 200");
    }
    RestorePlan plan;
    plan.id = kPlanId;
    plan.request = request;
    plan.made = now();
    const std::vector<BackupRecord> backups = m_world.backupsAt(now());
    for (const ShardId shard : request.shards) {
        const auto newest =
            std::find_if(backups.rbegin(), backups.rend(), [&](const BackupRecord& backup) {
                return backup.shard == shard && (!request.at || backup.asOf <= *request.at);
            });
        if (newest == backups.rend()) {
            continue;
        }
        const auto& records = m_world.shards();
        const auto record = std::ranges::find(records, shard, &ShardRecord::id);
        plan.parts.push_back({shard, record->rangeText, "public." + request.keyspace, newest->id,
                              newest->asOf, newest->lsn, 1, newest->rows,
                              ByteCount(newest->storedBytes.get() / 3), newest->tier});
        plan.rows += newest->rows;
        plan.bytesToRead = ByteCount(plan.bytesToRead.get() + newest->storedBytes.get() / 3);
    }
    plan.sideTables = {request.sideSchema + "." + request.keyspace};
    plan.fastest = 2s;
    plan.slowest = 9s;
    plan.warnings = {"rows changed after the backup's moment are not in it"};
    return plan;
}

Result<RestoreReceipt> FakeConsoleAgent::receipt(JobId job)
{
    ISO_TRY(record("receipt", std::to_string(job.get())));
    RestoreReceipt receipt;
    receipt.job = job;
    receipt.planId = kPlanId;
    receipt.started = now() - 4s;
    receipt.finished = now();
    receipt.bytesRead = ByteCount(812'000);
    receipt.verified = true;
    receipt.tables = {
        {"public.accounts", "isotherm_restore.accounts", 2'500, "9b1c2f6a77e04d55a1b2", true}};
    return receipt;
}

Result<std::vector<AuditEntry>> FakeConsoleAgent::auditEntries(const AuditFilter& /*filter*/)
{
    ISO_TRY(record("audit"));
    return m_world.audit();
}

Result<std::vector<RestorableRange>>
FakeConsoleAgent::restorableRanges(const ShardFilter& /*filter*/)
{
    ISO_TRY(record("restorableRanges"));
    return historyOf(m_world, now());
}

Result<std::vector<TransactionSummary>>
FakeConsoleAgent::transactions(const TransactionQuery& query)
{
    ISO_TRY(record("transactions", listOf(query.shards)));
    return transactionsOf(m_world, query, now());
}

Result<AuditVerification> FakeConsoleAgent::verifyAudit()
{
    ISO_TRY(record("verifyAudit"));
    return AuditVerification{true, m_world.audit().size(), 0};
}

Result<std::vector<JobId>> FakeConsoleAgent::runBackup(const BackupRequest& request)
{
    ISO_TRY(record("runBackup", request.keyspace + " " + listOf(request.shards)));
    return std::vector<JobId>{JobId(9)};
}

Result<JobId> FakeConsoleAgent::verifyBackups(const VerifyRequest& request)
{
    ISO_TRY(record("verifyBackups", request.keyspace));
    return JobId(6);
}

Result<JobId> FakeConsoleAgent::runRestore(const RestoreRun& run)
{
    ISO_TRY(record("runRestore", run.planId));
    const std::lock_guard lock(m_mutex);
    JobRecord job;
    job.id = JobId(kRestoreJob);
    job.kind = JobKind::Restore;
    job.state = JobState::Running;
    job.title = "restore accounts into side tables";
    job.phase = "load rows";
    job.bytesTotal = 812'000;
    job.rowsDone = 2'500;
    job.bytesPerSecond = 400'000;
    job.created = now();
    job.requestedBy = run.caller.name;
    m_restore = job;
    return job.id;
}

Status FakeConsoleAgent::cancelJob(JobId id)
{
    return record("cancelJob", std::to_string(id.get()));
}

Result<KeyspaceRecord> FakeConsoleAgent::adoptKeyspace(const AdoptRequest& request)
{
    ISO_TRY(record("adoptKeyspace", request.name));
    return m_world.keyspaces().front();
}

std::unique_ptr<client::LiveSubscription>
FakeConsoleAgent::watch(const client::LiveRequest& request, client::LiveObserver observer)
{
    (void)record("watch", std::string(heatMetricName(request.metric)));
    return std::make_unique<Stream>(*this, request, std::move(observer));
}

} // namespace isotherm::test
