// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/changes_records.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace isotherm
{

struct ChangeFilter
{
    std::string keyspace;    ///< empty: all
    bool openOnly = false;   ///< proposed or running
    std::size_t limit = 200; ///< newest first
};

/// Who proposes or decides.
struct ChangeCaller
{
    std::string name;
    Role role = Role::Operator;
};

/// A change wanted by a person. One source: a split, at `cuts` if there are any, else into `parts`
/// (0: as many as its load asks for). Several: a merge of adjacent shards of one keyspace into one.
struct ProposeRequest
{
    std::vector<ShardId> sources;
    std::vector<std::string> cuts; ///< keys as people write them: "42", "(42, abc)"
    std::uint32_t parts = 0;
    std::string reason;
    bool checkOnly = false; ///< dry run: look at it, store nothing
    ChangeCaller caller;
};

struct ChangeDecision
{
    ChangeId change;
    std::string planHash; ///< of the record that was reviewed; empty: refused
    std::string reason;
    ChangeCaller caller;
};

struct KeyspacePlanRequest
{
    std::string keyspace;            ///< a managed one; or else
    std::vector<std::string> tables; ///< ordinary or partitioned tables, the one with the key first
    std::vector<std::string> keyColumns; ///< empty: the primary key's first column
    std::optional<ByteCount> targetSize; ///< of a shard; default 10 GB
    std::optional<std::uint32_t> shards; ///< instead of the recommended number
};

/// Ordinary tables that are to be one keyspace of several shards, while the application goes on:
/// they are copied into partitions, followed, compared, and exchange their names.
struct AdoptTablesRequest
{
    std::string keyspace;
    std::vector<std::string> tables;     ///< the one that others refer to first
    std::string keyColumn;               ///< empty: the primary key's first column
    std::vector<std::string> cuts;       ///< keys as people write them; empty: as is recommended
    std::optional<std::uint32_t> shards; ///< without cuts: instead of the recommended number
    std::optional<std::chrono::milliseconds> rpo;
    bool checkOnly = false; ///< dry run: look at it, change nothing
    ChangeCaller caller;
};

struct TableAdoption
{
    KeyspacePlan plan; ///< its shards are what the tables become
    std::vector<PreflightFinding> preflight;
    std::chrono::milliseconds expectedPause{0};
    JobId job; ///< 0 after a dry run
};

enum class ChangeStep : std::uint8_t {
    Pause = 1,    ///< copies no further and does not switch, but follows; until the agent restarts
    Resume = 2,   ///< ends the pause
    Finish = 3,   ///< ends the grace period: what served before goes as soon as it may
    RollBack = 4, ///< before the switch: removes all of it; in the grace period: switches back
};

/// By its number, or, where it has none (an adoption), by its job's.
struct ChangeSteering
{
    ChangeId change;
    JobId job;
    ChangeStep step = ChangeStep::Pause;
    ChangeCaller caller;
};

/// Splits and merges: what the planner wants, what people decide, what became of it. Thread-safe.
class ChangesService
{
public:
    virtual ~ChangesService() = default;

    [[nodiscard]] virtual Result<std::vector<ChangeRecord>> changes(const ChangeFilter& filter) = 0;
    [[nodiscard]] virtual Result<ChangeRecord> change(ChangeId id) = 0;
    /// Every hot shard that no open change takes care of, with the reason. `shard`: only this one,
    /// hot or not.
    [[nodiscard]] virtual Result<std::vector<ChangeRefusal>>
    refusals(std::optional<ShardId> shard) = 0;
    /// Changes nothing. InvalidArgument when the tables cannot be one keyspace.
    [[nodiscard]] virtual Result<KeyspacePlan> planKeyspace(const KeyspacePlanRequest& request) = 0;

    // Changes: role operator (policy may ask for more); each call is audited by the API.

    /// With evidence and preflight. InvalidArgument for cuts outside the range or shards that are
    /// not neighbours; FailedPrecondition when another open change has one of the shards.
    [[nodiscard]] virtual Result<ChangeRecord> propose(const ProposeRequest& request) = 0;
    /// Starts the job once enough people have said yes. Aborted when the plan is not the one that
    /// was reviewed; FailedPrecondition when it is not waiting any more; PermissionDenied by policy
    /// (role, a second person).
    [[nodiscard]] virtual Result<ChangeRecord> approve(const ChangeDecision& decision) = 0;
    [[nodiscard]] virtual Result<ChangeRecord> reject(const ChangeDecision& decision) = 0;

    /// Of a change whose job has not ended; says what happens now. FailedPrecondition otherwise.
    [[nodiscard]] virtual Result<std::string> steer(const ChangeSteering& /*steering*/)
    {
        return makeError(Code::Unimplemented, "this agent cannot steer changes");
    }
    /// Role admin. FailedPrecondition with what stands in the way; a dry run has it as a finding.
    [[nodiscard]] virtual Result<TableAdoption> adoptTables(const AdoptTablesRequest& /*request*/)
    {
        return makeError(Code::Unimplemented, "this agent cannot divide ordinary tables");
    }
};

} // namespace isotherm
