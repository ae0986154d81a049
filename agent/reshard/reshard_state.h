// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <optional>
#include <string>
#include <string_view>

namespace isotherm::reshard
{

/// The steps of a change that are worth remembering (RESHARD.md): the rest says the database.
inline constexpr const char* kPlanned = "token";
inline constexpr const char* kSwitchedStep = "switched";
inline constexpr const char* kHistoryStep = "history";

/// What the job keeps with a checkpoint. The plan is complete in itself: after the switch the
/// shards that were asked for are not there any more.
struct ReshardState
{
    engine::ReshardPlan plan;
    std::optional<WallTime> switchedAt;
    std::int64_t heldMicros = 0; ///< how long the switch made others wait
    std::string note;            ///< what the result line is to say of history

    friend bool operator==(const ReshardState&, const ReshardState&) = default;
};

[[nodiscard]] std::string encodeState(const ReshardState& state);
/// Internal when `text` is not what encodeState wrote.
[[nodiscard]] Result<ReshardState> decodeState(std::string_view text);

} // namespace isotherm::reshard
