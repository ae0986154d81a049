// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/recovery_service.h"

#include <algorithm>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::test
{

/// A RecoveryService that answers from values, and remembers what was asked. Thread-safe.
class FakeRecovery final : public RecoveryService
{
public:
    struct State
    {
        CutList cuts;                              ///< of every plan
        std::map<std::uint64_t, RowDiff> diffs;    ///< by job
        std::map<std::uint64_t, DiffPage> pages;   ///< by job; every query gets the whole page
        std::map<std::string, RecoveryPlan> plans; ///< by id
        std::map<std::uint64_t, RecoveryReceipt> receipts; ///< by job
        std::vector<RecoveryRequest> planned;              ///< what was asked for
        std::vector<DiffQuery> queries;
        std::vector<std::string> callers; ///< of changes
        RecoveryPlan nextPlan;            ///< what planRecovery gives, with the request put in
        std::uint64_t nextJob = 900;
    };

    void edit(const std::function<void(State&)>& change)
    {
        const std::lock_guard lock(m_mutex);
        change(m_state);
    }
    [[nodiscard]] State state() const
    {
        const std::lock_guard lock(m_mutex);
        return m_state;
    }

    Result<CutList> cutTransactions(const std::string& /*planId*/) override
    {
        const std::lock_guard lock(m_mutex);
        return m_state.cuts;
    }
    Result<JobId> startDiff(const DiffRequest& request) override
    {
        const std::lock_guard lock(m_mutex);
        m_state.callers.push_back(request.caller);
        return JobId(m_state.nextJob++);
    }
    Result<RowDiff> diff(JobId job) override { return find(&State::diffs, job.get()); }
    Result<std::vector<RowDiff>> diffs(std::size_t limit) override
    {
        return newest(&State::diffs, limit);
    }
    Result<DiffPage> diffRows(const DiffQuery& query) override
    {
        {
            const std::lock_guard lock(m_mutex);
            m_state.queries.push_back(query);
        }
        return find(&State::pages, query.job.get());
    }
    Result<RecoveryPlan> planRecovery(const RecoveryRequest& request) override
    {
        const std::lock_guard lock(m_mutex);
        m_state.planned.push_back(request);
        RecoveryPlan plan = m_state.nextPlan;
        plan.request = request;
        m_state.plans[plan.id] = plan;
        return plan;
    }
    Result<RecoveryPlan> recoveryPlan(const std::string& id) override
    {
        return find(&State::plans, id);
    }
    Result<JobId> runRecovery(const RecoveryRun& run) override
    {
        ISO_TRY(recoveryPlan(run.planId));
        const std::lock_guard lock(m_mutex);
        m_state.callers.push_back(run.caller);
        return JobId(m_state.nextJob++);
    }
    Result<RecoveryReceipt> recoveryReceipt(JobId job) override
    {
        return find(&State::receipts, job.get());
    }
    Result<std::vector<RecoveryReceipt>> recoveries(std::size_t limit) override
    {
        return newest(&State::receipts, limit);
    }

private:
    template <class Id, class Record>
    Result<Record> find(std::map<Id, Record> State::*records, const Id& id)
    {
        const std::lock_guard lock(m_mutex);
        const auto found = (m_state.*records).find(id);
        if (found == (m_state.*records).end()) {
            return makeError(Code::NotFound, "there is no such thing");
        }
        return found->second;
    }

    template <class Record>
    Result<std::vector<Record>> newest(std::map<std::uint64_t, Record> State::*records,
                                       std::size_t limit)
    {
        const std::lock_guard lock(m_mutex);
        std::vector<Record> list;
        for (auto it = (m_state.*records).rbegin();
             it != (m_state.*records).rend() && list.size() < limit; ++it) {
            list.push_back(it->second);
        }
        return list;
    }

    mutable std::mutex m_mutex;
    State m_state;
};

} // namespace isotherm::test
