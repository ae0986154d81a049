// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/capture_part.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <string_view>
#include <utility>

namespace isotherm::runtime
{
namespace
{

constexpr auto kReportEvery = std::chrono::seconds(1);

std::string_view retentionName(engine::LogRetention retention)
{
    switch (retention) {
    case engine::LogRetention::Safe:
        return "safe";
    case engine::LogRetention::Extended:
        return "beyond its usual size";
    case engine::LogRetention::AtRisk:
        return "about to be thrown away";
    case engine::LogRetention::Lost:
        return "lost";
    }
    return "unknown";
}

/// The feed in one line, for status.
Diagnostic feedLine(const capture::CaptureHealth& health, WallTime now)
{
    const engine::FeedState& feed = health.feed;
    std::string text = "changes are captured";
    if (health.caughtUpTo) {
        const auto behind = std::chrono::duration_cast<std::chrono::seconds>(
            std::max(now, *health.caughtUpTo) - *health.caughtUpTo);
        text += " up to " + formatDuration(behind) + " ago";
    }
    text += " (" + formatBytes(health.lag) + " of log behind); the slot keeps " +
            formatBytes(feed.retainedBytes) + " of the server's log, " +
            std::string(retentionName(feed.retention));
    if (feed.safeBytes) {
        text += ", " + formatBytes(*feed.safeBytes) + " before it is lost";
    }
    text += "; publication of " + std::to_string(feed.captured.size()) + " tables, timeline " +
            std::to_string(feed.timeline) + ", epoch " + std::to_string(health.epoch) +
            "; journal " + formatBytes(health.journal.bytes);
    return {DiagnosticLevel::Info, "capture.feed", text, ""};
}

} // namespace

CapturePaths capturePaths(const config::AgentConfig& config)
{
    return {config.agent.stateDir / "journal", config.agent.stateDir / "spool"};
}

Result<std::unique_ptr<CapturePart>> CapturePart::open(const Parts& parts,
                                                       const config::AgentConfig& config)
{
    const CapturePaths paths = capturePaths(config);
    ISO_ASSIGN(const repository::SecretKey key, parts.repository.deriveKey("journal"));
    ISO_ASSIGN(auto journal, journal::Journal::open({paths.journal, key, parts.clock}));
    capture::CaptureOptions options;
    options.feed.name = config.capture.name;
    options.tap = parts.tap;
    options.spoolFolder = paths.spool;
    options.journalLimit = ByteCount(config.capture.journalLimitGb << 30U);
    options.tables = [&keyspaces = parts.keyspaces] {
        std::vector<std::string> tables;
        if (const auto stored = keyspaces.list(); stored.ok()) {
            for (const metadata::StoredKeyspace& keyspace : *stored) {
                tables.insert(tables.end(), keyspace.spec.tables.begin(),
                              keyspace.spec.tables.end());
            }
        }
        return tables;
    };
    return std::unique_ptr<CapturePart>(
        new CapturePart(parts, std::move(journal), std::move(options)));
}

CapturePart::CapturePart(const Parts& parts, std::unique_ptr<journal::Journal> journal,
                         capture::CaptureOptions options)
    : m_parts(parts), m_feed(options.feed), m_journal(std::move(journal)),
      m_capture(capture::Capture::make({parts.engine, *m_journal, parts.clock, parts.log},
                                       std::move(options)))
{
}

CapturePart::~CapturePart()
{
    stop();
}

void CapturePart::start()
{
    m_capture->start();
    m_thread = std::jthread([this](const std::stop_token& stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!stop.stop_requested()) {
            report();
            m_parts.onLook(*m_journal);
            wake.wait_for(lock, stop, kReportEvery, [] { return false; });
        }
    });
}

void CapturePart::stop()
{
    m_thread = std::jthread();
    m_capture->stop();
}

Lsn CapturePart::serverPosition() const
{
    const capture::CaptureState captured = m_capture->health().state;
    if (captured == capture::CaptureState::Unsupported ||
        captured == capture::CaptureState::Stopped) {
        return {}; // nothing is on its way
    }
    const auto feed = m_parts.engine.openChangeFeed(m_feed);
    if (!feed.ok()) {
        return {};
    }
    const auto state = (*feed)->inspect();
    return state.ok() ? state->current : Lsn();
}

void CapturePart::report()
{
    std::set<std::string> now;
    const capture::CaptureHealth health = m_capture->health();
    std::vector<Diagnostic> diagnostics = health.diagnostics;
    if (health.state == capture::CaptureState::Streaming && health.feed.timeline != 0) {
        diagnostics.push_back(feedLine(health, m_parts.clock.wallNow()));
    }
    for (const Diagnostic& diagnostic : diagnostics) {
        m_parts.health.raise(diagnostic);
        now.insert(diagnostic.code);
    }
    for (const std::string& code : m_raised) {
        if (!now.contains(code)) {
            m_parts.health.clear(code);
        }
    }
    m_raised = std::move(now);
    // A keyspace that is adopted while capture starts must not wait for the next restart.
    if (const auto keyspaces = m_parts.keyspaces.list();
        keyspaces.ok() && keyspaces->size() != m_keyspaces) {
        m_keyspaces = keyspaces->size();
        nudge();
    }
}

std::vector<api::ExtraGauge> CapturePart::gauges() const
{
    const capture::CaptureHealth health = m_capture->health();
    const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
    return {
        {"isotherm_capture_streaming",
         "1 while changes are captured",
         {},
         health.state == capture::CaptureState::Streaming ? 1.0 : 0.0},
        {"isotherm_capture_lag_bytes",
         "Log of the server that is not in the journal yet",
         {},
         count(health.lag.get())},
        {"isotherm_capture_lag_seconds",
         "Age of the newest moment of the server's clock that is in the journal; -1: none is",
         {},
         health.caughtUpTo
             ? std::chrono::duration<double>(m_parts.clock.wallNow() - *health.caughtUpTo).count()
             : -1.0},
        {"isotherm_slot_safe_bytes",
         "Log that may still be written before the server throws away what is needed; -1: no limit",
         {},
         health.feed.safeBytes ? count(health.feed.safeBytes->get()) : -1.0},
        {"isotherm_slot_transaction_age",
         "Transactions since the oldest whose rows vacuum must keep for the feed",
         {},
         count(health.feed.oldestTransactionAge)},
        {"isotherm_slot_retained_bytes",
         "Log that the server keeps for the feed of changes",
         {},
         count(health.feed.retainedBytes.get())},
        {"isotherm_capture_transactions",
         "Transactions journaled since the agent started",
         {},
         count(health.transactions)},
        {"isotherm_capture_changes",
         "Row changes journaled since the agent started",
         {},
         count(health.changes)},
        {"isotherm_capture_gaps", "Gaps met since the agent started", {}, count(health.gaps)},
        {"isotherm_capture_epoch", "How often the feed was made", {}, count(health.epoch)},
        {"isotherm_capture_spool_bytes",
         "Changes of open transactions on disk",
         {},
         count(health.spooled.get())},
        {"isotherm_journal_bytes", "Size of the journal", {}, count(health.journal.bytes.get())},
        {"isotherm_journal_segments", "Files of the journal", {}, count(health.journal.segments)}};
}

} // namespace isotherm::runtime
