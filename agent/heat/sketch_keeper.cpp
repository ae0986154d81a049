// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/sketch_keeper.h"

#include <utility>
#include <vector>

namespace isotherm::heat
{

Result<std::size_t> SketchKeeper::restore()
{
    ISO_ASSIGN(const std::vector<metadata::StoredSketch> stored, m_store.list());
    std::size_t unreadable = 0;
    for (const metadata::StoredSketch& one : stored) {
        auto sketch = KeySketch::deserialize(one.data);
        if (!sketch.ok()) {
            ++unreadable;
            continue;
        }
        m_kept[one.shard] = {sketch->newest(), one.data.size()};
        m_tracker.restore(one.shard, std::move(*sketch));
    }
    m_restored = true;
    return unreadable;
}

Status SketchKeeper::keep(WallTime now)
{
    // A clock that went back makes it due as well.
    if (m_last && now >= *m_last && now - *m_last < m_options.every) {
        return {};
    }
    if (!m_last) { // what there is has just been restored
        m_last = now;
        return {};
    }
    return keepNow(now);
}

Status SketchKeeper::keepNow(WallTime now)
{
    if (!m_restored) {
        return {};
    }
    m_last = now;
    std::vector<metadata::StoredSketch> changed;
    std::vector<ShardId> shards;
    std::unordered_map<ShardId, Kept> kept;
    std::size_t total = 0;
    for (const auto& [shard, sketch] : m_tracker.sketches(now)) {
        const auto before = m_kept.find(shard);
        Kept one = before == m_kept.end() ? Kept() : before->second;
        std::string data;
        if (one.bytes == 0 || one.newest != sketch.newest()) {
            data = sketch.serialize();
            one = {sketch.newest(), data.size()};
        }
        if (total + one.bytes > m_options.bytes) {
            break;
        }
        total += one.bytes;
        kept[shard] = one;
        shards.push_back(shard);
        if (!data.empty()) {
            changed.push_back({shard, std::move(data)});
        }
    }
    ISO_TRY(m_store.put(changed, shards));
    m_kept = std::move(kept);
    return {};
}

} // namespace isotherm::heat
