// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/recovery/edit_files.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/model/recovery_records.h"

#include <optional>
#include <string>

namespace isotherm::recovery
{

inline constexpr const char* kDiffMode = "diff";

/// The parameters of a comparison's job, as its JSON text.
[[nodiscard]] std::string diffParams(const std::string& planId, std::optional<JobId> sideRestore);

/// "before transaction 812", "at 2026-03-01T12:00:00Z", "as last backed up".
[[nodiscard]] std::string momentOf(const RestoreRequest& request);

/// Compares then with now. Phases: prepare → compare. Changes nothing but the agent's own folder:
/// interrupted, it starts again; cancelled, nothing is left. Thread-safe.
class DiffHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        metadata::RestoreStore& restores;
        metadata::RecoveryStore& recoveries;
        topology::Topology& topology;
        const EditFiles& files;
        const Clock& clock;
        Log& log;
    };

    explicit DiffHandler(Parts parts) : m_parts(parts) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    const Parts m_parts;
};

} // namespace isotherm::recovery
