// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/temperature_model.h"
#include "agent/sharding/state.h"
#include "agent/topology/topology.h"
#include "shared/base/check.h"
#include "tests/unit/backup/memory_engine.h"

#include <QtTest/QtTest>
#include <cstdint>
#include <utility>
#include <vector>

/// The keyspace "items" of the memory engine, as the tests of the runtime have it.
namespace isotherm::test
{

inline constexpr const char* kItems = "items";

template <class T>
T must(Result<T> result)
{
    if (!result.ok()) {
        qFatal("%s", result.error().text().c_str());
    }
    return std::move(result).value();
}

/// In shards that end at `cuts`, and one after them.
inline void adoptItems(MemoryEngine& engine, topology::Topology& topology,
                       const std::vector<std::int64_t>& cuts)
{
    engine.define(kItems, cuts);
    metadata::StoredKeyspace keyspace;
    keyspace.spec = {kItems, {"items"}, {}};
    keyspace.record.name = kItems;
    ISO_CHECK(topology.adopt(keyspace).ok());
}

inline heat::TemperatureOptions hundredIsHot()
{
    heat::TemperatureOptions options;
    options.hotRates[kItems] = 100.0;
    return options;
}

/// Equal loads on forty keys, 0, `step`, 2 × `step`, …: those of them that are the shard's.
inline sharding::KeyLoads evenKeys(const ShardRecord& shard, const std::vector<KeyType>& types,
                                   std::int64_t step)
{
    sharding::KeyLoads keys;
    keys.observations = 5'000;
    for (std::int64_t i = 0; i < 40 * step; i += step) {
        std::string encoded;
        appendKeyInteger(encoded, i);
        if (shard.range.contains(Key(encoded))) {
            KeyBar bar;
            bar.from = keys.bars.empty() ? shard.range.begin : Key(encoded);
            bar.label = formatKey(bar.from, types);
            keys.bars.push_back(bar);
        }
    }
    for (KeyBar& bar : keys.bars) {
        bar.loadShare = 1.0 / static_cast<double>(keys.bars.size());
    }
    return keys;
}

} // namespace isotherm::test
