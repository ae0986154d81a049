// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/restorable.h"

#include "app/viewmath/viewport.h"

#include <algorithm>

namespace isotherm::viewmath
{
namespace
{

RestorableSpan spanOf(const RestorableRange& range)
{
    const double end = toSeconds(range.to);
    return {range.everyCommit ? toSeconds(range.from) : end, end};
}

/// What both know; both ascending and disjoint.
std::vector<RestorableSpan> intersection(const std::vector<RestorableSpan>& a,
                                         const std::vector<RestorableSpan>& b)
{
    std::vector<RestorableSpan> both;
    for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        const RestorableSpan common{std::max(a[i].begin, b[j].begin), std::min(a[i].end, b[j].end)};
        if (common.begin <= common.end) {
            both.push_back(common);
        }
        (a[i].end < b[j].end ? i : j) += 1;
    }
    return both;
}

/// Touching stretches of one shard are one.
std::vector<RestorableSpan> joined(std::vector<RestorableSpan> spans)
{
    std::ranges::sort(spans, {}, &RestorableSpan::begin);
    std::vector<RestorableSpan> disjoint;
    for (const RestorableSpan& span : spans) {
        if (!disjoint.empty() && span.begin <= disjoint.back().end) {
            disjoint.back().end = std::max(disjoint.back().end, span.end);
        } else {
            disjoint.push_back(span);
        }
    }
    return disjoint;
}

/// Why history does not reach over the gap: what the first stretch that begins in it, or ends it,
/// says.
std::string causeOf(std::span<const RestorableRange> ranges, std::span<const ShardId> shards,
                    const RestorableGap& gap)
{
    for (const RestorableRange& range : ranges) {
        const double begin = toSeconds(range.from);
        if (!range.gapBefore.empty() && begin > gap.begin && begin <= gap.end &&
            std::ranges::find(shards, range.shard) != shards.end()) {
            return range.gapBefore;
        }
    }
    return {};
}

} // namespace

Restorable restorableTogether(std::span<const RestorableRange> ranges,
                              std::span<const ShardId> shards)
{
    Restorable all;
    all.exact = !shards.empty();
    for (std::size_t i = 0; i < shards.size(); ++i) {
        std::vector<RestorableSpan> own;
        bool history = false;
        for (const RestorableRange& range : ranges) {
            if (range.shard == shards[i]) {
                own.push_back(spanOf(range));
                history = history || range.everyCommit;
            }
        }
        all.exact = all.exact && history;
        own = joined(std::move(own));
        all.spans = i == 0 ? own : intersection(all.spans, own);
    }
    for (std::size_t i = 1; i < all.spans.size(); ++i) {
        RestorableGap gap{all.spans[i - 1].end, all.spans[i].begin, {}};
        gap.cause = causeOf(ranges, shards, gap);
        all.gaps.push_back(std::move(gap));
    }
    return all;
}

std::optional<ClampedWish> clampToRestorable(const Restorable& restorable, double wish)
{
    if (restorable.spans.empty()) {
        return std::nullopt;
    }
    const auto after = std::ranges::upper_bound(restorable.spans, wish, {}, &RestorableSpan::begin);
    if (after == restorable.spans.begin()) {
        return ClampedWish{after->begin, true, {}};
    }
    const RestorableSpan& before = *(after - 1);
    if (wish <= before.end) {
        return ClampedWish{wish, false, {}};
    }
    ClampedWish clamped{before.end, true, {}};
    for (const RestorableGap& gap : restorable.gaps) {
        if (wish > gap.begin && wish < gap.end) {
            clamped.cause = gap.cause;
        }
    }
    return clamped;
}

} // namespace isotherm::viewmath
