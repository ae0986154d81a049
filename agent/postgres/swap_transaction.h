// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/leaf_swap.h"
#include "agent/postgres/connection_pool.h"

#include <memory>
#include <vector>

namespace isotherm::postgres
{

[[nodiscard]] Result<std::unique_ptr<engine::SwapTransaction>>
beginSwap(const std::shared_ptr<ConnectionPool>& pool, const std::vector<engine::SwapPair>& pairs,
          engine::SwapKind kind);

/// The statements of one pair, for people.
[[nodiscard]] std::vector<std::string> previewSwap(const engine::SwapPair& pair,
                                                   const std::string& parent);

} // namespace isotherm::postgres
