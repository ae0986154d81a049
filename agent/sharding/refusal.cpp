// SPDX-License-Identifier: Apache-2.0
#include "agent/sharding/refusal.h"

namespace isotherm::sharding
{
namespace
{

struct Words
{
    std::string_view name;
    std::string_view nextStep; ///< "%" stands for the shard's number
};

Words wordsOf(RefusalReason reason)
{
    switch (reason) {
    case RefusalReason::SingleKey:
        return {"single-key",
                "no split can help: cache this key, or spread its rows over more keys"};
    case RefusalReason::AppendEdge:
        return {"append-edge",
                "new rows all go to the highest key: cut above it by hand before the "
                "rows come (isothermctl change propose --shard % --cut KEY), or lead "
                "the key with something that spreads"};
    case RefusalReason::ScanSpanning:
        return {"scan-spanning", "the reads touch the whole range and would touch every part: look "
                                 "for a missing index or a query without the key"};
    case RefusalReason::TooFewSamples:
        return {"too-few-samples",
                "switch on capture or the query log, or choose the cuts by hand: "
                "isothermctl change propose --shard % --cut KEY"};
    case RefusalReason::EmptyChild:
        return {"empty-child", "choose the cuts by hand if it must be: isothermctl change propose "
                               "--shard % --cut KEY"};
    case RefusalReason::CoolingDown:
        return {"cooling-down",
                "wait, or propose it by hand: isothermctl change propose --shard %"};
    case RefusalReason::NoTargetNode:
        return {"no-target-node", "make room on the node or add one"};
    case RefusalReason::NodeNotBusy:
        return {"node-not-busy", "the node bears it easily: raise hot_rate of the keyspace if this "
                                 "load is normal"};
    case RefusalReason::NodeWide:
        return {"node-wide",
                "the load is spread over the whole node: a split moves it nowhere, add "
                "capacity"};
    case RefusalReason::TooSmall:
        return {"too-small", "lower min_size_mb in [changes], or propose it by hand: isothermctl "
                             "change propose --shard %"};
    case RefusalReason::NotWorthIt:
        return {"not-worth-it", "copying costs more than the peak: propose it by hand for a quiet "
                                "hour: isothermctl change propose --shard %"};
    case RefusalReason::Budget:
        return {"budget", "wait, or raise max_per_hour in [changes]"};
    case RefusalReason::Window:
        return {"window", "it will run in the next window; or approve it now"};
    case RefusalReason::Pinned:
        return {"pinned", "wait until that is over"};
    case RefusalReason::DefaultShard:
        return {"default-shard",
                "give these keys shards of their own: rows in the default partition "
                "have no range to cut"};
    case RefusalReason::NotDecided:
        return {"not-decided", "see isothermctl change list, and approve or reject it"};
    }
    return {"unknown", ""};
}

} // namespace

std::string_view refusalName(RefusalReason reason)
{
    return wordsOf(reason).name;
}

std::string nextStepOf(RefusalReason reason, ShardId shard)
{
    std::string text(wordsOf(reason).nextStep);
    if (const std::size_t at = text.find('%'); at != std::string::npos) {
        text.replace(at, 1, std::to_string(shard.get()));
    }
    return text;
}

RefusalReason refusalOf(NoCut reason)
{
    switch (reason) {
    case NoCut::TooFewSamples:
        return RefusalReason::TooFewSamples;
    case NoCut::SingleKey:
        return RefusalReason::SingleKey;
    case NoCut::AppendEdge:
        return RefusalReason::AppendEdge;
    case NoCut::EmptyChild:
        return RefusalReason::EmptyChild;
    }
    return RefusalReason::EmptyChild;
}

} // namespace isotherm::sharding
