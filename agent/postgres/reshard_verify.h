// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/reshard_build.h"
#include "agent/postgres/reshard_follow.h"
#include "shared/base/result.h"

namespace isotherm::postgres
{

/// Counts and order-independent checksums of both sides, range by range, as one snapshot of the
/// side that serves shows them. `newsServe`: that is the new one.
[[nodiscard]] Result<engine::VerifyOutcome> verifySides(const ReshardScene& scene, bool newsServe,
                                                        ReshardFollower& follower,
                                                        const std::stop_token& stop);

} // namespace isotherm::postgres
