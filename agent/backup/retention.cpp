// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/retention.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <map>
#include <utility>

namespace isotherm::backup
{
namespace
{

/// Backups [begin, end) of one base.
struct ChainSpan
{
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::vector<ChainSpan> chainsOf(const std::vector<RetainedBackup>& backups)
{
    std::vector<ChainSpan> chains;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        if (chains.empty() || backups[i].kind == BackupKind::Full) {
            chains.push_back({i, i});
        }
        chains.back().end = i + 1;
    }
    return chains;
}

std::string duration(std::chrono::seconds length)
{
    return formatDuration(std::chrono::duration_cast<std::chrono::milliseconds>(length));
}

/// Why the backup stays; empty: no rule wants it.
std::string reasonToKeep(const std::vector<RetainedBackup>& backups, std::size_t index,
                         const ChainSpan& chain, std::size_t chainsAfter,
                         const RetentionPolicy& policy, WallTime now)
{
    const bool lastOfChain = index + 1 == chain.end;
    if (index + 1 == backups.size()) {
        return "the newest backup";
    }
    if (policy.empty()) {
        return "no retention rule";
    }
    if (policy.age && now - backups[index].asOf <= *policy.age) {
        return "not older than " + duration(*policy.age);
    }
    if (lastOfChain && policy.window && now - backups[index].asOf <= *policy.window) {
        return "in the window of " + duration(*policy.window);
    }
    // A window begins inside of a chain whose last backup is younger, or at a single moment that
    // the last backup before it shows.
    if (lastOfChain && policy.window && now - backups[index + 1].asOf < *policy.window) {
        return "the last before the window of " + duration(*policy.window);
    }
    if (lastOfChain && policy.chains && chainsAfter < *policy.chains) {
        return "of the " + std::to_string(*policy.chains) + " newest chains";
    }
    return {};
}

} // namespace

std::vector<RetentionDecision> decideRetention(std::vector<RetainedBackup> backups,
                                               const RetentionPolicy& policy, WallTime now)
{
    std::stable_sort(
        backups.begin(), backups.end(),
        [](const RetainedBackup& a, const RetainedBackup& b) { return a.asOf < b.asOf; });
    const std::vector<ChainSpan> chains = chainsOf(backups);
    std::vector<RetentionDecision> decisions;
    for (std::size_t i = 0; i < chains.size(); ++i) {
        for (std::size_t index = chains[i].begin; index < chains[i].end; ++index) {
            RetentionDecision decision;
            decision.id = backups[index].id;
            decision.reason =
                reasonToKeep(backups, index, chains[i], chains.size() - 1 - i, policy, now);
            decision.keep = !decision.reason.empty();
            if (!decision.keep) {
                decision.reason = index + 1 < chains[i].end
                                      ? "superseded by " + backups[chains[i].end - 1].id
                                      : "older than every rule asks for";
            }
            decisions.push_back(std::move(decision));
        }
    }
    return decisions;
}

Result<RetentionReport> enforceRetention(repository::Repository& repository,
                                         const PolicyOf& policyOf,
                                         const repository::GarbageOptions& garbage, WallTime now)
{
    ISO_ASSIGN(const std::vector<repository::ManifestName> names,
               repository.listManifests(std::nullopt));
    std::map<ShardId, std::vector<RetainedBackup>> shards;
    std::map<ShardId, std::string> keyspaces;
    for (const repository::ManifestName& name : names) {
        ISO_ASSIGN(const repository::Manifest manifest, repository.loadManifest(name.id));
        shards[name.shard].push_back({name.id, manifest.kind, name.asOf});
        keyspaces[name.shard] = manifest.keyspace;
    }
    RetentionReport report;
    for (auto& [shard, backups] : shards) {
        const auto policy = policyOf(keyspaces[shard]);
        for (const RetentionDecision& decision :
             decideRetention(std::move(backups), policy.value_or(RetentionPolicy()), now)) {
            if (decision.keep) {
                ++report.kept;
                continue;
            }
            ISO_TRY(repository.removeManifest(decision.id));
            report.removed.push_back(decision.id);
        }
    }
    ISO_ASSIGN(report.garbage, repository.collectGarbage(garbage));
    return report;
}

} // namespace isotherm::backup
