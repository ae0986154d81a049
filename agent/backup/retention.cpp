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

struct Rules
{
    const RetentionPolicy& policy;
    WallTime now{};
    ShardLife life = ShardLife::Active;
};

std::vector<ChainSpan> chainsOf(const std::vector<RetainedBackup>& backups)
{
    std::vector<ChainSpan> chains;
    for (std::size_t i = 0; i < backups.size(); ++i) {
        if (chains.empty() || isFull(backups[i].kind)) {
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
                         const ChainSpan& chain, std::size_t chainsAfter, const Rules& rules)
{
    const auto& [policy, now, life] = rules;
    const bool lastOfChain = index + 1 == chain.end;
    if (policy.empty()) {
        return "no retention rule";
    }
    if (index + 1 == backups.size() && life == ShardLife::Active) {
        return "the newest backup";
    }
    if (policy.age && now - backups[index].asOf <= *policy.age) {
        return "not older than " + duration(*policy.age);
    }
    if (lastOfChain && policy.window && now - backups[index].asOf <= *policy.window) {
        return "in the window of " + duration(*policy.window);
    }
    // A window begins inside of a chain whose last backup is younger, or at a single moment that
    // the last backup before it shows.
    if (lastOfChain && policy.window && index + 1 < backups.size() &&
        now - backups[index + 1].asOf < *policy.window) {
        return "the last before the window of " + duration(*policy.window);
    }
    if (lastOfChain && policy.chains && chainsAfter < *policy.chains) {
        return "of the " + std::to_string(*policy.chains) + " newest chains";
    }
    return {};
}

/// A chain that stays needs its first backup: it says from which moment on the chain restores.
void keepBeginning(std::vector<RetentionDecision>& decisions, const ChainSpan& chain)
{
    const auto begin = decisions.begin() + static_cast<std::ptrdiff_t>(chain.begin);
    const auto end = decisions.begin() + static_cast<std::ptrdiff_t>(chain.end);
    const auto kept = std::find_if(begin, end, [](const auto& decision) { return decision.keep; });
    if (kept != end && !begin->keep) {
        begin->keep = true;
        begin->reason = "the beginning of what " + (end - 1)->id + " restores";
    }
}

} // namespace

std::vector<RetentionDecision> decideRetention(std::vector<RetainedBackup> backups,
                                               const RetentionPolicy& policy, WallTime now,
                                               ShardLife life)
{
    const Rules rules{policy, now, life};
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
                reasonToKeep(backups, index, chains[i], chains.size() - 1 - i, rules);
            decision.keep = !decision.reason.empty();
            if (!decision.keep) {
                decision.reason = index + 1 < chains[i].end
                                      ? "superseded by " + backups[chains[i].end - 1].id
                                      : "older than every rule asks for";
            }
            decisions.push_back(std::move(decision));
        }
        keepBeginning(decisions, chains[i]);
    }
    return decisions;
}

} // namespace isotherm::backup
