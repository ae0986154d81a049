// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/caretaker.h"

#include <utility>

namespace isotherm::runtime
{

Caretaker::Caretaker(Parts parts, CaretakerOptions options)
    : m_parts(parts), m_options(std::move(options))
{
}

Caretaker::~Caretaker()
{
    stop();
}

Status Caretaker::start(std::vector<metadata::StoredKeyspace> configured)
{
    if (const Status held = holdLock();
        !held.ok() && held.error().code == Code::FailedPrecondition) {
        return held;
    }
    m_configured = std::move(configured);
    m_thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
    return {};
}

void Caretaker::stop()
{
    m_thread.request_stop();
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void Caretaker::takeUp(std::vector<metadata::StoredKeyspace> configured)
{
    const std::lock_guard lock(m_mutex);
    m_configured = std::move(configured);
}

void Caretaker::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        round();
        std::unique_lock lock(m_mutex);
        m_wake.wait_for(lock, stop, m_options.tick, [] { return false; });
    }
}

void Caretaker::round()
{
    const Status held = holdLock();
    report("database.unreachable", held);
    if (!held.ok()) {
        return;
    }
    adoptConfigured();
    lookAround();
    if (!m_begun) {
        const Status begun = begin();
        report("jobs.not_started", begun);
        m_begun = begun.ok();
    }
    if (m_begun) {
        report("scheduler.stalled", m_parts.scheduler.tick());
        report("upkeep.stalled", m_parts.upkeep.tick());
        // Not reported: every job that fails is in the log already.
        (void)m_parts.health.follow("backup.failing", m_parts.scheduler.failing());
    }
}

Status Caretaker::holdLock()
{
    if (m_lock) {
        Status held = m_lock->check();
        if (held.ok()) {
            return held;
        }
        m_lock.reset();
    }
    ISO_ASSIGN(m_lock, m_parts.engine.lockCluster());
    return {};
}

Status Caretaker::begin()
{
    ISO_ASSIGN(const auto active, m_parts.jobs.jobs({/*activeOnly=*/true, /*limit=*/100'000}));
    std::vector<JobId> restores;
    for (const JobRecord& job : active) {
        if (job.kind == JobKind::Restore) {
            restores.push_back(job.id);
        }
    }
    ISO_ASSIGN(const std::uint32_t dropped,
               m_parts.restores.dropLeftovers(restores, m_options.restoreSchemas));
    if (m_parts.beforeJobs) {
        ISO_TRY(m_parts.beforeJobs());
    }
    ISO_TRY(m_parts.upkeep.tidy());
    ISO_ASSIGN(const std::size_t interrupted, m_parts.jobs.start());
    if (dropped > 0 || interrupted > 0) {
        m_parts.log.info("agent.recovered", "took up what an interruption had left",
                         {{"jobs", static_cast<std::int64_t>(interrupted)},
                          {"tables_dropped", static_cast<std::int64_t>(dropped)}});
    }
    return {};
}

void Caretaker::adoptConfigured()
{
    std::vector<metadata::StoredKeyspace> waiting;
    {
        const std::lock_guard lock(m_mutex);
        waiting.swap(m_configured);
    }
    for (metadata::StoredKeyspace& keyspace : waiting) {
        const auto adopted = m_parts.topology.adopt(keyspace);
        const Status status = adopted.ok() ? Status() : Status(adopted.error());
        report("keyspace." + keyspace.record.name, status);
        if (!adopted.ok()) { // the table may come to be, or be mended
            const std::lock_guard lock(m_mutex);
            m_configured.push_back(std::move(keyspace));
        }
    }
}

void Caretaker::lookAround()
{
    const auto now = std::chrono::steady_clock::now();
    if (!m_lookSoon.exchange(false) && now - m_lastLook < m_options.topologyEvery) {
        return;
    }
    m_lastLook = now;
    report("topology.not_seen", m_parts.topology.refresh());
}

void Caretaker::report(const std::string& code, const Status& status)
{
    if (m_parts.health.follow(code, status)) {
        if (status.ok()) {
            m_parts.log.info(code, "mended");
        } else {
            m_parts.log.warning(code, status.error().text());
        }
    }
}

} // namespace isotherm::runtime
