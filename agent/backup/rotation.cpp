// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/rotation.h"

#include "shared/base/check.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace isotherm::backup
{
namespace
{

struct Slot
{
    WallTime begin{};
    std::uint64_t bytes = 0;
    std::size_t shards = 0;
};

std::vector<Slot> openSlots(const RotationSpan& span, WallTime now,
                            std::chrono::milliseconds length)
{
    std::vector<Slot> slots;
    for (WallTime begin = span.begin; begin < span.end; begin += length) {
        if (begin + length > now) {
            slots.push_back({begin});
        }
    }
    return slots;
}

/// What a slot offers to one shard.
struct Offer
{
    double load = 0; ///< unknown: as if it were the mean of the known ones
    bool known = false;
};

std::vector<Offer> offersTo(ShardId shard, const std::vector<Slot>& slots, const ExpectedLoad& load)
{
    std::vector<Offer> offers(slots.size());
    double sum = 0;
    std::size_t known = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        if (const auto expected = load(shard, slots[i].begin)) {
            offers[i] = {*expected, true};
            sum += *expected;
            ++known;
        }
    }
    for (Offer& offer : offers) {
        if (!offer.known && known > 0) {
            offer.load = sum / static_cast<double>(known);
        }
    }
    return offers;
}

bool isBetter(const Slot& a, const Offer& offerOfA, const Slot& b, const Offer& offerOfB)
{
    if (offerOfA.load != offerOfB.load) {
        return offerOfA.load < offerOfB.load;
    }
    if (a.bytes != b.bytes) {
        return a.bytes < b.bytes;
    }
    return a.shards != b.shards ? a.shards < b.shards : a.begin < b.begin;
}

std::string reasonFor(const Slot& slot, const std::vector<Slot>& slots,
                      const std::vector<Offer>& offers, std::size_t chosen)
{
    const std::string turn = "its full of this rotation, in the slot of " + formatUtc(slot.begin);
    if (!offers[chosen].known) {
        return turn + ": no load is known for it, the emptiest slot";
    }
    std::size_t quieter = 0;
    for (std::size_t i = 0; i < slots.size(); ++i) {
        quieter += offers[i].load < offers[chosen].load ? 1 : 0;
    }
    return quieter == 0 ? turn + ": its quietest"
                        : turn + ": " + std::to_string(quieter) + " quieter slots are full";
}

} // namespace

RotationSpan rotationAt(WallTime moment, const RotationOptions& options)
{
    ISO_CHECK(options.slot.count() > 0 && options.rotation >= options.slot);
    const auto since = moment.time_since_epoch();
    auto number = since / options.rotation;
    if (since.count() < 0 && since % options.rotation != since.zero()) {
        --number; // towards the past
    }
    const WallTime begin{options.rotation * number};
    return {begin, begin + options.rotation};
}

std::vector<FullTurn> planRotation(std::vector<RotationShard> shards, const ExpectedLoad& load,
                                   WallTime now, const RotationOptions& options)
{
    const RotationSpan span = rotationAt(now, options);
    std::erase_if(shards, [&](const RotationShard& shard) {
        return shard.lastFull && *shard.lastFull >= span.begin;
    });
    std::sort(shards.begin(), shards.end(), [](const RotationShard& a, const RotationShard& b) {
        return a.size != b.size ? a.size > b.size : a.shard < b.shard;
    });
    std::vector<Slot> slots = openSlots(span, now, options.slot);
    const std::uint64_t bytes = std::accumulate(
        shards.begin(), shards.end(), std::uint64_t{0},
        [](std::uint64_t sum, const RotationShard& shard) { return sum + shard.size.get(); });
    const double share =
        static_cast<double>(bytes) / static_cast<double>(slots.size()) * options.fullness;
    const std::size_t shardsShare = (shards.size() + slots.size() - 1) / slots.size();
    const auto hasRoom = [&](const Slot& slot, const RotationShard& shard) {
        // Empty shards weigh nothing, but each is a job: their number is spread as well.
        return slot.shards == 0 || (static_cast<double>(slot.bytes + shard.size.get()) <= share &&
                                    slot.shards < 2 * shardsShare);
    };
    std::vector<FullTurn> turns;
    for (const RotationShard& shard : shards) {
        const std::vector<Offer> offers = offersTo(shard.shard, slots, load);
        std::optional<std::size_t> best;
        std::size_t emptiest = 0;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (slots[i].bytes < slots[emptiest].bytes) {
                emptiest = i;
            }
            if (hasRoom(slots[i], shard) &&
                (!best || isBetter(slots[i], offers[i], slots[*best], offers[*best]))) {
                best = i;
            }
        }
        const std::size_t chosen = best.value_or(emptiest);
        turns.push_back(
            {shard.shard, slots[chosen].begin, reasonFor(slots[chosen], slots, offers, chosen)});
        slots[chosen].bytes += shard.size.get();
        ++slots[chosen].shards;
    }
    std::sort(turns.begin(), turns.end(), [](const FullTurn& a, const FullTurn& b) {
        return a.slot != b.slot ? a.slot < b.slot : a.shard < b.shard;
    });
    return turns;
}

} // namespace isotherm::backup
