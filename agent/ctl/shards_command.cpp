// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;

Value ratio(const std::optional<double>& value)
{
    return value ? Value(RatioValue{*value}) : Value();
}

Value rate(const std::optional<double>& value)
{
    return value ? Value(RateValue{*value, "rows/s"}) : Value();
}

std::string lsnText(Lsn lsn)
{
    return lsn.get() == 0 ? std::string() : formatLsn(lsn);
}

Value rpoNow(const ShardRecord& shard, WallTime now)
{
    return shard.lastBackup ? Value(std::chrono::duration_cast<std::chrono::milliseconds>(
                                  now - *shard.lastBackup))
                            : Value();
}

Listing shardTable(const std::vector<ShardRecord>& shards)
{
    Listing listing{"shards",
                    {{"id", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"range", "RANGE"},
                     {"temperature", "TEMP", Align::Right},
                     {"predicted_temperature", "NEXT", Align::Right},
                     {"rows_per_second", "LOAD", Align::Right},
                     {"size_bytes", "SIZE", Align::Right},
                     {"rows", "ROWS", Align::Right},
                     {"last_backup", "LAST BACKUP"},
                     {"rpo_objective_seconds", "RPO", Align::Right},
                     {"state", ""}},
                    {}};
    for (const ShardRecord& shard : shards) {
        listing.rows.push_back(
            {shard.id.get(), shard.keyspace, shard.rangeText, ratio(shard.temperature),
             ratio(shard.predictedTemperature), rate(shard.rowsPerSecond), shard.size, shard.rows,
             orUnknown(shard.lastBackup), orUnknown(shard.rpoObjective),
             std::string(shard.state == ShardState::Retired ? "retired" : "active")});
    }
    return listing;
}

Record shardRecord(const ShardRecord& shard, WallTime now)
{
    std::vector<std::string> parents;
    for (const ShardId parent : shard.parents) {
        parents.push_back(std::to_string(parent.get()));
    }
    return {"shard",
            {{"id", "shard", shard.id.get()},
             {"keyspace", "keyspace", shard.keyspace},
             {"range", "range", shard.rangeText},
             {"is_default", "takes the rest", shard.isDefault},
             {"leaves", "tables", shard.leaves},
             {"node", "node", shard.node},
             {"rows", "rows (estimate)", shard.rows},
             {"size_bytes", "size", shard.size},
             {"temperature", "temperature", ratio(shard.temperature)},
             {"predicted_temperature", "predicted", ratio(shard.predictedTemperature)},
             {"rows_per_second", "load", rate(shard.rowsPerSecond)},
             {"last_backup", "last backup shows", orUnknown(shard.lastBackup)},
             {"last_backup_lsn", "at position", lsnText(shard.lastBackupLsn)},
             {"rpo_seconds", "RPO now", rpoNow(shard, now)},
             {"rpo_objective_seconds", "RPO objective", orUnknown(shard.rpoObjective)},
             {"parents", "split or merged from", parents},
             {"not_covered", "not in backups", shard.notCovered}},
            {}};
}

} // namespace

ExitCode listShards(Session& session, const std::string& keyspace, bool includeRetired)
{
    const Result<std::vector<ShardRecord>> shards =
        session.agent.shards({.keyspace = keyspace, .includeRetired = includeRetired});
    if (!shards.ok()) {
        return reportError(session.terminal, shards.error());
    }
    return show(session, shardTable(shards.value()));
}

ExitCode showShard(Session& session, std::uint64_t shard)
{
    const Result<std::vector<ShardRecord>> shards =
        session.agent.shards({.keyspace = {}, .includeRetired = true});
    if (!shards.ok()) {
        return reportError(session.terminal, shards.error());
    }
    // Ages are by the agent's clock, whatever ours says.
    const Result<ClusterStatus> status = session.agent.status();
    const WallTime now = status.ok() ? status->now : session.clock.wallNow();
    for (const ShardRecord& record : shards.value()) {
        if (record.id.get() == shard) {
            return show(session, shardRecord(record, now));
        }
    }
    return reportError(session.terminal,
                       makeError(Code::NotFound, "no shard " + std::to_string(shard),
                                 "list them: isothermctl shards list"));
}

} // namespace isotherm::ctl
