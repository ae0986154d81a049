// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/topology/topology.h"
#include "shared/base/result.h"

#include <memory>
#include <string>

namespace isotherm::recovery
{

/// The keyspace as the database shows it this moment. NotFound when it is not managed; Unavailable
/// and whatever else the look at the database gives.
[[nodiscard]] Result<std::shared_ptr<const topology::KeyspaceView>>
liveView(topology::Topology& topology, const std::string& keyspace);

} // namespace isotherm::recovery
