// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/key_tracker.h"
#include "agent/metadata/key_sketch_store.h"
#include "shared/base/clock.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <unordered_map>

namespace isotherm::heat
{

struct SketchKeeperOptions
{
    std::chrono::seconds every = std::chrono::minutes(5);
    std::size_t bytes = std::size_t{16} << 20U; ///< of all that are kept; the coldest are not
};

/// Carries the sketches of keys over a restart: kept in the metadata now and then, given back to
/// the tracker at start. Not thread-safe.
class SketchKeeper
{
public:
    SketchKeeper(KeyTracker& tracker, metadata::KeySketchStore& store,
                 SketchKeeperOptions options = {})
        : m_tracker(tracker), m_store(store), m_options(options)
    {
    }

    /// Call it before the first key is observed. How many could not be read: those begin anew.
    [[nodiscard]] Result<std::size_t> restore();
    /// Keeps what has changed, when it is time.
    [[nodiscard]] Status keep(WallTime now);
    /// Keeps what has changed; nothing before restore(), so that what was kept is not lost.
    [[nodiscard]] Status keepNow(WallTime now);

private:
    KeyTracker& m_tracker;
    metadata::KeySketchStore& m_store;
    const SketchKeeperOptions m_options;
    struct Kept
    {
        WallTime newest{}; ///< access
        std::size_t bytes = 0;
    };
    std::unordered_map<ShardId, Kept> m_kept;
    std::optional<WallTime> m_last;
    bool m_restored = false;
};

} // namespace isotherm::heat
