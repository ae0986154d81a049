// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/prune.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace isotherm::backup
{
namespace
{

/// The entries of one shard in a plan.
struct ShardSpan
{
    std::vector<PruneEntry>::const_iterator begin;
    std::vector<PruneEntry>::const_iterator end;

    [[nodiscard]] bool losesSome() const
    {
        return std::any_of(begin, end, [](const PruneEntry& entry) { return !entry.keep; });
    }
};

std::vector<ShardSpan> spansOf(const PrunePlan& plan)
{
    std::vector<ShardSpan> spans;
    for (auto at = plan.entries.begin(); at != plan.entries.end();) {
        const ShardId shard = at->backup.shard;
        const auto end =
            std::find_if(at, plan.entries.end(), [shard](const PruneEntry& entry) {
                return entry.backup.shard != shard;
            });
        spans.push_back({at, end});
        at = end;
    }
    return spans;
}

struct SeenShards
{
    std::set<std::string> keyspaces;
    std::set<ShardId> active;
};

SeenShards seenIn(const topology::Topology& topology)
{
    SeenShards seen;
    for (const auto& keyspace : topology.keyspaces()) {
        seen.keyspaces.insert(keyspace->stored.record.name);
        for (const ShardRecord& shard : keyspace->shards) {
            seen.active.insert(shard.id);
        }
    }
    return seen;
}

Status removeOf(const PruneParts& parts, const ShardSpan& span, std::uint32_t& removed)
{
    for (auto entry = span.begin; entry != span.end; ++entry) {
        if (entry->keep) { // only what certainly can take its place lets something go
            const auto kept = parts.repository.loadManifest(entry->backup.id);
            if (!kept.ok()) {
                return kept.error().within("nothing of shard " +
                                           std::to_string(entry->backup.shard.get()) +
                                           " was removed");
            }
        }
    }
    for (auto entry = span.begin; entry != span.end; ++entry) {
        if (!entry->keep) {
            const Status gone = parts.repository.removeManifest(entry->backup.id);
            if (!gone.ok() && gone.error().code != Code::NotFound) {
                return gone;
            }
            ISO_TRY(parts.backups.remove(entry->backup.id));
            ++removed;
        }
    }
    return {};
}

} // namespace

Result<PrunePlan> planPrune(const PruneParts& parts, const std::string& keyspace, WallTime now)
{
    BackupFilter filter;
    filter.keyspace = keyspace;
    filter.limit = std::numeric_limits<std::int32_t>::max();
    const SeenShards seen = seenIn(parts.topology); // before the backups: new ones are of these
    ISO_ASSIGN(std::vector<BackupRecord> backups, parts.backups.list(filter));
    std::map<ShardId, std::vector<BackupRecord>> shards;
    for (auto backup = backups.rbegin(); backup != backups.rend(); ++backup) { // oldest first
        shards[backup->shard].push_back(std::move(*backup));
    }
    PrunePlan plan;
    for (auto& [shard, records] : shards) {
        std::vector<RetainedBackup> retained;
        for (const BackupRecord& record : records) {
            retained.push_back({record.id, record.kind, record.asOf});
        }
        const std::string& name = records.front().keyspace;
        const bool known = seen.keyspaces.contains(name);
        const RetentionPolicy policy = known ? parts.policyOf(name) : RetentionPolicy();
        const ShardLife life =
            seen.active.contains(shard) ? ShardLife::Active : ShardLife::Retired;
        auto decisions = decideRetention(std::move(retained), policy, now, life);
        for (std::size_t i = 0; i < decisions.size(); ++i) {
            plan.entries.push_back({std::move(records[i]), decisions[i].keep,
                                    known ? std::move(decisions[i].reason)
                                          : "its keyspace was not seen in the database yet"});
            ++(decisions[i].keep ? plan.kept : plan.removed);
        }
    }
    return plan;
}

Status estimateFreed(repository::Repository& repository, PrunePlan& plan)
{
    std::uint64_t freed = 0;
    for (const ShardSpan& span : spansOf(plan)) {
        if (!span.losesSome()) {
            continue;
        }
        std::map<std::string, std::uint64_t> going;
        std::set<std::string> staying;
        for (auto entry = span.begin; entry != span.end; ++entry) {
            ISO_ASSIGN(const repository::Manifest manifest,
                       repository.loadManifest(entry->backup.id));
            for (const repository::ManifestTable& table : manifest.tables) {
                for (const repository::RunRef& run : table.runs) {
                    if (entry->keep) {
                        staying.insert(run.object);
                    } else {
                        going[run.object] = run.stored.get();
                    }
                }
            }
        }
        for (const auto& [run, bytes] : going) {
            freed += staying.contains(run) ? 0 : bytes;
        }
    }
    plan.freed = ByteCount(freed);
    return {};
}

Result<std::uint32_t> carryOut(const PruneParts& parts, const PrunePlan& plan,
                               const std::stop_token& stop)
{
    std::uint32_t removed = 0;
    Status first;
    for (const ShardSpan& span : spansOf(plan)) {
        if (stop.stop_requested()) {
            return makeError(Code::Cancelled, "the upkeep was cancelled");
        }
        if (span.losesSome()) {
            const Status done = removeOf(parts, span, removed);
            first = first.ok() ? done : first;
        }
    }
    if (!first.ok()) {
        return first.error();
    }
    return removed;
}

} // namespace isotherm::backup
