// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"

#include <string>

namespace isotherm::postgres
{

struct FeedNames
{
    std::string publication;
};

/// engine::ChangeFeed::inspect: one statement.
[[nodiscard]] Result<engine::FeedState> loadFeedState(Connection& connection,
                                                      const FeedNames& names);

/// The slot that belongs to the database which `state` is about.
[[nodiscard]] std::string slotName(const FeedNames& names, const engine::FeedState& state);

} // namespace isotherm::postgres
