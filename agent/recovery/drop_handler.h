// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/jobs/job_handler.h"
#include "agent/metadata/recovery_store.h"
#include "agent/metadata/restore_store.h"
#include "shared/base/clock.h"

namespace isotherm::recovery
{

inline constexpr const char* kDropMode = "drop";

/// Drops the side tables, or the kept leaves, of an earlier job. Interrupted, it starts again; what
/// is dropped stays dropped. Thread-safe.
class DropHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        engine::Engine& engine;
        metadata::RestoreStore& restores;
        metadata::RecoveryStore& recoveries;
        const Clock& clock;
    };

    explicit DropHandler(Parts parts) : m_parts(parts) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    const Parts m_parts;
};

} // namespace isotherm::recovery
