// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/model/agent_service.h"
#include "shared/model/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::metadata
{

/// The last state that a job made durable; `state` is the job's own (JSON).
struct JobCheckpoint
{
    std::string step;
    std::string state;
};

/// A job with what only the job engine needs.
struct StoredJob
{
    JobRecord record;
    std::string params; ///< the job's own (JSON)
    std::optional<JobCheckpoint> checkpoint;
    bool cancelRequested = false;
    std::uint32_t attempts = 0; ///< how often it was started
    /// Set before a job is undone: how it ends once that is finished.
    std::optional<JobState> endsAs;
};

/// Jobs, as the job engine persists them: durable when a call returned. Thread-safe.
class JobStore
{
public:
    explicit JobStore(Database& database) : m_database(database) {}

    /// Gives the job its id; `job.record.id` is ignored.
    [[nodiscard]] Result<JobId> insert(const StoredJob& job);
    /// Everything but the checkpoint. NotFound if there is no such job.
    [[nodiscard]] Status update(const StoredJob& job);
    [[nodiscard]] Status saveCheckpoint(JobId id, const JobCheckpoint& checkpoint);
    /// NotFound if there is none.
    [[nodiscard]] Result<StoredJob> get(JobId id);
    /// Newest first.
    [[nodiscard]] Result<std::vector<JobRecord>> list(const JobFilter& filter);
    /// Queued and running jobs, oldest first.
    [[nodiscard]] Result<std::vector<StoredJob>> unfinished();
    /// Forgets finished jobs beyond the newest `keep`.
    [[nodiscard]] Status prune(std::size_t keep);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
