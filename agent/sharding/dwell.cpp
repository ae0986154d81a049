// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/dwell.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <vector>

namespace isotherm::sharding
{
namespace
{

/// What the history says of one range, as of `wanted.when`.
struct RangePast
{
    std::optional<PastChange> last;
    std::optional<WallTime> lastReversal;
    std::size_t reversals = 0;
};

RangePast pastOf(const PastChange& wanted, std::span<const PastChange> history,
                 const Policy& policy)
{
    RangePast past;
    for (const PastChange& change : history) {
        if (change.keyspace != wanted.keyspace || !change.range.overlaps(wanted.range) ||
            change.when > wanted.when || change.when + policy.memory < wanted.when) {
            continue;
        }
        if (past.last && past.last->kind != change.kind) {
            ++past.reversals;
            past.lastReversal = change.when;
        }
        past.last = change;
    }
    return past;
}

/// Changes cut the wanted range into stretches with a past of their own: one that was merged beside
/// one that was split must not hide it.
std::vector<PastChange> stretchesOf(const PastChange& wanted, std::span<const PastChange> history)
{
    std::vector<Key> cuts = {wanted.range.begin};
    for (const PastChange& change : history) {
        if (change.keyspace != wanted.keyspace) {
            continue;
        }
        for (const std::optional<Key>& bound :
             {std::optional(change.range.begin), change.range.end}) {
            if (bound && *bound > wanted.range.begin && wanted.range.contains(*bound)) {
                cuts.push_back(*bound);
            }
        }
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    std::vector<PastChange> stretches;
    for (std::size_t i = 0; i < cuts.size(); ++i) {
        PastChange stretch = wanted;
        stretch.range = {cuts[i],
                         i + 1 < cuts.size() ? std::optional(cuts[i + 1]) : wanted.range.end};
        stretches.push_back(std::move(stretch));
    }
    return stretches;
}

std::chrono::milliseconds doubled(std::chrono::milliseconds dwell, std::size_t times)
{
    constexpr std::size_t kMost = 7; // an hour becomes five days: longer than that helps nobody
    return dwell * (1LL << std::min(times, kMost));
}

std::optional<Cooling> coolingOfStretch(const PastChange& wanted,
                                        std::span<const PastChange> history, const Policy& policy)
{
    const RangePast past = pastOf(wanted, history, policy);
    if (!past.last) {
        return std::nullopt;
    }
    const std::string last(changeKindName(past.last->kind));
    Cooling cooling{past.last->when + doubled(policy.cooling, past.reversals),
                    "its last " + last + " was at " + formatUtc(past.last->when)};
    if (past.last->kind != wanted.kind) {
        cooling.until = std::max(cooling.until,
                                 past.last->when + doubled(policy.reversalCooling, past.reversals));
        cooling.why += ", and this would undo it";
        if (past.lastReversal && *past.lastReversal + policy.reversalEvery > cooling.until) {
            cooling.until = *past.lastReversal + policy.reversalEvery;
            cooling.why = "it was turned round at " + formatUtc(*past.lastReversal) +
                          " already: once in " + formatDuration(policy.reversalEvery) +
                          " is enough";
        }
    }
    return cooling.until > wanted.when ? std::optional(cooling) : std::nullopt;
}

} // namespace

std::size_t reversals(const PastChange& wanted, std::span<const PastChange> history,
                      const Policy& policy)
{
    std::size_t most = 0;
    for (const PastChange& stretch : stretchesOf(wanted, history)) {
        most = std::max(most, pastOf(stretch, history, policy).reversals);
    }
    return most;
}

std::optional<Cooling> coolingOf(const PastChange& wanted, std::span<const PastChange> history,
                                 const Policy& policy)
{
    std::optional<Cooling> longest;
    for (const PastChange& stretch : stretchesOf(wanted, history)) {
        std::optional<Cooling> cooling = coolingOfStretch(stretch, history, policy);
        if (cooling && (!longest || cooling->until > longest->until)) {
            longest = std::move(cooling);
        }
    }
    return longest;
}

} // namespace isotherm::sharding
