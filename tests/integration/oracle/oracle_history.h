// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/agent_service.h"
#include "shared/model/records.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::test
{

/// What the agent says it can restore, leaf by leaf, and why it cannot restore the rest.
class OracleHistory
{
public:
    /// Of a gap that the agent has no reason for.
    static constexpr const char* kUnexplained = "nothing says why";

    /// What `agent` names now, of shards that are gone too.
    [[nodiscard]] static Result<OracleHistory> learn(AgentService& agent,
                                                     const std::string& keyspace);

    /// The shard of the leaf; nullopt: the agent never saw it.
    [[nodiscard]] std::optional<ShardId> shardOf(const std::string& leaf) const;

    /// Every commit around the moment can be restored; else it is a gap that the agent names.
    [[nodiscard]] bool holds(const std::string& leaf, Lsn lsn) const;

    /// Why it does not hold the moment, in words that are the same for all of a kind.
    [[nodiscard]] std::string whyNot(const std::string& leaf, Lsn lsn) const;

    /// Gaps by what the agent says ended the history before each: how many, and how long the
    /// longest is.
    [[nodiscard]] std::string gaps() const;

private:
    [[nodiscard]] const std::vector<RestorableRange>* rangesOf(const std::string& leaf) const;

    std::map<ShardId, std::vector<RestorableRange>> m_ranges; ///< oldest first
    std::map<std::string, ShardId> m_shardOf;                 ///< by leaf
};

} // namespace isotherm::test
