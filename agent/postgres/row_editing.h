// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "agent/postgres/connection_pool.h"

#include <memory>

namespace isotherm::postgres
{

[[nodiscard]] std::shared_ptr<engine::RowEditing>
makeRowEditing(std::shared_ptr<ConnectionPool> pool);

} // namespace isotherm::postgres
