// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/client/agent_client.h"
#include "tests/gui/demo_changes.h"
#include "tests/gui/demo_forecast.h"
#include "tests/gui/demo_hot_keys.h"
#include "tests/gui/demo_recovery.h"
#include "tests/gui/demo_upkeep.h"
#include "tests/gui/demo_world.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::test
{

/// What the console asked of the agent, in order.
struct RecordedCall
{
    std::string name;
    std::string detail;
};

/// An agent in this process: the values of a DemoWorld, streams and calls on threads of their own,
/// as the network client has them. Connections can be cut. Thread-safe.
class FakeConsoleAgent : public client::AgentClient, public AuditService
{
public:
    explicit FakeConsoleAgent(DemoWorld world);
    ~FakeConsoleAgent() override;

    /// Ends every stream with `reason`, and refuses calls, until reconnect().
    void disconnect(const std::string& reason);
    void reconnect();
    [[nodiscard]] std::vector<RecordedCall> calls() const;
    [[nodiscard]] bool called(const std::string& name) const;
    [[nodiscard]] const DemoWorld& world() const { return m_world; }
    [[nodiscard]] WallTime now() const;
    /// The plan that planRestore() answers with; its id is fixed.
    static constexpr const char* kPlanId = "4f2a91c07be3d8aa";

    [[nodiscard]] Result<ClusterStatus> status() override;
    [[nodiscard]] Result<std::vector<KeyspaceRecord>> keyspaces() override;
    [[nodiscard]] Result<std::vector<ShardRecord>> shards(const ShardFilter& filter) override;
    [[nodiscard]] Result<HeatMatrix> heat(const HeatQuery& query) override;
    [[nodiscard]] Result<std::vector<BackupRecord>> backups(const BackupFilter& filter) override;
    [[nodiscard]] Result<std::vector<ScheduleEntry>> schedule() override;
    [[nodiscard]] Result<std::vector<JobRecord>> jobs(const JobFilter& filter) override;
    [[nodiscard]] Result<JobRecord> job(JobId id) override;
    [[nodiscard]] Result<RestorePlan> planRestore(const RestoreRequest& request) override;
    [[nodiscard]] Result<RestoreReceipt> receipt(JobId job) override;
    [[nodiscard]] Result<std::vector<AuditEntry>> auditEntries(const AuditFilter& filter) override;
    [[nodiscard]] AuditService& auditTrail() override { return *this; }
    [[nodiscard]] DemoChanges& changes() override { return m_changes; }
    [[nodiscard]] ForecastService& forecast() override { return m_forecast; }
    [[nodiscard]] HotKeysService& hotKeys() override { return m_hotKeys; }
    [[nodiscard]] RecoveryService& recovery() override { return m_recovery; }
    [[nodiscard]] UpkeepService& upkeep() override { return m_upkeep; }
    Result<std::vector<RestorableRange>> restorableRanges(const ShardFilter& filter) override;
    Result<std::vector<TransactionSummary>> transactions(const TransactionQuery& query) override;
    [[nodiscard]] Result<AuditVerification> verifyAudit() override;
    [[nodiscard]] Result<std::vector<JobId>> runBackup(const BackupRequest& request) override;
    [[nodiscard]] Result<JobId> verifyBackups(const VerifyRequest& request) override;
    [[nodiscard]] Result<JobId> runRestore(const RestoreRun& run) override;
    [[nodiscard]] Status cancelJob(JobId id) override;
    [[nodiscard]] Result<KeyspaceRecord> adoptKeyspace(const AdoptRequest& request) override;
    [[nodiscard]] std::unique_ptr<client::LiveSubscription>
    watch(const client::LiveRequest& request, client::LiveObserver observer) override;

private:
    class Stream;

    [[nodiscard]] Status record(const std::string& name, const std::string& detail = {});
    [[nodiscard]] CallLog log();
    [[nodiscard]] std::vector<JobRecord> allJobs();
    [[nodiscard]] client::LiveUpdate snapshot(const client::LiveRequest& request);
    [[nodiscard]] client::LiveUpdate delta(const client::LiveRequest& request, WallTime since);

    const DemoWorld m_world;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::vector<RecordedCall> m_calls;
    std::optional<JobRecord> m_restore;
    bool m_connected = true;
    std::string m_reason;
    DemoChanges m_changes;
    DemoForecast m_forecast;
    DemoHotKeys m_hotKeys;
    DemoRecovery m_recovery;
    DemoUpkeep m_upkeep;
};

} // namespace isotherm::test
