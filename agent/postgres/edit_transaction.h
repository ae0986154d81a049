// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "agent/postgres/connection_pool.h"
#include "shared/base/result.h"

#include <memory>

namespace isotherm::postgres
{

[[nodiscard]] Result<std::unique_ptr<engine::EditTransaction>>
beginEdit(const std::shared_ptr<ConnectionPool>& pool, const engine::EditRules& rules);

} // namespace isotherm::postgres
