// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/dwell.h"

#include "shared/base/time_text.h"

#include <algorithm>

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

std::chrono::milliseconds doubled(std::chrono::milliseconds dwell, std::size_t times)
{
    constexpr std::size_t kMost = 7; // an hour becomes five days: longer than that helps nobody
    return dwell * (1LL << std::min(times, kMost));
}

} // namespace

std::size_t reversals(const PastChange& wanted, std::span<const PastChange> history,
                      const Policy& policy)
{
    return pastOf(wanted, history, policy).reversals;
}

std::optional<Cooling> coolingOf(const PastChange& wanted, std::span<const PastChange> history,
                                 const Policy& policy)
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

} // namespace isotherm::sharding
