// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/recovery/edit_run.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::recovery
{

struct PendingEdit
{
    std::uint64_t transaction = 0;
    EditOutcome outcome; ///< if it was committed
};

/// How far a job is that writes rows back: what its checkpoints hold.
struct EditProgress
{
    WallTime started{};
    std::vector<EditOutcome> done;      ///< committed, in the order of the shards
    std::optional<PendingEdit> pending; ///< the next one, being committed
};

[[nodiscard]] std::string encodeProgress(const EditProgress& progress);
/// Internal when `text` is not what encodeProgress wrote.
[[nodiscard]] Result<EditProgress> decodeProgress(std::string_view text);

} // namespace isotherm::recovery
