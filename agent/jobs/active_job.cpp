// SPDX-License-Identifier: Apache-2.0
#include "agent/jobs/active_job.h"

#include <chrono>
#include <cmath>
#include <utility>

namespace isotherm::jobs
{
namespace
{

constexpr double kSmoothingSeconds = 5.0;

} // namespace

ActiveJob::ActiveJob(metadata::StoredJob job, metadata::JobStore& store, const Clock& clock)
    : m_store(store), m_clock(clock), m_given(job), m_job(std::move(job))
{
    m_counted = {m_clock.now(), m_job.record.bytesDone};
    m_job.record.bytesPerSecond = 0;
}

JobId ActiveJob::id() const
{
    return m_given.record.id;
}

const std::string& ActiveJob::params() const
{
    return m_given.params;
}

const std::vector<ShardId>& ActiveJob::shards() const
{
    return m_given.record.shards;
}

const std::string& ActiveJob::requestedBy() const
{
    return m_given.record.requestedBy;
}

Status ActiveJob::checkpoint(std::string step, std::string state)
{
    const std::lock_guard writing(m_writing);
    metadata::JobCheckpoint checkpoint{std::move(step), std::move(state)};
    ISO_TRY(m_store.saveCheckpoint(id(), checkpoint));
    const std::lock_guard lock(m_mutex);
    m_job.checkpoint = std::move(checkpoint);
    m_job.record.heartbeat = m_clock.wallNow();
    m_news = true;
    return {};
}

std::optional<Checkpoint> ActiveJob::lastCheckpoint() const
{
    const std::lock_guard lock(m_mutex);
    if (!m_job.checkpoint) {
        return std::nullopt;
    }
    return Checkpoint{m_job.checkpoint->step, m_job.checkpoint->state};
}

std::stop_token ActiveJob::stopToken() const
{
    const std::lock_guard lock(m_mutex);
    return m_rollingBack ? m_shutDown.get_token() : m_work.get_token();
}

bool ActiveJob::cancelled() const
{
    const std::lock_guard lock(m_mutex);
    return m_job.cancelRequested;
}

void ActiveJob::setPhase(std::string phase)
{
    const std::lock_guard lock(m_mutex);
    m_job.record.phase = std::move(phase);
    m_job.record.heartbeat = m_clock.wallNow();
    m_news = true;
}

void ActiveJob::setTotalBytes(std::uint64_t bytes)
{
    const std::lock_guard lock(m_mutex);
    m_job.record.bytesTotal = bytes;
    m_news = true;
}

void ActiveJob::addProgress(std::uint64_t bytes, std::uint64_t rows)
{
    const std::lock_guard lock(m_mutex);
    m_job.record.bytesDone += bytes;
    m_job.record.rowsDone += rows;
    m_job.record.heartbeat = m_clock.wallNow();
    m_news = true;
}

void ActiveJob::setProgress(std::uint64_t bytes, std::uint64_t rows)
{
    const std::lock_guard lock(m_mutex);
    m_job.record.bytesDone = bytes;
    m_job.record.rowsDone = rows;
    m_counted = {m_clock.now(), bytes}; // what earlier attempts did is no rate of this one
    m_news = true;
}

metadata::StoredJob ActiveJob::stored() const
{
    const std::lock_guard lock(m_mutex);
    return m_job;
}

JobRecord ActiveJob::record() const
{
    const std::lock_guard lock(m_mutex);
    return m_job.record;
}

Status ActiveJob::change(const std::function<void(metadata::StoredJob&)>& edit)
{
    {
        const std::lock_guard lock(m_mutex);
        edit(m_job);
    }
    return persist();
}

Status ActiveJob::persist()
{
    const std::lock_guard writing(m_writing);
    return m_store.update(stored());
}

Status ActiveJob::cancel()
{
    if (isFinished(record().state)) {
        return makeError(Code::FailedPrecondition, "job " + std::to_string(id().get()) + " is " +
                                                       std::string(jobStateName(record().state)) +
                                                       " already");
    }
    ISO_TRY(change([](metadata::StoredJob& job) { job.cancelRequested = true; }));
    m_work.request_stop();
    return {};
}

void ActiveJob::shutDown()
{
    m_shutDown.request_stop();
    m_work.request_stop();
}

void ActiveJob::beginRollBack()
{
    const std::lock_guard lock(m_mutex);
    m_rollingBack = true;
    m_job.record.phase = "clean up";
    m_news = true;
}

bool ActiveJob::tick()
{
    const std::lock_guard lock(m_mutex);
    const Instant now = m_clock.now();
    const double elapsed = std::chrono::duration<double>(now - m_counted.when).count();
    JobRecord& record = m_job.record;
    if (elapsed > 0) {
        const double newest = static_cast<double>(record.bytesDone - m_counted.bytes) / elapsed;
        const double weight = 1.0 - std::exp(-elapsed / kSmoothingSeconds);
        const double before = record.bytesPerSecond;
        // The first figure stands for itself: smoothing up from zero would show too little.
        record.bytesPerSecond = before == 0 ? newest : before + weight * (newest - before);
        if (record.bytesPerSecond < 1.0) {
            record.bytesPerSecond = 0;
        }
        m_news = m_news || record.bytesPerSecond != before;
        m_counted = {now, record.bytesDone};
    }
    return std::exchange(m_news, false);
}

} // namespace isotherm::jobs
