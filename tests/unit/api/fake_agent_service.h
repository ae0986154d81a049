// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/agent_service.h"
#include "tests/harness/fake_hotkeys.h"
#include "tests/harness/fake_upkeep.h"
#include "tests/unit/api/fake_changes.h"
#include "tests/unit/api/fake_forecast.h"
#include "tests/unit/api/fake_recovery.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

/// A second implementation of AgentService, for tests of whatever stands before one (API, client,
/// console, command line): values in memory that behave like an agent's. Link target
/// isotherm_fake_agent; include "tests/unit/api/fake_agent_service.h".
namespace isotherm::test
{

/// Everything that the fake answers from. Change it through FakeAgentService::edit.
struct FakeState
{
    ClusterStatus status;
    std::vector<KeyspaceRecord> keyspaces;
    std::vector<ShardRecord> shards;
    std::vector<BackupRecord> backups; ///< oldest first
    std::vector<ScheduleEntry> schedule;
    std::vector<JobRecord> jobs; ///< oldest first
    std::vector<RestorePlan> plans;
    std::vector<RestoreReceipt> receipts;
    std::vector<AuditEntry> audit;
    AuditVerification verification{true, 0, 0};
    WallTime now{};                        ///< the fake agent's clock
    std::optional<Error> failWith;         ///< every call answers with this
    std::chrono::milliseconds slowness{0}; ///< every call takes this long
};

/// A cluster of one keyspace "accounts" with `shards` shards, backups, a schedule, two finished
/// jobs and a running one, at the fixed moment 2026-03-01T12:00:00Z.
[[nodiscard]] FakeState sampleState(std::size_t shards = 4);

/// Thread-safe. Heat is a pure function of shard, metric and time, so that a test can compute what
/// it must see: heatValue().
class FakeAgentService final : public AgentService, public AuditService
{
public:
    explicit FakeAgentService(FakeState state = sampleState()) : m_state(std::move(state)) {}

    /// Changes the state under its lock.
    void edit(const std::function<void(FakeState&)>& change);
    [[nodiscard]] FakeState state() const;
    /// How many calls of any kind were answered.
    [[nodiscard]] std::size_t calls() const { return m_calls.load(); }
    /// The caller's name of the last change, as the API handed it over.
    [[nodiscard]] std::string lastCaller() const;
    /// Marks a running or queued job as done, with a receipt when it is a restore.
    void finishJob(JobId id);

    /// What heat() gives for one shard in the column that starts at `column`; max is 1.5 × that.
    [[nodiscard]] static float heatValue(ShardId shard, HeatMetric metric, WallTime column,
                                         std::chrono::milliseconds step);

    Result<ClusterStatus> status() override;
    Result<std::vector<KeyspaceRecord>> keyspaces() override;
    Result<std::vector<ShardRecord>> shards(const ShardFilter& filter) override;
    Result<HeatMatrix> heat(const HeatQuery& query) override;
    Result<std::vector<BackupRecord>> backups(const BackupFilter& filter) override;
    Result<std::vector<ScheduleEntry>> schedule() override;
    Result<std::vector<JobRecord>> jobs(const JobFilter& filter) override;
    Result<JobRecord> job(JobId id) override;
    Result<RestorePlan> planRestore(const RestoreRequest& request) override;
    Result<RestoreReceipt> receipt(JobId job) override;
    Result<std::vector<AuditEntry>> auditEntries(const AuditFilter& filter) override;
    [[nodiscard]] AuditService& auditTrail() override { return *this; }
    [[nodiscard]] FakeChanges& changes() override { return m_changes; }
    [[nodiscard]] FakeRecovery& recovery() override { return m_recovery; }
    [[nodiscard]] HotKeysService& hotKeys() override { return m_hotKeys; }
    [[nodiscard]] UpkeepService& upkeep() override { return fakeUpkeep; }
    FakeUpkeep fakeUpkeep;
    [[nodiscard]] FakeForecast& forecast() override { return m_forecast; }
    Result<std::vector<RestorableRange>> restorableRanges(const ShardFilter& filter) override;
    Result<std::vector<TransactionSummary>> transactions(const TransactionQuery& query) override;
    Result<AuditVerification> verifyAudit() override;
    Result<std::vector<JobId>> runBackup(const BackupRequest& request) override;
    Result<JobId> verifyBackups(const VerifyRequest& request) override;
    Result<JobId> runRestore(const RestoreRun& run) override;
    Status cancelJob(JobId id) override;
    Result<KeyspaceRecord> adoptKeyspace(const AdoptRequest& request) override;

private:
    FakeChanges m_changes;
    [[nodiscard]] Status enter();
    JobId addJob(JobKind kind, std::string title, const std::string& caller);

    mutable std::mutex m_mutex;
    test::FakeHotKeys m_hotKeys;
    FakeState m_state;
    FakeForecast m_forecast;
    std::string m_lastCaller;
    std::atomic<std::size_t> m_calls{0};
    FakeRecovery m_recovery;
};

} // namespace isotherm::test
