// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/demo_recovery.h"

#include <algorithm>

namespace isotherm::test
{
namespace
{

using namespace std::chrono_literals;

constexpr const char* kTable = "public.accounts";
constexpr std::uint64_t kChanged = 2;

WallTime nowTime()
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

DiffRow rowOf(std::uint64_t number)
{
    DiffRow row;
    row.number = number;
    row.shard = ShardId(100);
    const std::string key = std::to_string(4'000 + number);
    row.then = {key, "ana", std::to_string(number * 10), std::nullopt};
    if (number > DemoRecovery::kMissing) {
        row.kind = RowDifference::Changed;
        row.now = {key, "ana", std::to_string(number * 10 + 7), std::nullopt};
    }
    return row;
}

std::string titleOf(const RecoveryRequest& request)
{
    switch (request.mode) {
    case RecoveryMode::CopyBack:
        return "copy rows back into accounts";
    case RecoveryMode::Replace:
        return "replace 2 shards of accounts";
    case RecoveryMode::Elsewhere:
        return "restore accounts into " + request.target;
    case RecoveryMode::Undo:
        return "undo job " + std::to_string(request.job->get());
    case RecoveryMode::DropSide:
        return "drop side tables";
    }
    return {};
}

} // namespace

std::vector<JobRecord> DemoRecovery::jobs() const
{
    const std::lock_guard lock(m_mutex);
    return m_jobs;
}

void DemoRecovery::addJob(std::uint64_t id, const std::string& title)
{
    JobRecord job;
    job.id = JobId(id);
    job.kind = JobKind::Restore;
    job.state = JobState::Done;
    job.title = title;
    job.created = nowTime();
    job.result = "done";
    m_jobs.insert(m_jobs.begin(), job);
}

Result<CutList> DemoRecovery::cutTransactions(const std::string& planId)
{
    ISO_TRY(m_log("cutTransactions", planId));
    CutTransaction cut;
    cut.transaction.id = 771'230;
    cut.transaction.time = nowTime() - 60s;
    cut.transaction.updated = 12;
    cut.undone = true;
    cut.outside = {ShardId(104)};
    CutList list;
    list.undone = 3;
    list.halved = 1;
    list.nearest = {cut};
    return list;
}

Result<JobId> DemoRecovery::startDiff(const DiffRequest& request)
{
    ISO_TRY(m_log("startDiff", request.sideRestore
                                   ? "side " + std::to_string(request.sideRestore->get())
                                   : request.planId));
    const std::lock_guard lock(m_mutex);
    addJob(kDiffJob, "compare accounts with the state before transaction 771204");
    return JobId(kDiffJob);
}

Result<RowDiff> DemoRecovery::diff(JobId job)
{
    RowDiff diff;
    diff.job = job;
    diff.keyspace = "accounts";
    diff.moment = "before transaction 771204";
    diff.started = nowTime() - 2s;
    diff.finished = nowTime();
    TableDiff table;
    table.table = kTable;
    table.missing = kMissing;
    table.changed = kChanged;
    table.same = 124'548;
    diff.tables = {table};
    diff.rowsKept = kMissing + kChanged;
    diff.keptUntil = nowTime() + 24h;
    return diff;
}

Result<std::vector<RowDiff>> DemoRecovery::diffs(std::size_t /*limit*/)
{
    return std::vector<RowDiff>{};
}

Result<DiffPage> DemoRecovery::diffRows(const DiffQuery& query)
{
    ISO_TRY(m_log("diffRows", std::to_string(query.after)));
    DiffPage page;
    page.tables = {{kTable, {"aid", "owner", "balance", "note"}, {"aid"}}};
    for (std::uint64_t number = query.after + 1;
         number <= kMissing + kChanged && page.rows.size() < query.limit; ++number) {
        const DiffRow row = rowOf(number);
        if (query.kinds.empty() || std::ranges::find(query.kinds, row.kind) != query.kinds.end()) {
            page.rows.push_back(row);
        }
    }
    if (!page.rows.empty() && page.rows.back().number < kMissing + kChanged) {
        page.next = page.rows.back().number;
    }
    return page;
}

Result<RecoveryPlan> DemoRecovery::planRecovery(const RecoveryRequest& request)
{
    RecoveryPlan plan;
    const std::lock_guard lock(m_mutex);
    plan.id = "recovery-" + std::to_string(m_plans.size() + 1);
    plan.request = request;
    plan.made = nowTime();
    plan.title = titleOf(request);
    plan.confirmName = request.mode == RecoveryMode::Undo ? "" : "accounts";
    RecoveryStep step;
    step.shard = ShardId(100);
    step.table = "public.accounts_1";
    step.inserts = request.choice == RowChoice::Picked ? request.picked.size() : kMissing;
    step.sql = {"insert into public.accounts_1 (aid, owner, balance, note) select …"};
    plan.steps = {step};
    plan.warnings = {"the trigger audit_accounts stays quiet"};
    m_plans.push_back(plan);
    ISO_TRY(m_log("planRecovery", std::string(recoveryModeName(request.mode)) + " " +
                                      std::to_string(step.inserts)));
    return plan;
}

Result<RecoveryPlan> DemoRecovery::recoveryPlan(const std::string& id)
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::ranges::find(m_plans, id, &RecoveryPlan::id);
    if (found == m_plans.end()) {
        return makeError(Code::NotFound, "no such plan");
    }
    return *found;
}

Result<JobId> DemoRecovery::runRecovery(const RecoveryRun& run)
{
    ISO_TRY(m_log("runRecovery", run.planId));
    ISO_ASSIGN(const RecoveryPlan plan, recoveryPlan(run.planId));
    const std::lock_guard lock(m_mutex);
    RecoveryReceipt receipt;
    receipt.job = JobId(kFirstJob + m_receipts.size());
    receipt.planId = plan.id;
    receipt.mode = plan.request.mode;
    receipt.started = nowTime() - 1s;
    receipt.finished = nowTime();
    RecoveredTable table;
    table.table = "public.accounts_1";
    table.inserted = plan.steps.front().inserts;
    receipt.tables = {table};
    receipt.verified = true;
    if (plan.request.mode == RecoveryMode::CopyBack) {
        receipt.undoUntil = nowTime() + 72h;
    }
    m_receipts.push_back(receipt);
    addJob(receipt.job.get(), plan.title);
    return receipt.job;
}

Result<RecoveryReceipt> DemoRecovery::recoveryReceipt(JobId job)
{
    const std::lock_guard lock(m_mutex);
    const auto found = std::ranges::find(m_receipts, job, &RecoveryReceipt::job);
    if (found == m_receipts.end()) {
        return makeError(Code::NotFound, "no such recovery");
    }
    return *found;
}

Result<std::vector<RecoveryReceipt>> DemoRecovery::recoveries(std::size_t /*limit*/)
{
    const std::lock_guard lock(m_mutex);
    return m_receipts;
}

} // namespace isotherm::test
