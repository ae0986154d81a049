// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/engine/leaf_swap.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "agent/recovery/replacement.h"
#include "agent/repository/repository.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <functional>
#include <string>
#include <vector>

namespace isotherm::recovery
{

inline constexpr const char* kReplaceMode = "replace";

/// Swaps whole leaves for their state then, and back again. The crash table is in JOBS.md: the live
/// table is untouched, or swapped as a whole. Thread-safe.
class ReplaceHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        metadata::RestoreStore& restores;
        metadata::RecoveryStore& recoveries;
        topology::Topology& topology;
        const Clock& clock;
        Log& log;
        /// Told after a swap: these shards are other tables now, and need new bases.
        std::function<void(const std::vector<ShardId>&)> onSwapped;
    };

    explicit ReplaceHandler(Parts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    struct Work;

    [[nodiscard]] Result<Work> begin(jobs::JobContext& context) const;
    [[nodiscard]] Status fill(jobs::JobContext& context, Work& work) const;
    [[nodiscard]] Status fillOne(jobs::JobContext& context, Work& work, const ThenTable& then,
                                 const Replacement& replacement) const;
    [[nodiscard]] Status prepareBack(jobs::JobContext& context, Work& work) const;
    [[nodiscard]] Status swap(jobs::JobContext& context, Work& work, engine::SwapKind kind) const;
    [[nodiscard]] Status waitForSnapshots(jobs::JobContext& context, Work& work) const;
    [[nodiscard]] Result<bool> wasCommitted(const jobs::JobContext& context,
                                            std::uint64_t transaction) const;
    [[nodiscard]] Status dropFresh(const jobs::JobContext& context, const Work& work) const;
    [[nodiscard]] Result<std::string> finish(jobs::JobContext& context,
                                             RecoveryReceipt receipt) const;

    const Parts m_parts;
};

} // namespace isotherm::recovery
