// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace isotherm::jobs
{

/// A step that is done and durable. `state` is the job's own (JSON).
struct Checkpoint
{
    std::string step;
    std::string state;
};

/// What a running job sees of the engine. Thread-safe: a handler's own workers may report progress
/// side by side.
class JobContext
{
public:
    virtual ~JobContext() = default;

    [[nodiscard]] virtual JobId id() const = 0;
    [[nodiscard]] virtual const std::string& params() const = 0;
    [[nodiscard]] virtual const std::vector<ShardId>& shards() const = 0;
    [[nodiscard]] virtual const std::string& requestedBy() const = 0;

    /// Makes a step durable before it returns. After it succeeded, a crash never leads back before
    /// it.
    [[nodiscard]] virtual Status checkpoint(std::string step, std::string state) = 0;
    [[nodiscard]] virtual std::optional<Checkpoint> lastCheckpoint() const = 0;

    /// Stopped when the job is cancelled and when the agent shuts down.
    [[nodiscard]] virtual std::stop_token stopToken() const = 0;
    /// True when a person cancelled the job (and false when only the agent shuts down).
    [[nodiscard]] virtual bool cancelled() const = 0;

    // Progress: cheap, kept in memory, persisted and told about once a second.
    virtual void setPhase(std::string phase) = 0; ///< "copy rows"
    virtual void setTotalBytes(std::uint64_t bytes) = 0;
    virtual void addProgress(std::uint64_t bytes, std::uint64_t rows) = 0;
    /// Sets the counts, on resume: what earlier attempts already did.
    virtual void setProgress(std::uint64_t bytes, std::uint64_t rows) = 0;
};

} // namespace isotherm::jobs
