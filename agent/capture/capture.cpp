// SPDX-License-Identifier: Apache-2.0
#include "agent/capture/capture.h"

#include "agent/capture/continuity.h"
#include "agent/capture/pump.h"
#include "agent/capture/spool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

namespace isotherm::capture
{
namespace
{

using engine::FeedCondition;
using engine::FeedState;
using SteadyTime = std::chrono::steady_clock::time_point;

constexpr auto kPatience = std::chrono::milliseconds(100);
/// An idle position is made durable this often: it costs a frame and a sync.
constexpr auto kIdleSeal = std::chrono::seconds(5);
constexpr auto kUnsupportedRetry = std::chrono::seconds(60);

class CaptureImpl final : public Capture
{
public:
    CaptureImpl(Parts parts, CaptureOptions options) : m_parts(parts), m_options(std::move(options))
    {
    }
    ~CaptureImpl() override { stop(); }
    CaptureImpl(const CaptureImpl&) = delete;
    CaptureImpl& operator=(const CaptureImpl&) = delete;

    void start() override
    {
        setState(CaptureState::Starting, {});
        m_pumpThread = std::jthread([this](const std::stop_token& stop) { run(stop); });
        m_watchThread = std::jthread([this](const std::stop_token& stop) { watch(stop); });
    }

    void stop() override
    {
        m_watchThread = std::jthread();
        m_pumpThread = std::jthread();
        const std::lock_guard lock(m_mutex);
        m_health.state = CaptureState::Stopped;
    }

    void nudge() override { m_recheck = true; }

    CaptureHealth health() const override;

private:
    void run(const std::stop_token& stop);
    Status session(const std::stop_token& stop);
    Status prepare(engine::ChangeFeed& feed);
    Status startEpoch(engine::ChangeFeed& feed, const FeedState& state, const std::string& reason);
    Status followTimeline(const FeedState& state);
    Status captureTables(engine::ChangeFeed& feed);
    Status noteCoverage(journal::State& state, const engine::TableCoverage& coverage,
                        std::uint64_t nextTransaction);
    void noteGap(const std::string& table, const std::string& reason);
    Status noteShape(journal::State& state, const engine::TableCoverage& coverage,
                     const FeedState& feed, Lsn lookedAt);
    Status stream(engine::ChangeFeed& feed, const std::stop_token& stop);
    Status sealWhenDue(Pump& pump, engine::ChangeStream& stream, bool idle);
    Status limitJournal();
    void watch(const std::stop_token& stop);
    void look(engine::ChangeFeed& feed);
    void setState(CaptureState state, const Status& status);
    void raise(DiagnosticLevel level, const std::string& code, const std::string& message,
               const std::string& hint);
    void clear(const std::string& code);
    void rest(const std::stop_token& stop, std::chrono::milliseconds time);

    const Parts m_parts;
    const CaptureOptions m_options;
    std::unique_ptr<Spool> m_spool;
    std::atomic<bool> m_recheck{false};
    SteadyTime m_lastSeal;
    /// A table's shape at the newest look.
    struct SeenShape
    {
        std::string shape;
        Lsn at;
    };
    std::map<std::uint64_t, SeenShape> m_shapes; ///< by table

    mutable std::mutex m_mutex; ///< guards the rest
    std::condition_variable_any m_wake;
    CaptureHealth m_health;
    std::map<std::string, Diagnostic> m_diagnostics;
    std::shared_ptr<engine::ChangeFeed> m_feed; ///< once it is ready: what watch() looks at

    std::jthread m_pumpThread;
    std::jthread m_watchThread;
};

void CaptureImpl::raise(DiagnosticLevel level, const std::string& code, const std::string& message,
                        const std::string& hint)
{
    const std::lock_guard lock(m_mutex);
    m_diagnostics[code] = {level, code, message, hint};
}

void CaptureImpl::clear(const std::string& code)
{
    const std::lock_guard lock(m_mutex);
    m_diagnostics.erase(code);
}

void CaptureImpl::setState(CaptureState state, const Status& status)
{
    const std::lock_guard lock(m_mutex);
    m_health.state = state;
    m_health.error = status.ok() ? std::string() : status.error().text();
    if (status.ok()) {
        m_diagnostics.erase("capture.down");
        return;
    }
    const bool full = status.error().code == Code::ResourceExhausted;
    m_diagnostics["capture.down"] = {
        state == CaptureState::Unsupported ? DiagnosticLevel::Info
        : full                             ? DiagnosticLevel::Critical
                                           : DiagnosticLevel::Warning,
        "capture.down", "changes are not captured: " + status.error().message, status.error().hint};
}

void CaptureImpl::rest(const std::stop_token& stop, std::chrono::milliseconds time)
{
    std::unique_lock lock(m_mutex);
    m_wake.wait_for(lock, stop, time, [] { return false; });
}

CaptureHealth CaptureImpl::health() const
{
    CaptureHealth health;
    {
        const std::lock_guard lock(m_mutex);
        health = m_health;
        for (const auto& [code, diagnostic] : m_diagnostics) {
            health.diagnostics.push_back(diagnostic);
        }
    }
    health.journal = m_parts.journal.usage();
    health.position = health.journal.position;
    health.epoch = m_parts.journal.state().epoch.number;
    health.lag = ByteCount(health.feed.current > health.position
                               ? health.feed.current.get() - health.position.get()
                               : 0);
    return health;
}

void CaptureImpl::run(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        const Status status = session(stop);
        m_parts.journal.discard();
        if (stop.stop_requested()) {
            return;
        }
        const bool unsupported = !status.ok() && (status.error().code == Code::Unimplemented ||
                                                  health().state == CaptureState::Unsupported);
        setState(unsupported ? CaptureState::Unsupported : CaptureState::Retrying, status);
        if (!status.ok() && !unsupported) {
            m_parts.log.warning("capture.interrupted", status.error().text());
        }
        rest(stop,
             unsupported ? std::chrono::milliseconds(kUnsupportedRetry) : m_options.retryAfter);
    }
}

Status CaptureImpl::session(const std::stop_token& stop)
{
    if (!m_spool) {
        ISO_ASSIGN(m_spool, Spool::open(m_options.spoolFolder));
    }
    ISO_ASSIGN(const auto feed, m_parts.engine.openChangeFeed(m_options.feed));
    ISO_TRY(prepare(*feed));
    ISO_TRY(captureTables(*feed));
    {
        const std::lock_guard lock(m_mutex);
        m_feed = feed;
    }
    return stream(*feed, stop);
}

/// Makes the feed, or finds that it continues what the journal holds, or begins anew, saying so.
Status CaptureImpl::prepare(engine::ChangeFeed& feed)
{
    ISO_ASSIGN(const FeedState state, feed.inspect());
    if (!state.unsupported.empty()) {
        const Error error =
            makeError(Code::FailedPrecondition, "the server cannot give them", state.unsupported);
        setState(CaptureState::Unsupported, error);
        return error;
    }
    const journal::State known = m_parts.journal.state();
    std::vector<engine::TimelineFork> forks;
    if (known.epoch.number != 0 && known.epoch.timeline != state.timeline &&
        known.epoch.systemId == state.systemId) {
        ISO_ASSIGN(forks, feed.history(state.timeline));
    }
    if (known.epoch.number == 0) {
        return startEpoch(feed, state, {});
    }
    if (const auto reason = whyBroken(known, m_parts.journal.position(), state, forks)) {
        return startEpoch(feed, state, *reason);
    }
    return followTimeline(state);
}

/// A server that took over and has our feed, with everything in it.
Status CaptureImpl::followTimeline(const FeedState& state)
{
    journal::State next = m_parts.journal.state();
    if (next.epoch.timeline == state.timeline) {
        return {};
    }
    m_parts.log.warning("capture.timeline", "another server took over; nothing was lost",
                        {{"timeline", static_cast<std::int64_t>(state.timeline)}});
    next.epoch.timeline = state.timeline;
    ISO_TRY(m_parts.journal.setState(next));
    return m_parts.journal.seal(m_parts.journal.position());
}

Status CaptureImpl::startEpoch(engine::ChangeFeed& feed, const FeedState& state,
                               const std::string& reason)
{
    const journal::State before = m_parts.journal.state();
    const Lsn position = m_parts.journal.position();
    if (!reason.empty()) {
        // Before anything is made anew: said, logged, shown.
        m_parts.log.warning("capture.gap", reason + ": every shard needs a full backup",
                            {{"after", formatLsn(position)}});
        raise(DiagnosticLevel::Critical, "capture.gap",
              "changes after " + formatLsn(position) + " were lost: " + reason,
              "full backups start a new history; there is no restore to moments between");
    }
    if (state.condition != FeedCondition::Absent) {
        ISO_TRY(feed.drop());
    }
    ISO_ASSIGN(const FeedState made, feed.create());
    if (before.epoch.number != 0) {
        ISO_TRY(m_parts.journal.addGap({std::min(position, made.confirmed),
                                        made.confirmed,
                                        m_parts.clock.wallNow(),
                                        {},
                                        reason}));
        const std::lock_guard lock(m_mutex);
        ++m_health.gaps;
    }
    journal::State next;
    next.epoch = {before.epoch.number + 1, made.timeline, made.confirmed,
                  made.nextTransaction,    made.systemId, made.identity};
    ISO_TRY(m_parts.journal.setState(next));
    ISO_TRY(m_parts.journal.seal(made.confirmed));
    m_parts.log.info("capture.started", "a feed of changes was made",
                     {{"epoch", static_cast<std::int64_t>(next.epoch.number)},
                      {"position", formatLsn(made.confirmed)}});
    return {};
}

/// Of one table, by something that was done to it behind our back.
void CaptureImpl::noteGap(const std::string& table, const std::string& reason)
{
    m_parts.log.warning("capture.gap", reason, {{"table", table}});
    raise(DiagnosticLevel::Warning, "capture.gap", reason,
          "full backups of its shards start a new history; there is no restore to moments between");
}

Status CaptureImpl::noteCoverage(journal::State& state, const engine::TableCoverage& coverage,
                                 std::uint64_t nextTransaction)
{
    const auto known = state.tables.find(coverage.tableId);
    const bool wasCaptured = known != state.tables.end() && known->second.captured;
    std::string reason;
    if (wasCaptured && (coverage.fence > 0 || !coverage.captured)) {
        // Somebody took it out, or it lost what its rows are told by.
        reason = coverage.captured ? "table " + coverage.table + " was taken out of the feed"
                                   : "table " + coverage.table + ": " + coverage.reason;
        noteGap(coverage.table, reason);
        const Lsn position = m_parts.journal.position();
        if (!coverage.leaves.empty()) {
            ISO_TRY(m_parts.journal.addGap({position, Lsn(position.get() + 1),
                                            m_parts.clock.wallNow(), coverage.leaves, reason}));
        }
        const std::lock_guard lock(m_mutex);
        ++m_health.gaps;
    }
    journal::TableState& table = state.tables[coverage.tableId];
    if (!coverage.captured) {
        table.reason = coverage.reason;
    } else if (!wasCaptured || coverage.fence > 0) {
        table.fence = std::max(nextTransaction, coverage.fence + 1);
        table.since = m_parts.journal.position();
        table.reason = reason;
    }
    table.name = coverage.table;
    table.captured = coverage.captured;
    for (const std::uint64_t leaf : coverage.leaves) {
        state.leaves[leaf].table = coverage.tableId;
    }
    return {};
}

/// Where no event triggers note what becomes of a schema, a look at the catalog tells that
/// something did, since the look before. Only there it is kept: a state that changes is written.
Status CaptureImpl::noteShape(journal::State& state, const engine::TableCoverage& coverage,
                              const FeedState& feed, Lsn lookedAt)
{
    journal::TableState& table = state.tables[coverage.tableId];
    SeenShape& seen =
        m_shapes.try_emplace(coverage.tableId, SeenShape{table.shape, table.shapeAt}).first->second;
    const bool changed = !seen.shape.empty() && seen.shape != coverage.shape;
    if (changed && !feed.notesSchema && table.captured) {
        const std::string reason =
            "table " + coverage.table + " was altered or rewritten, and no event trigger noted how";
        noteGap(coverage.table, reason);
        ISO_TRY(m_parts.journal.addGap({std::min(seen.at, m_parts.journal.position()),
                                        Lsn(m_parts.journal.position().get() + 1),
                                        m_parts.clock.wallNow(), coverage.leaves, reason}));
        table.fence = std::max(table.fence, feed.nextTransaction);
        table.since = m_parts.journal.position();
        table.reason = reason;
        const std::lock_guard lock(m_mutex);
        ++m_health.gaps;
    }
    const std::string kept = feed.notesSchema ? std::string() : coverage.shape;
    if (table.shape != kept) {
        table.shape = kept;
        table.shapeAt = kept.empty() ? Lsn() : lookedAt;
    }
    seen = {coverage.shape, lookedAt};
    return {};
}

Status CaptureImpl::captureTables(engine::ChangeFeed& feed)
{
    const Lsn lookedAt = m_parts.journal.position();
    ISO_ASSIGN(const auto coverages, feed.capture(m_options.tables()));
    ISO_ASSIGN(const FeedState feedState, feed.inspect());
    journal::State state = m_parts.journal.state();
    const journal::State before = state;
    for (const engine::TableCoverage& coverage : coverages) {
        const std::string code = "capture.table." + coverage.table;
        if (coverage.captured) {
            clear(code);
        } else {
            raise(DiagnosticLevel::Warning, code,
                  "table " + coverage.table +
                      " is not captured, its shards have full backups only: " + coverage.reason,
                  coverage.hint);
        }
        if (coverage.tableId != 0) {
            ISO_TRY(noteCoverage(state, coverage, feedState.nextTransaction));
            ISO_TRY(noteShape(state, coverage, feedState, lookedAt));
        }
    }
    (void)forgetEnded(state, m_parts.journal.usage().oldest);
    if (!(state == before)) {
        ISO_TRY(m_parts.journal.setState(state));
    }
    if (m_parts.journal.dirty()) {
        ISO_TRY(m_parts.journal.seal(m_parts.journal.position()));
    }
    const std::lock_guard lock(m_mutex);
    m_health.tables = coverages;
    return {};
}

Status CaptureImpl::stream(engine::ChangeFeed& feed, const std::stop_token& stop)
{
    ISO_ASSIGN(const auto stream, feed.open(m_parts.journal.position()));
    Pump pump({m_parts.journal, *m_spool, m_parts.log, m_parts.clock, m_options.tap});
    setState(CaptureState::Streaming, {});
    m_lastSeal = std::chrono::steady_clock::now();
    engine::ChangeBatch batch;
    while (!stop.stop_requested()) {
        const Status got = stream->next(batch, kPatience, stop);
        if (!got.ok()) {
            (void)pump.seal().ok(); // what came before it broke need not come again
            return got;
        }
        ISO_TRY(pump.take(batch));
        ISO_TRY(sealWhenDue(pump, *stream, batch.events.empty()));
        {
            const std::lock_guard lock(m_mutex);
            const Pump::Counts counts = pump.takeCounts();
            m_health.transactions += counts.transactions;
            m_health.changes += counts.changes;
            m_health.gaps += counts.gaps;
            m_health.openTransactions = m_spool->openTransactions();
            m_health.spooled = m_spool->onDisk();
        }
        if (pump.takeRecheck() || m_recheck.load()) {
            // With everything sealed: what is captured may change, and the stream goes on.
            ISO_TRY(pump.seal());
            stream->confirm(m_parts.journal.position());
            m_recheck = false;
            ISO_TRY(captureTables(feed));
            // Opened again, the server would decode once more what open transactions hold back.
            pump.takeState();
        }
    }
    if (const Status sealed = pump.seal(); sealed.ok()) {
        stream->confirm(m_parts.journal.position());
    }
    return {};
}

Status CaptureImpl::sealWhenDue(Pump& pump, engine::ChangeStream& stream, bool idle)
{
    const auto since = std::chrono::steady_clock::now() - m_lastSeal;
    const bool due = pump.dirty()
                         ? (since >= m_options.sealEvery || (idle && since >= kPatience))
                         : since >= kIdleSeal && pump.complete() > m_parts.journal.position();
    if (!due) {
        return {};
    }
    ISO_TRY(pump.seal());
    m_lastSeal = std::chrono::steady_clock::now();
    stream.confirm(m_parts.journal.position());
    {
        const std::lock_guard lock(m_mutex);
        if (pump.newestMoment() != WallTime()) {
            m_health.caughtUpTo = pump.newestMoment();
        }
    }
    return limitJournal();
}

Status CaptureImpl::limitJournal()
{
    const journal::JournalUsage usage = m_parts.journal.usage();
    if (usage.bytes <= m_options.journalLimit || usage.segments < 2) {
        return {};
    }
    raise(DiagnosticLevel::Warning, "capture.journal_cut",
          "the journal reached its limit of " + formatBytes(m_options.journalLimit) +
              " and lost its oldest part",
          "shards without a backup since need full ones: back up more often, or raise the limit");
    // Somewhat more than must be, so that this is rare.
    return m_parts.journal.dropBelow(
        Lsn(usage.oldest.get() + (usage.position.get() - usage.oldest.get()) / 8));
}

/// Health and heartbeats, on a thread of their own: the stream need not wait for statements.
void CaptureImpl::watch(const std::stop_token& stop)
{
    while (!stop.stop_requested()) {
        std::shared_ptr<engine::ChangeFeed> feed;
        {
            const std::lock_guard lock(m_mutex);
            feed = m_feed;
        }
        if (feed) {
            look(*feed);
        }
        rest(stop, feed ? m_options.lookEvery : std::chrono::milliseconds(200));
    }
}

void CaptureImpl::look(engine::ChangeFeed& feed)
{
    (void)feed.heartbeat().ok(); // the pump notices when the server is gone
    const auto state = feed.inspect();
    if (!state.ok()) {
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        m_health.feed = *state;
    }
    switch (state->retention) {
    case engine::LogRetention::Extended:
        raise(DiagnosticLevel::Info, "capture.retention",
              "the server keeps " + formatBytes(state->retainedBytes) + " of log for us", "");
        break;
    case engine::LogRetention::AtRisk:
        raise(DiagnosticLevel::Critical, "capture.retention",
              "the server is about to throw away log that was not captured yet",
              "raise max_slot_wal_keep_size, or see what keeps the agent from reading");
        break;
    default:
        clear("capture.retention");
    }
    if (state->warnings.empty()) {
        clear("capture.warning");
    } else {
        raise(DiagnosticLevel::Warning, "capture.warning", state->warnings.front(),
              "run what `isotherm-agent init-db --print-sql` prints, and end what is old");
    }
    const auto tables = m_parts.journal.state().tables;
    const bool missing = std::any_of(tables.begin(), tables.end(), [&](const auto& table) {
        return table.second.captured && std::find(state->captured.begin(), state->captured.end(),
                                                  table.first) == state->captured.end();
    });
    if (missing || !state->notesSchema) {
        m_recheck = true;
    }
}

} // namespace

std::unique_ptr<Capture> Capture::make(Parts parts, CaptureOptions options)
{
    return std::make_unique<CaptureImpl>(parts, std::move(options));
}

} // namespace isotherm::capture
