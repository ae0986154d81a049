// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <chrono>
#include <memory>
#include <string>

namespace isotherm::postgres
{

struct PostgresOptions
{
    /// libpq connection string or URI ("service=orders_prod"). Isotherm adds application_name,
    /// keep-alives and an encoding of its own.
    std::string conninfo;
    std::chrono::milliseconds connectTimeout{10'000}; ///< whole seconds, at least 2
    std::chrono::milliseconds statementTimeout{30'000};
    /// How long a lock is waited for. Whoever queues behind us waits as long: keep it short.
    std::chrono::milliseconds lockTimeout{2'000};
    /// The longest silence of a row stream (a sort on the server is silent until its first row).
    std::chrono::milliseconds batchTimeout{600'000};
    /// Index builds of completeTable.
    std::chrono::milliseconds completionTimeout{6 * 3'600'000};
};

/// The engine for PostgreSQL 15 and newer with declarative range partitioning.
class PostgresEngine
{
public:
    /// Does not connect: a database that is down must not keep the agent from starting. Calls give
    /// Unavailable with a hint while it is down, and work again by themselves when it is back.
    /// InvalidArgument when `conninfo` cannot be parsed. `clock` must outlive the engine.
    [[nodiscard]] static Result<std::unique_ptr<engine::Engine>> open(PostgresOptions options,
                                                                      const Clock& clock);
};

} // namespace isotherm::postgres
