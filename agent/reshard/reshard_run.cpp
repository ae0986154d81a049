// SPDX-License-Identifier: Apache-2.0
#include "agent/reshard/reshard_run.h"

#include "agent/reshard/copy_pacer.h"
#include "agent/reshard/interruptible.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <random>
#include <utility>

namespace isotherm::reshard
{
namespace
{

using engine::ReshardSide;

Error stopped()
{
    return makeError(Code::Cancelled, "stopped");
}

std::string inMillis(std::int64_t micros)
{
    return std::to_string((micros + 500) / 1'000) + " ms";
}

std::string whyNot(const engine::SwitchOutcome& outcome)
{
    std::string text = outcome.reason;
    for (const engine::Blocker& blocker : outcome.blockers) {
        text += (blocker.text.empty() ? "" : ", ") + blocker.text;
    }
    return text;
}

std::string counted(std::size_t count)
{
    return std::to_string(count) + (count == 1 ? " part" : " parts");
}

} // namespace

ReshardRun::ReshardRun(const ReshardHandler::Parts& parts, const ReshardSettings& settings,
                       jobs::JobContext& context, ReshardState state)
    : m_parts(parts), m_settings(settings), m_context(context), m_state(std::move(state)),
      m_request(fromParams(context.params()).valueOr(ReshardRequest()))
{
}

Status ReshardRun::connect()
{
    if (!m_port) {
        ISO_ASSIGN(m_port, m_parts.engine.openReshardPort());
    }
    if (!m_reshard) {
        ISO_ASSIGN(m_reshard, m_port->open(m_state.plan));
    }
    return {};
}

Status ReshardRun::checkpoint(const char* step)
{
    return m_context.checkpoint(step, encodeState(m_state));
}

Result<std::string> ReshardRun::drive()
{
    const Instant since = m_parts.clock.now();
    Instant answered = since;
    for (;;) {
        if (m_context.stopToken().stop_requested()) {
            return stopped();
        }
        const auto over = step();
        if (over.ok() && *over) {
            m_parts.control.forget(m_context.id());
            return summary();
        }
        if (over.ok()) {
            answered = m_parts.clock.now();
            continue;
        }
        // The server went away: everything that counts is in it, so look again when it is back.
        if (over.error().code != Code::Unavailable ||
            m_parts.clock.now() - answered > m_settings.serverPatience) {
            return over.error();
        }
        m_reshard.reset();
        m_resumed = true;
        m_context.setPhase("wait for the database");
        if (!sleepFor(std::chrono::seconds(1), m_context.stopToken())) {
            return stopped();
        }
    }
}

Result<bool> ReshardRun::step()
{
    ISO_TRY(connect());
    ISO_ASSIGN(const ReshardSide side, m_reshard->side());
    switch (side) {
    case ReshardSide::Absent:
        if (m_state.switchedAt) {
            return true; // cleaned up already
        }
        [[fallthrough]];
    case ReshardSide::Building:
        ISO_TRY(fill());
        return false;
    case ReshardSide::Following:
        ISO_TRY(bringOver());
        return false;
    case ReshardSide::Switched:
        ISO_TRY(afterSwitch());
        ISO_TRY(awaitGrace());
        m_context.setPhase("clean up");
        ISO_TRY(cleanUp());
        return true;
    case ReshardSide::Returned:
        ISO_TRY(cleanUp());
        ISO_TRY(letGo());
        return makeError(Code::Aborted, "was switched back: the old partitions serve again");
    }
    return makeError(Code::Internal, "the change is on no side of the switch");
}

Status ReshardRun::fill()
{
    m_begunAgain = m_resumed;
    const std::stop_token stop = m_context.stopToken();
    m_context.setPhase("prepare");
    CopyPacer pacer(*m_port, m_context, m_parts.control, m_parts.clock);
    pacer.learn();
    ISO_TRY(m_reshard->build(stop));
    if (!sleepFor(m_settings.learning, stop)) {
        return stopped();
    }
    pacer.learn();
    m_context.setPhase("copy rows");
    m_context.setProgress(0, 0);
    ISO_TRY(m_reshard->copy(pacer, stop));
    m_context.setPhase("build indexes");
    const Status completed = m_reshard->complete(stop);
    return completed.ok() ? completed : completed.error().within("building the indexes");
}

/// A vacuum of a table that refers to ours, say, is waited for: what was made stays made.
Status ReshardRun::cleanUp()
{
    const Instant since = m_parts.clock.now();
    for (;;) {
        const Status cleaned = m_reshard->cleanUp();
        const bool later = !cleaned.ok() && (cleaned.error().code == Code::DeadlineExceeded ||
                                             cleaned.error().code == Code::Aborted);
        if (!later || m_parts.clock.now() - since > m_settings.switchPatience) {
            return cleaned;
        }
        if (!sleepFor(m_settings.switchPause, m_context.stopToken())) {
            return stopped();
        }
    }
}

Status ReshardRun::follow(std::chrono::milliseconds limit)
{
    const auto behind = m_reshard->follow(limit, m_context.stopToken());
    if (!behind.ok()) {
        return behind.error();
    }
    return {};
}

Status ReshardRun::bringOver()
{
    constexpr std::uint64_t kClose = std::uint64_t{1} << 20U;
    constexpr auto kSlice = std::chrono::milliseconds(500);
    const Instant since = m_parts.clock.now();
    m_context.setPhase("catch up");
    for (;;) {
        ISO_ASSIGN(const ByteCount behind, m_reshard->follow(kSlice, m_context.stopToken()));
        if (m_context.stopToken().stop_requested()) {
            return stopped();
        }
        if (behind.get() > kClose || m_parts.control.paused(m_context.id())) {
            continue;
        }
        if (!m_verified) {
            ISO_TRY(verifyOnce());
            continue;
        }
        ISO_ASSIGN(const bool switched, trySwitch());
        if (switched) {
            return {};
        }
        if (m_parts.clock.now() - since > m_settings.switchPatience) {
            return makeError(Code::DeadlineExceeded,
                             "the switch could not be made in time; last in the way: " +
                                 m_state.note,
                             "let long transactions end, then start the change again");
        }
    }
}

Status ReshardRun::verifyOnce()
{
    m_context.setPhase("verify");
    ISO_ASSIGN(const engine::VerifyOutcome outcome, m_reshard->verify(m_context.stopToken()));
    for (const engine::VerifyOutcome::Part& part : outcome.parts) {
        if (!part.same) {
            return makeError(Code::FailedPrecondition,
                             "the copy of " + part.name + " differs from the original",
                             "the old partitions go on serving; please report this");
        }
    }
    m_verified = true;
    m_context.setPhase("catch up");
    return {};
}

/// Others wait as long as we do: a moment between two statements is looked for first, and only
/// where there seems to be none a longer wait is risked.
engine::SwitchLimits ReshardRun::limitsOfAttempt() const
{
    constexpr int kPatientFrom = 16;
    engine::SwitchLimits limits = m_settings.limits;
    limits.lockWait = std::clamp(limits.lockWait * m_attempts / kPatientFrom, limits.lockWait / 4,
                                 limits.lockWait);
    return limits;
}

Result<bool> ReshardRun::trySwitch()
{
    ++m_attempts;
    m_context.setPhase("switch");
    ISO_ASSIGN(const engine::SwitchOutcome outcome, m_reshard->trySwitch(limitsOfAttempt()));
    if (outcome.switched) {
        m_state.switchedAt = m_parts.clock.wallNow();
        m_state.heldMicros = outcome.held.count();
        m_state.note.clear();
        return true;
    }
    m_state.note = whyNot(outcome);
    m_context.setPhase("wait to switch: " + m_state.note);
    m_parts.log.info("reshard.held_off", "the switch was put off",
                     {{"job", static_cast<std::int64_t>(m_context.id().get())},
                      {"attempt", std::int64_t{m_attempts}},
                      {"why", m_state.note},
                      {"held_us", std::int64_t{outcome.held.count()}}});
    std::minstd_rand random(std::random_device{}());
    const auto pause = m_settings.switchPause.count() / 4 +
                       static_cast<std::int64_t>(random()) % (m_settings.switchPause.count() + 1);
    // Followed meanwhile, or the next attempt would begin with a backlog.
    ISO_TRY(follow(std::chrono::milliseconds(pause)));
    (void)sleepFor(std::chrono::milliseconds(outcome.blockers.empty() ? 0 : pause),
                   m_context.stopToken());
    return false;
}

std::vector<ShardId> ReshardRun::children() const
{
    std::vector<ShardId> ids;
    for (const auto& view : m_parts.topology.keyspaces()) {
        if (view->stored.record.name != m_request.keyspace) {
            continue;
        }
        for (const ShardRecord& shard : view->shards) {
            for (const KeyRange& target : m_state.plan.targets) {
                if (!shard.isDefault && shard.range == target) {
                    ids.push_back(shard.id);
                }
            }
        }
    }
    return ids;
}

/// Which shards there are now; of an adoption: a keyspace more.
Status ReshardRun::takeUp()
{
    if (!m_state.plan.adopts()) {
        return m_parts.topology.refresh();
    }
    metadata::StoredKeyspace keyspace;
    keyspace.record.name = m_request.keyspace;
    keyspace.record.rpo = m_request.adoptRpo;
    keyspace.spec = {m_request.keyspace, m_state.plan.tables, {}};
    const auto adopted = m_parts.topology.adopt(keyspace);
    return adopted.ok() ? Status() : Status(adopted.error());
}

/// The old parts serve again; of an adoption: its tables are no keyspace.
Status ReshardRun::letGo()
{
    return m_state.plan.adopts() ? m_parts.topology.forget(m_request.keyspace)
                                 : m_parts.topology.refresh();
}

/// The records follow: which shards there are, and where their backups begin.
Status ReshardRun::afterSwitch()
{
    const auto last = m_context.lastCheckpoint();
    if (last && last->step == kHistoryStep) {
        return {};
    }
    if (!m_state.switchedAt) {
        m_state.switchedAt = m_parts.clock.wallNow(); // the answer was lost
    }
    ISO_TRY(checkpoint(kSwitchedStep));
    m_parts.log.info("reshard.switched", "new partitions serve",
                     {{"job", static_cast<std::int64_t>(m_context.id().get())},
                      {"held_us", m_state.heldMicros}});
    ISO_TRY(takeUp());
    if (m_parts.changed) {
        m_parts.changed();
    }
    Lsn at;
    while (at.get() == 0) { // it comes by in the stream
        ISO_TRY(follow(std::chrono::milliseconds(100)));
        ISO_ASSIGN(at, m_reshard->switchedAt());
        if (m_context.stopToken().stop_requested()) {
            return stopped();
        }
    }
    if (m_parts.history && !m_state.plan.adopts()) {
        ISO_TRY(carryHistoryOver(at));
    }
    return checkpoint(kHistoryStep);
}

/// Capture may need a while to come to the switch. It is not waited for idly: the old side is to
/// follow meanwhile, and a transaction of ours that stayed open could be what capture waits for.
Status ReshardRun::carryHistoryOver(Lsn at)
{
    const Instant since = m_parts.clock.now();
    for (;;) {
        const auto told =
            m_parts.history({m_request.keyspace, m_request.sources, m_state.plan.targets, at});
        const bool behind = !told.ok() && told.error().code == Code::Unavailable;
        if (!behind || m_parts.clock.now() - since > m_settings.historyPatience) {
            m_state.note =
                told.ok() ? *told : "backups of the new shards begin anew: " + told.error().message;
            return {};
        }
        m_context.setPhase("switch: " + told.error().message);
        ISO_TRY(follow(std::chrono::milliseconds(200)));
        if (!sleepFor(std::chrono::milliseconds(50), m_context.stopToken())) {
            return stopped();
        }
    }
}

bool ReshardRun::mayEnd()
{
    const auto age = m_parts.clock.wallNow() - *m_state.switchedAt;
    const bool due = m_parts.control.finishing(m_context.id()) || age >= m_request.grace;
    return due && (!m_parts.backedUp || m_parts.backedUp(children()));
}

Status ReshardRun::awaitGrace()
{
    ISO_ASSIGN(const bool wayBack, m_reshard->canSwitch());
    if (!wayBack) {
        return {}; // its clean-up had begun
    }
    m_context.setPhase("grace");
    while (!mayEnd()) {
        const Status followed = follow(std::chrono::milliseconds(500));
        if (m_context.stopToken().stop_requested()) {
            return stopped();
        }
        if (followed.ok()) {
            (void)sleepFor(std::chrono::milliseconds(100), m_context.stopToken());
            continue;
        }
        if (followed.error().code == Code::Unavailable) {
            return followed;
        }
        // The way back is lost, by a changed definition mostly; the way forth is not.
        m_state.note +=
            (m_state.note.empty() ? "" : "; ") + ("grace ended early: " + followed.error().message);
        m_parts.log.warning("reshard.no_way_back", followed.error().text());
        return {};
    }
    return {};
}

Status ReshardRun::undo()
{
    const Instant since = m_parts.clock.now();
    m_context.setPhase("roll back");
    for (;;) {
        Status status = [&]() -> Status {
            ISO_TRY(connect());
            ISO_ASSIGN(const ReshardSide side, m_reshard->side());
            bool stays = false;
            if (side == ReshardSide::Switched) {
                ISO_ASSIGN(const bool wayBack, m_reshard->canSwitch());
                stays = !wayBack;
                if (wayBack) {
                    ISO_ASSIGN(const engine::SwitchOutcome outcome,
                               m_reshard->trySwitch(m_settings.limits));
                    if (!outcome.switched) {
                        return makeError(Code::DeadlineExceeded, whyNot(outcome));
                    }
                } else {
                    m_parts.log.warning("reshard.no_way_back",
                                        "the old partitions are gone: the new ones stay");
                }
            }
            ISO_TRY(m_reshard->cleanUp()); // tried again below
            ISO_TRY(stays ? m_parts.topology.refresh() : letGo());
            if (m_parts.changed) {
                m_parts.changed();
            }
            return {};
        }();
        const bool again = !status.ok() && (status.error().code == Code::Unavailable ||
                                            status.error().code == Code::DeadlineExceeded);
        if (!again || m_parts.clock.now() - since > m_settings.switchPatience) {
            return status;
        }
        if (status.error().code == Code::Unavailable) {
            m_reshard.reset();
        }
        m_context.setPhase("roll back: " + status.error().message);
        if (!sleepFor(m_settings.switchPause, m_context.stopToken())) {
            return stopped();
        }
    }
}

std::string ReshardRun::summary() const
{
    std::string line = counted(m_state.plan.targets.size()) + " in place of " +
                       counted(m_state.plan.sources.size()) + "; writers waited at most " +
                       inMillis(m_state.heldMicros);
    if (m_resumed || m_begunAgain) {
        line +=
            m_begunAgain ? "; was interrupted and begun again" : "; was interrupted and resumed";
    }
    return m_state.note.empty() ? line : line + "; " + m_state.note;
}

} // namespace isotherm::reshard
