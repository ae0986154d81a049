// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/reshard_build.h"
#include "shared/base/result.h"

#include <stop_token>
#include <string>

namespace isotherm::postgres
{

/// Copies the old parts as an exported snapshot shows them into the new ones, on the server, in
/// pieces of some megabytes by `workers` sessions. Each piece is a transaction of its own: the
/// change stream, which has to look at it too, never holds more than one of them, and whoever asks
/// to stop or to go slower waits for one.
[[nodiscard]] Status copyParts(const ReshardScene& scene, const std::string& snapshot,
                               std::size_t workers, engine::CopyPace& pace,
                               const std::stop_token& stop);

} // namespace isotherm::postgres
