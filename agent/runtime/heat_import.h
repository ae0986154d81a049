// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"
#include "agent/heat/heat_store.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// Heat that something else recorded, say a monitoring system.
struct HeatRecording
{
    std::string keyspace;
    /// A trace (predict::TraceFile). Series LEAF.r and LEAF.w are the rows read and written of a
    /// leaf partition in each step, LEAF its qualified name as in `isothermctl shards list`.
    std::filesystem::path trace;
    int stepMinutes = 60;
};

struct ImportedHeat
{
    std::size_t shards = 0;
    std::size_t steps = 0;
    WallTime from{};
    WallTime to{};
    std::vector<std::string> unknown; ///< series of no leaf of the keyspace
};

/// Makes a recording the past of a keyspace's shards, so that forecasts need not begin with
/// nothing. Rows that end after `now` are left out. What was measured so far, at most an hour, is
/// forgotten: history is written in order of time. FailedPrecondition when there is more of it;
/// InvalidArgument when no series is a leaf's, or the trace is none.
[[nodiscard]] Result<ImportedHeat> importHeat(const HeatRecording& recording,
                                              const topology::KeyspaceView& keyspace,
                                              heat::CellMap& cells, heat::HeatStore& heat,
                                              WallTime now);

} // namespace isotherm::runtime
