// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/draft.h"

#include "agent/sharding/chance.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace isotherm::sharding
{
namespace
{

using Sources = std::span<const ShardFacts* const>;

KeyRange rangeOf(Sources sources)
{
    return {sources.front()->range.begin, sources.back()->range.end};
}

/// The keys of all sources side by side; shares weighted by the sources' loads.
KeyLoads keysOf(Sources sources)
{
    KeyLoads keys;
    double total = 0;
    for (const ShardFacts* shard : sources) {
        total += shard->decayed.fiveMinutes;
    }
    for (const ShardFacts* shard : sources) {
        const double weight = total > 0 ? shard->decayed.fiveMinutes / total
                                        : 1.0 / static_cast<double>(sources.size());
        for (KeyBar bar : shard->keys.bars) {
            bar.loadShare *= weight;
            keys.bars.push_back(std::move(bar));
        }
        keys.observations += shard->keys.observations;
        keys.from = shard->keys.from.empty() ? keys.from : shard->keys.from;
    }
    return keys;
}

/// The histogram for people: load by key where it is known, else rows by key.
std::vector<KeyBar> histogramOf(Sources sources, const KeyLoads& keys)
{
    std::vector<KeyBar> bars = keys.bars;
    if (sources.size() == 1) {
        const std::span<const Key> bounds = sources.front()->rowBounds;
        if (bars.empty() && bounds.size() >= 2) {
            for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
                KeyBar bar;
                bar.from = bounds[i];
                bar.label = formatKey(bounds[i], sources.front()->keyTypes);
                bars.push_back(std::move(bar));
            }
        }
        for (std::size_t i = 0; i < bars.size() && bounds.size() >= 2; ++i) {
            const double below = i == 0 ? 0 : *rowsBelow(bars[i].from, bounds);
            const double upTo = i + 1 < bars.size() ? *rowsBelow(bars[i + 1].from, bounds) : 1.0;
            bars[i].rowShare = upTo - below;
        }
    }
    return bars;
}

double loadNow(Sources sources)
{
    double load = 0;
    for (const ShardFacts* shard : sources) {
        load += shard->decayed.halfMinute;
    }
    return load;
}

std::optional<double> forecastPeak(Sources sources, const ShardingState& state)
{
    double peak = 0;
    for (const ShardFacts* shard : sources) {
        const auto overload =
            expectedOverload(shard->forecast, {state.policy.splitAbove, state.policy.likely,
                                               state.now, state.now + state.policy.season});
        if (!overload) {
            return std::nullopt;
        }
        peak += overload->peak; // at worst they come together
    }
    return peak;
}

void describeParts(ChangeRecord& change, const CutPlan& cuts, Sources sources)
{
    const KeyRange whole = rangeOf(sources);
    for (std::size_t i = 0; i < cuts.parts.size(); ++i) {
        const CutPlan::Part& part = cuts.parts[i];
        ChangePart made;
        made.range.begin = i == 0 ? whole.begin : cuts.cuts[i - 1];
        made.range.end = i < cuts.cuts.size() ? std::optional(cuts.cuts[i]) : whole.end;
        made.rangeText = formatRange(made.range, change.keyTypes);
        made.share = part.loadShare;
        made.oneKey = part.oneKey;
        if (change.evidence.loadNow) {
            made.load = *change.evidence.loadNow * part.loadShare;
        }
        if (change.evidence.forecastPeak) {
            made.forecastLoad = *change.evidence.forecastPeak * part.loadShare;
        }
        const double rows = part.rowShare.value_or(1.0 / static_cast<double>(cuts.parts.size()));
        made.rows = static_cast<std::uint64_t>(rows * static_cast<double>(change.rows));
        made.bytes =
            ByteCount(static_cast<std::uint64_t>(rows * static_cast<double>(change.bytes.get())));
        change.parts.push_back(std::move(made));
    }
    for (const Key& cut : cuts.cuts) {
        change.cuts.push_back(formatKey(cut, change.keyTypes));
    }
}

ChangeRecord baseOf(ChangeKind kind, Sources sources, const ShardingState& state)
{
    ChangeRecord change;
    change.kind = kind;
    change.keyspace = sources.front()->keyspace;
    change.keyTypes = sources.front()->keyTypes;
    double share = 0;
    for (const ShardFacts* shard : sources) {
        change.sources.push_back(shard->id);
        change.rows += shard->rows;
        change.bytes = ByteCount(change.bytes.get() + shard->size.get());
    }
    change.sourceText = formatRange(rangeOf(sources), change.keyTypes);
    change.expectedTime = changeTime(state.speed, change.bytes);
    change.evidence.loadNow = loadNow(sources);
    change.evidence.forecastPeak = forecastPeak(sources, state);
    const KeyLoads keys = keysOf(sources);
    change.evidence.histogram = histogramOf(sources, keys);
    change.evidence.keysFrom = !keys.bars.empty() ? keys.from
                               : change.evidence.histogram.empty()
                                   ? ""
                                   : "statistics of the rows: no accesses by key are known";
    if (const auto node = state.nodes.find(sources.front()->node); node != state.nodes.end()) {
        change.evidence.nodeBusy = node->second.busy;
        share = node->second.load > 0 ? *change.evidence.loadNow / node->second.load : 0;
    }
    if (share > 0) {
        change.evidence.shareOfNode = std::min(share, 1.0);
    }
    change.proposedAt = state.now;
    change.expiresAt = state.now + state.policy.lifetime;
    return change;
}

/// Equal rows in each part: when nothing is known of the load by key.
std::vector<Key> evenCuts(std::span<const Key> rowBounds, std::size_t parts)
{
    std::vector<Key> cuts;
    for (std::size_t i = 1; i < parts; ++i) {
        const Key& bound = rowBounds[(rowBounds.size() - 1) * i / parts];
        if (bound > rowBounds.front() && (cuts.empty() || bound > cuts.back())) {
            cuts.push_back(bound);
        }
    }
    return cuts;
}

Result<std::vector<Key>> givenCuts(const ProposeRequest& request, const ShardFacts& shard)
{
    std::vector<Key> cuts;
    for (const std::string& text : request.cuts) {
        ISO_ASSIGN(Key cut, keyFromText(text, shard.keyTypes));
        if (!(cut > shard.range.begin) || !shard.range.contains(cut)) {
            return makeError(Code::InvalidArgument,
                             "cut " + text + " is not inside of " + shard.rangeText);
        }
        if (!cuts.empty() && !(cut > cuts.back())) {
            return makeError(Code::InvalidArgument,
                             "cut " + text + " is not above the one before it");
        }
        cuts.push_back(std::move(cut));
    }
    return cuts;
}

Result<CutPlan> cutsByHand(const ProposeRequest& request, const ShardFacts& shard,
                           const ShardingState& state, std::vector<std::string>& notes)
{
    if (!request.cuts.empty()) {
        ISO_ASSIGN(const std::vector<Key> cuts, givenCuts(request, shard));
        return assessCuts(cuts, shard.keys, shard.rowBounds);
    }
    if (request.parts == 1 || request.parts > 64) {
        return makeError(Code::InvalidArgument, "a split makes between 2 and 64 parts");
    }
    const std::size_t parts =
        request.parts > 0 ? request.parts : partsFor(shard.decayed.halfMinute, state.policy);
    Policy policy = state.policy;
    policy.mostParts = std::max<std::size_t>(policy.mostParts, parts);
    CutAnswer answer = chooseCuts(shard.keys, {parts, shard.rowBounds}, policy);
    if (answer.plan) {
        return *std::move(answer.plan);
    }
    const std::vector<Key> even =
        shard.rowBounds.size() >= 2 ? evenCuts(shard.rowBounds, parts) : std::vector<Key>();
    if (even.empty()) {
        return makeError(Code::FailedPrecondition, "cut points cannot be chosen: " + answer.why,
                         "name them: --cut KEY");
    }
    notes.push_back("cut into equal rows, not equal load: " + answer.why);
    return assessCuts(even, shard.keys, shard.rowBounds);
}

void addHash(std::uint64_t& hash, std::string_view bytes)
{
    constexpr std::uint64_t kPrime = 1'099'511'628'211U; // FNV-1a
    for (const char byte : bytes) {
        hash = (hash ^ static_cast<unsigned char>(byte)) * kPrime;
    }
    hash = (hash ^ 0x100U) * kPrime; // where one field ends
}

std::vector<const ShardFacts*> inKeyOrder(Sources sources)
{
    std::vector<const ShardFacts*> sorted(sources.begin(), sources.end());
    std::sort(sorted.begin(), sorted.end(), [](const ShardFacts* a, const ShardFacts* b) {
        return a->range.begin < b->range.begin;
    });
    return sorted;
}

} // namespace

std::string planHashOf(const ChangeRecord& change)
{
    std::array<std::uint64_t, 2> hashes = {14'695'981'039'346'656'037U, 0x9E37'79B9'7F4A'7C15U};
    std::string text;
    for (std::uint64_t& hash : hashes) {
        addHash(hash, changeKindName(change.kind));
        addHash(hash, change.keyspace);
        for (const ShardId source : change.sources) {
            addHash(hash, std::to_string(source.get()));
        }
        for (const ChangePart& part : change.parts) {
            addHash(hash, part.range.begin.encoded());
            addHash(hash, part.range.end ? part.range.end->encoded() : "top");
        }
        for (int shift = 60; shift >= 0; shift -= 4) {
            text += "0123456789abcdef"[(hash >> static_cast<unsigned>(shift)) & 15U];
        }
    }
    return text;
}

Result<Key> keyFromText(std::string_view text, const std::vector<KeyType>& types)
{
    std::string_view rest = text;
    const bool composite =
        types.size() > 1 && rest.size() >= 2 && rest.front() == '(' && rest.back() == ')';
    if (composite) {
        rest = rest.substr(1, rest.size() - 2);
    }
    std::string encoded;
    bool given = true;
    for (const KeyType type : types) {
        if (!given) {
            appendKeyMinimum(encoded);
            continue;
        }
        const std::size_t comma = composite ? rest.find(',') : std::string_view::npos;
        std::string_view value = rest.substr(0, comma);
        while (composite && !value.empty() && value.front() == ' ') {
            value.remove_prefix(1);
        }
        ISO_TRY(appendKeyFromText(encoded, type, value));
        given = comma != std::string_view::npos;
        rest = given ? rest.substr(comma + 1) : std::string_view();
    }
    return given ? Result<Key>(makeError(Code::InvalidArgument,
                                         "key " + std::string(text) + " has too many components"))
                 : Result<Key>(Key(std::move(encoded)));
}

ChangeRecord draftOf(const SplitPlan& plan, const ShardFacts& shard, const ShardingState& state)
{
    const std::array<const ShardFacts*, 1> sources = {&shard};
    ChangeRecord change = baseOf(ChangeKind::Split, sources, state);
    change.evidence.trigger = plan.sign.trigger;
    change.evidence.why = plan.sign.why;
    change.evidence.probability = plan.sign.probability;
    change.evidence.expectedAt = plan.sign.expectedAt;
    if (plan.sign.trigger == ChangeTrigger::HotNow) {
        double peak = 0; // what was looked at, not its decayed mean
        for (const LoadSample& sample : shard.recent) {
            peak = std::max(peak, sample.load);
        }
        change.evidence.loadNow = peak;
    }
    if (plan.sign.trigger == ChangeTrigger::HotSoon) {
        change.evidence.forecastPeak = plan.sign.peak;
    }
    describeParts(change, plan.cuts, sources);
    change.planHash = planHashOf(change);
    return change;
}

ChangeRecord draftOf(const MergePlan& plan, const ShardFacts& left, const ShardFacts& right,
                     const ShardingState& state)
{
    const std::array<const ShardFacts*, 2> sources = {&left, &right};
    ChangeRecord change = baseOf(ChangeKind::Merge, sources, state);
    change.evidence.trigger = ChangeTrigger::Cold;
    change.evidence.why = plan.why;
    change.evidence.forecastPeak = plan.seasonPeak;
    describeParts(change, {{}, {{1.0, 1.0, false}}}, sources);
    change.planHash = planHashOf(change);
    return change;
}

Result<ChangeRecord> draftByHand(const ProposeRequest& request, Sources given,
                                 const ShardingState& state)
{
    if (given.empty()) {
        return makeError(Code::InvalidArgument, "no shard is named", "--shard N");
    }
    const std::vector<const ShardFacts*> sources = inKeyOrder(given);
    for (std::size_t i = 0; i < sources.size(); ++i) {
        if (sources[i]->isDefault) {
            return makeError(Code::InvalidArgument,
                             "shard " + std::to_string(sources[i]->id.get()) +
                                 " is the default one: it has no range to cut");
        }
        if (i > 0 && (sources[i]->keyspace != sources[i - 1]->keyspace ||
                      sources[i - 1]->range.end != sources[i]->range.begin)) {
            return makeError(Code::InvalidArgument,
                             "shards " + std::to_string(sources[i - 1]->id.get()) + " and " +
                                 std::to_string(sources[i]->id.get()) + " are not neighbours",
                             "only neighbours can be merged");
        }
    }
    const bool merge = sources.size() > 1;
    if (merge && (!request.cuts.empty() || request.parts > 1)) {
        return makeError(Code::InvalidArgument, "several shards are merged into one, without cuts");
    }
    ChangeRecord change = baseOf(merge ? ChangeKind::Merge : ChangeKind::Split, sources, state);
    change.evidence.trigger = ChangeTrigger::Person;
    change.evidence.why = request.reason;
    change.proposedBy = request.caller.name;
    CutPlan cuts{{}, {{1.0, 1.0, false}}};
    if (!merge) {
        ISO_ASSIGN(cuts, cutsByHand(request, *sources.front(), state, change.evidence.notes));
    }
    describeParts(change, cuts, sources);
    change.planHash = planHashOf(change);
    return change;
}

ChangeRecord draftOfUndo(const ChangeRecord& done, Sources parts, const ShardingState& state)
{
    const std::vector<const ShardFacts*> sources = inKeyOrder(parts);
    const bool wasSplit = done.kind == ChangeKind::Split;
    ChangeRecord change = baseOf(wasSplit ? ChangeKind::Merge : ChangeKind::Split, sources, state);
    change.evidence.trigger = ChangeTrigger::DidNotHelp;
    change.evidence.why = "change " + std::to_string(done.id.get()) + " did not help";
    CutPlan cuts{{}, {{1.0, 1.0, false}}};
    if (!wasSplit) {
        std::vector<Key> old;
        for (const std::string& text : done.cuts) {
            if (auto key = keyFromText(text, done.keyTypes); key.ok()) {
                old.push_back(std::move(key).value());
            }
        }
        cuts = assessCuts(old, sources.front()->keys, sources.front()->rowBounds);
    }
    describeParts(change, cuts, sources);
    change.planHash = planHashOf(change);
    return change;
}

} // namespace isotherm::sharding
