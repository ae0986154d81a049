// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_context.h"
#include "agent/metadata/job_store.h"
#include "shared/base/clock.h"

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>

namespace isotherm::jobs
{

/// A job while a worker has it: its state, the handler's context, and its way to the store.
/// Thread-safe.
class ActiveJob final : public JobContext
{
public:
    ActiveJob(metadata::StoredJob job, metadata::JobStore& store, const Clock& clock);

    // What the handler sees.
    JobId id() const override;
    const std::string& params() const override;
    const std::vector<ShardId>& shards() const override;
    const std::string& requestedBy() const override;
    Status checkpoint(std::string step, std::string state) override;
    std::optional<Checkpoint> lastCheckpoint() const override;
    std::stop_token stopToken() const override;
    bool cancelled() const override;
    void setPhase(std::string phase) override;
    void setTotalBytes(std::uint64_t bytes) override;
    void addProgress(std::uint64_t bytes, std::uint64_t rows) override;
    void setProgress(std::uint64_t bytes, std::uint64_t rows) override;

    // What the engine does with it.
    [[nodiscard]] metadata::StoredJob stored() const;
    [[nodiscard]] JobRecord record() const;
    /// Applies `edit` and makes the result durable; kept in memory even when that fails.
    [[nodiscard]] Status change(const std::function<void(metadata::StoredJob&)>& edit);
    [[nodiscard]] Status persist();
    /// Durable, then the handler's token is stopped.
    [[nodiscard]] Status cancel();
    void shutDown();
    /// From now on the token tells of shutdown only.
    void beginRollBack();
    /// Works out the rate; true when there is something new to tell.
    [[nodiscard]] bool tick();

private:
    struct Counted
    {
        Instant when{};
        std::uint64_t bytes = 0;
    };

    metadata::JobStore& m_store;
    const Clock& m_clock;
    const metadata::StoredJob m_given; ///< what never changes: id, params, shards, requestedBy
    std::mutex m_writing;              ///< an older state must not overwrite a newer one
    mutable std::mutex m_mutex;        ///< taken after m_writing; guards what follows
    metadata::StoredJob m_job;
    Counted m_counted;
    bool m_news = false;
    bool m_rollingBack = false;
    std::stop_source m_work;
    std::stop_source m_shutDown;
};

} // namespace isotherm::jobs
