// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/cell_map.h"
#include "agent/heat/heat_store.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::runtime
{

/// Heat that something else recorded, say a monitoring system.
struct HeatRecording
{
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
    std::vector<std::string> unknown; ///< series of no leaf that is managed
};

using KeyspaceViews = std::vector<std::shared_ptr<const topology::KeyspaceView>>;

/// Makes a recording the past of all shards whose leaves it knows, so that forecasts need not begin
/// with nothing. Rows that end after `now` are left out. History is written in order of time, for
/// all keyspaces together: what was measured so far, of any of them, at most an hour, is forgotten.
/// FailedPrecondition when there is more of it; InvalidArgument when no series is a leaf's, or the
/// trace is none.
[[nodiscard]] Result<ImportedHeat> importHeat(const HeatRecording& recording,
                                              const KeyspaceViews& keyspaces, heat::CellMap& cells,
                                              heat::HeatStore& heat, WallTime now);

} // namespace isotherm::runtime
