// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_engine.h"
#include "agent/metadata/key_value_store.h"
#include "shared/base/clock.h"

#include <chrono>
#include <optional>

namespace isotherm::backup
{

struct ChoresOptions
{
    std::chrono::milliseconds upkeepEvery = std::chrono::hours(1);
};

/// Submits the jobs that are due by the clock alone: upkeep. When each was last begun is remembered
/// over restarts; what was missed is caught up once. The first is due one period after the agent
/// was set up. Not thread-safe; the referenced objects outlive it.
class Chores
{
public:
    struct Parts
    {
        jobs::JobEngine& jobs;
        metadata::KeyValueStore& facts;
        const Clock& clock;
    };

    Chores(Parts parts, ChoresOptions options) : m_parts(parts), m_options(options) {}

    /// Does what is due. Call it about once a second.
    [[nodiscard]] Status tick();

private:
    [[nodiscard]] Result<WallTime> lastUpkeep();
    [[nodiscard]] Status noteUpkeep(WallTime when);
    [[nodiscard]] Result<bool> isUnderWay(JobKind kind);

    const Parts m_parts;
    const ChoresOptions m_options;
    std::optional<WallTime> m_lastUpkeep; ///< as in the metadata
};

} // namespace isotherm::backup
