// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/recovery_store.h"
#include "agent/recovery/edit_files.h"
#include "agent/recovery/edit_run.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <string>

namespace isotherm::recovery
{

inline constexpr const char* kEditMode = "edit";

/// Writes chosen rows into the live tables: copy back, and its undo; one transaction a shard. The
/// crash table is in JOBS.md. Thread-safe.
class EditHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        engine::Engine& engine;
        metadata::RecoveryStore& recoveries;
        const EditFiles& files;
        const Clock& clock;
        Log& log;
    };

    explicit EditHandler(Parts parts) : m_parts(parts) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    struct Progress;

    [[nodiscard]] Result<std::string> goOn(jobs::JobContext& context, Progress progress);
    [[nodiscard]] Status writeShard(jobs::JobContext& context, const RecoveryPlan& plan,
                                    const EditSelection& selection, Progress& progress);
    /// Finds out what became of a transaction that was being committed.
    [[nodiscard]] Status settle(jobs::JobContext& context, Progress& progress);
    [[nodiscard]] Result<std::string> finish(jobs::JobContext& context, const RecoveryPlan& plan,
                                             const Progress& progress);

    const Parts m_parts;
};

} // namespace isotherm::recovery
