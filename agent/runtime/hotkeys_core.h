// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"
#include "agent/heat/heat_store.h"
#include "agent/heat/key_tracker.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/model/hotkeys_service.h"

#include <functional>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// What the sources of keys say of themselves, and of a keyspace.
struct KeySources
{
    std::string reads;      ///< "server log", or why there are none
    std::string writes;     ///< "change stream", or why there are none
    std::string statements; ///< "pg_stat_statements", or why there are none
    double attributedShare = 0;
    std::vector<Unattributed> unattributed;
    std::vector<TopStatement> top; ///< of the keyspace's tables, by time
};

/// "Why is it hot?" as the agent's users ask it. Thread-safe; the parts outlive it.
class HotKeysCore final : public HotKeysService
{
public:
    struct Parts
    {
        const topology::Topology& topology;
        const heat::CellMap& cells;
        const heat::KeyTracker& tracker;
        const heat::HeatStore& heat;
        const Clock& clock;
        std::function<KeySources(const topology::KeyspaceView&)> sources;
    };

    explicit HotKeysCore(Parts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] Result<ShardHotKeys> hotKeysOf(const HotKeysQuery& query) override;

private:
    void addKeys(const HotKeysQuery& query, const topology::ShardPlace& place,
                 ShardHotKeys& answer) const;
    [[nodiscard]] Status addCounters(ShardHotKeys& answer) const;

    const Parts m_parts;
};

} // namespace isotherm::runtime
