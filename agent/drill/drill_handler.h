// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/drill/driller.h"
#include "agent/jobs/job_handler.h"

#include <string>
#include <vector>

namespace isotherm::drill
{

/// The parameters of a drill job. The shard is here and not the job's own: a drill continues the
/// shard's backups itself, and holds up none.
[[nodiscard]] std::string drillParams(ShardId shard, VerifyLevel level);

/// Runs drill jobs: one shard each. An interrupted one begins again; its scratch tables bear its
/// mark, and go first. agent/jobs/JOBS.md has the crash table. Thread-safe.
class DrillHandler final : public jobs::JobHandler
{
public:
    DrillHandler(Driller& driller, engine::Engine& engine) : m_driller(driller), m_engine(engine) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    Driller& m_driller;
    engine::Engine& m_engine;
};

} // namespace isotherm::drill
