// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/prune.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/proof_store.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <chrono>
#include <string>

namespace isotherm::backup
{

struct UpkeepSettings
{
    /// How long a run that no manifest names is left alone before it is marked, and then before it
    /// is deleted: longer than any restore or backup takes.
    std::chrono::seconds minAge = std::chrono::hours(1);
    std::chrono::seconds grace = std::chrono::hours(24);
};

/// Runs upkeep jobs: backups that no retention rule wants lose their manifests, then runs that no
/// manifest names are marked, and those that were marked long enough ago are deleted. All of it may
/// be done twice, so an interrupted job begins again; agent/jobs/JOBS.md has the crash table.
/// Thread-safe; the referenced objects outlive it.
class UpkeepHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        repository::Repository& repository;
        metadata::BackupStore& backups;
        metadata::ProofStore& proofs;
        const topology::Topology& topology;
        PolicyOf policyOf;
        const Clock& clock;
        Log& log;
    };

    UpkeepHandler(Parts parts, UpkeepSettings settings);

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

    /// What the next one would remove, and why.
    [[nodiscard]] Result<PrunePlan> plan(const std::string& keyspace) const;

private:
    [[nodiscard]] PruneParts pruneParts() const;

    const Parts m_parts;
    const UpkeepSettings m_settings;
};

/// The parameters of an upkeep job: one keyspace, or "" for all.
[[nodiscard]] std::string upkeepParams(const std::string& keyspace);

} // namespace isotherm::backup
