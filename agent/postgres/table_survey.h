// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/survey.h"
#include "agent/postgres/connection_pool.h"

#include <memory>

namespace isotherm::postgres
{

/// engine::SurveyPort for PostgreSQL: pg_stat_database, pg_stats, and TABLESAMPLE where a table was
/// never analyzed.
[[nodiscard]] std::shared_ptr<engine::SurveyPort>
makeSurveyPort(std::shared_ptr<ConnectionPool> pool);

} // namespace isotherm::postgres
