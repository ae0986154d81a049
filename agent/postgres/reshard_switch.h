// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/reshard_build.h"
#include "agent/postgres/reshard_follow.h"
#include "shared/base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace isotherm::postgres
{

/// Which side is to serve.
enum class SwitchTo { New, Old };

/// A foreign key that refers to one of the tables as a whole.
struct IncomingKey
{
    std::string table; ///< referencing, qualified, quoted
    Oid tableOid = 0;
    std::string name; ///< quoted
    std::string definition;
};

/// Everything that the one transaction will do, prepared before it begins.
struct SwitchScript
{
    std::vector<std::string> locks; ///< in the order of RESHARD.md
    std::vector<Oid> locked;
    std::string first; ///< touches nothing of the side that comes: runs beside the last rows
    std::string statements;
};

[[nodiscard]] Result<SwitchScript> switchScript(const ReshardScene& scene, SwitchTo to);

/// One attempt (RESHARD.md, "The switch"). `horizon`: drawn when the side that is to serve had all
/// rows. `scene.connection` is free when it returns.
[[nodiscard]] Result<engine::SwitchOutcome> attemptSwitch(const ReshardScene& scene, SwitchTo to,
                                                          ReshardFollower& follower,
                                                          std::uint64_t horizon,
                                                          const engine::SwitchLimits& limits);

/// What may follow a switch without haste: the old parts' bounds as CHECKs, so that they can come
/// back without a scan; foreign keys validated again. Can be repeated.
[[nodiscard]] Status settleSwitch(const ReshardScene& scene, const std::stop_token& stop);

} // namespace isotherm::postgres
