// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/hotkeys_core.h"

#include <chrono>
#include <cmath>
#include <utility>

namespace isotherm::runtime
{
namespace
{

using heat::KeyUse;

constexpr auto kLately = std::chrono::minutes(5);

/// The mean of what was measured; 0 when nothing was.
double meanOf(const heat::HeatSeries& series)
{
    double sum = 0;
    int known = 0;
    for (const float rate : series.mean) {
        if (!std::isnan(rate)) {
            sum += static_cast<double>(rate);
            ++known;
        }
    }
    return known == 0 ? 0 : sum / known;
}

} // namespace

Result<ShardHotKeys> HotKeysCore::hotKeysOf(const HotKeysQuery& query)
{
    ISO_ASSIGN(const topology::ShardPlace place, m_parts.topology.find(query.shard));
    ShardHotKeys answer;
    answer.shard = query.shard;
    answer.keyspace = place.record().keyspace;
    answer.rangeText = place.record().rangeText;
    addKeys(query, place, answer);
    ISO_TRY(addCounters(answer));
    KeySources sources = m_parts.sources(*place.keyspace);
    answer.readSource = std::move(sources.reads);
    answer.writeSource = std::move(sources.writes);
    answer.statementSource = std::move(sources.statements);
    answer.attributedShare = sources.attributedShare;
    answer.unattributed = std::move(sources.unattributed);
    answer.statements = std::move(sources.top);
    if (answer.statements.size() > query.statements) {
        answer.statements.resize(query.statements);
    }
    return answer;
}

void HotKeysCore::addKeys(const HotKeysQuery& query, const topology::ShardPlace& place,
                          ShardHotKeys& answer) const
{
    const std::vector<KeyType>& types = place.keyspace->layout.keyTypes;
    if (const auto cells = m_parts.cells.cellsOf(answer.keyspace)) {
        for (const heat::CellUse& use : m_parts.tracker.cellUse(*cells, query.shard)) {
            answer.cells.push_back(
                {use.cell.isDefault ? "default" : formatRange(use.cell.range, types), use.reads,
                 use.writes});
        }
    }
    const auto sketch = m_parts.tracker.sketchOf(query.shard);
    if (!sketch) {
        return;
    }
    const WallTime now = m_parts.clock.wallNow();
    answer.observations = sketch->observations(KeyUse::All);
    answer.observedReadsPerSecond = sketch->rate(KeyUse::Reads, now);
    answer.observedWritesPerSecond = sketch->rate(KeyUse::Writes, now);
    for (heat::KeyShare& key : sketch->top(KeyUse::All, query.keys)) {
        std::string text = formatKey(key.key, types);
        answer.keys.push_back(
            {std::move(key.key), std::move(text), key.share, key.atMost, key.reads});
    }
    for (heat::KeyQuantile& one : sketch->quantiles(KeyUse::All, query.quantiles)) {
        std::string text = formatKey(one.key, types);
        answer.quantiles.push_back({std::move(one.key), std::move(text), one.below, one.at});
    }
}

Status HotKeysCore::addCounters(ShardHotKeys& answer) const
{
    const auto newest = m_parts.heat.newest();
    if (!newest) {
        return {};
    }
    const std::vector<ShardId> shard = {answer.shard};
    const heat::HeatSpan span{std::chrono::seconds(10), *newest - kLately, *newest};
    ISO_ASSIGN(const auto reads, m_parts.heat.series(HeatMetric::Reads, span, shard));
    ISO_ASSIGN(const auto writes, m_parts.heat.series(HeatMetric::Writes, span, shard));
    answer.readsPerSecond = meanOf(reads.front());
    answer.writesPerSecond = meanOf(writes.front());
    const double all = answer.readsPerSecond + answer.writesPerSecond;
    answer.readPart = all > 0 ? answer.readsPerSecond / all : 0;
    return {};
}

} // namespace isotherm::runtime
