// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/restore_store.h"
#include "agent/repository/repository.h"
#include "agent/restore/restore_steps.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::restore
{

/// The parameters of a restore job, as its JSON text.
[[nodiscard]] std::string restoreParams(const std::string& planId);

/// Carries out reviewed plans: side tables beside the running ones. Phases: prepare → copy rows →
/// build indexes → verify. The tables carry the job's mark until everything in them is proven; then
/// the receipt is written and the mark is taken off. Crash table:
///   before the receipt is stored   the job starts again: tables with its mark are dropped first
///   stored, not yet checkpointed   the same; the new receipt replaces the old one
///   checkpointed                   resumes: the marks are taken off
/// Cancelled or failed: tables with its mark are dropped; a database that does not answer is waited
/// for, some minutes, then they are left to the next start. The live tables are never touched.
/// Thread-safe.
class RestoreHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        metadata::RestoreStore& restores;
        const Clock& clock;
        Log& log;
        std::uint32_t workers = 2; ///< parallel copies of one restore
    };

    explicit RestoreHandler(Parts parts) : m_parts(parts) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

    /// Drops every table that carries the mark of a restore job of ours that is not `active`:
    /// leftovers of a metadata file that was lost. Returns how many.
    [[nodiscard]] Result<std::uint32_t> dropLeftovers(const std::vector<JobId>& active,
                                                      const std::vector<std::string>& schemas);

private:
    const Parts m_parts;
};

} // namespace isotherm::restore
