// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/change_store.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/model/changes_service.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isotherm::sharding
{

/// The name under which the agent itself proposes and, in mode auto, approves.
inline constexpr std::string_view kPlannerName = "planner";

/// Who may say yes.
struct ApprovalRules
{
    Role role = Role::Operator; ///< at least
    /// Two people: the one who proposed it counts as the first; what the planner proposed needs two
    /// approvals.
    bool secondPerson = false;
};

/// Proposals from the first word to the last: the state machine of SHARDING.md, each step durable
/// before it has an effect. Thread-safe.
class ProposalBook
{
public:
    /// Starts the job of an approved change.
    using Start = std::function<Result<JobId>(const ChangeRecord&)>;
    struct Parts
    {
        metadata::ChangeStore& store;
        const Clock& clock;
        Log& log;
        Start start;
    };

    ProposalBook(Parts parts, ApprovalRules rules);

    /// Stores a draft as a proposal. FailedPrecondition when an open change has one of its shards.
    [[nodiscard]] Result<ChangeRecord> add(ChangeRecord draft);
    /// See ChangesService.
    [[nodiscard]] Result<ChangeRecord> approve(const ChangeDecision& decision);
    [[nodiscard]] Result<ChangeRecord> reject(const ChangeDecision& decision);
    /// In mode auto: by the planner itself, whatever the rules for people are.
    [[nodiscard]] Result<ChangeRecord> approveByPolicy(ChangeId id, const std::string& why);
    /// Not an error when it is not Proposed any more.
    [[nodiscard]] Status expire(ChangeId id, const std::string& why);

    /// Follows the change's job; nothing happens for the job of no change.
    [[nodiscard]] Status noteJob(const JobRecord& job);
    /// The parts serve: the change is Done, though its job may still keep the old ones in step.
    [[nodiscard]] Status noteApplied(ChangeId id);
    [[nodiscard]] Status settle(ChangeId id, const ChangeOutcome& outcome);
    /// After a restart. `jobs`: all that the job engine knows. A change that was approved but whose
    /// job was never submitted waits for a decision again.
    [[nodiscard]] Status recover(const std::vector<JobRecord>& jobs);

    [[nodiscard]] Result<ChangeRecord> get(ChangeId id) { return m_parts.store.get(id); }
    [[nodiscard]] Result<std::vector<ChangeRecord>> list(const ChangeFilter& filter)
    {
        return m_parts.store.list(filter);
    }

    /// The newest 1,000, newest first, read again only after a change of them: for whoever looks
    /// every second.
    [[nodiscard]] Result<std::shared_ptr<const std::vector<ChangeRecord>>> recent();

    void setRules(const ApprovalRules& rules);

    /// How often each kind came to each state since the agent started.
    using Counts = std::map<std::pair<ChangeKind, ChangeState>, std::uint64_t>;
    [[nodiscard]] Counts counts() const;

private:
    [[nodiscard]] Status mayApprove(const ChangeRecord& change,
                                    const ChangeDecision& decision) const;
    [[nodiscard]] Result<ChangeRecord> waiting(const ChangeDecision& decision);
    [[nodiscard]] Result<ChangeRecord> begin(ChangeRecord change);
    [[nodiscard]] Result<ChangeRecord> close(ChangeRecord change, ChangeState state,
                                             std::string reason);
    [[nodiscard]] Status keep(const ChangeRecord& change);
    [[nodiscard]] std::uint32_t approvalsFor(const ChangeRecord& draft) const;

    const Parts m_parts;
    mutable std::mutex m_mutex; ///< one decision at a time; guards what follows
    ApprovalRules m_rules;
    Counts m_counts;
    std::shared_ptr<const std::vector<ChangeRecord>> m_recent; ///< null: to be read again
};

/// The job's title says which change it carries out, so that the two find each other again.
[[nodiscard]] std::string jobTitleOf(const ChangeRecord& change);

} // namespace isotherm::sharding
