// SPDX-License-Identifier: Apache-2.0
#include "agent/drill/driller.h"

#include "agent/backup/backup_handler.h"
#include "agent/drill/scratch_restore.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <thread>
#include <utility>

namespace isotherm::drill
{
namespace
{

using std::chrono::milliseconds;

/// A comparison whose backups were begun anew in the middle is no failure, and is tried again; so is
/// one that found other rows, before it is called one.
constexpr int kAttempts = 2;

std::string secondsText(std::chrono::microseconds time)
{
    return formatDuration(std::chrono::duration_cast<milliseconds>(time));
}

} // namespace

std::string drillMark(JobId job)
{
    return kDrillMark + std::to_string(job.get()) + ";";
}

/// One restore, and what it is compared with.
class Driller::Attempt
{
public:
    Attempt(const Parts& parts, jobs::JobContext& context, topology::ShardPlace place)
        : m_parts(parts), m_context(context), m_place(std::move(place)), m_stop(context.stopToken())
    {
    }

    Result<DrillReceipt> loaded()
    {
        ISO_TRY(takeNewest());
        ISO_TRY(restore({}));
        m_receipt.level = VerifyLevel::Loaded;
        m_receipt.passed = true;
        m_receipt.outcome = std::to_string(m_receipt.rows) + " rows loaded and read back in " +
                            secondsText(m_receipt.restoreTook);
        return m_receipt;
    }

    /// Aborted: the backups were begun anew, look again.
    Result<DrillReceipt> compared(journal::Journal& journal)
    {
        ISO_ASSIGN(const LiveSight live, look(journal));
        ISO_TRY(takeHolding(live));
        repository::ReadMoment moment;
        moment.visible = [&live](std::uint64_t transaction, Lsn /*commit*/) {
            return live.visibility.shows(transaction);
        };
        ISO_ASSIGN(const ScratchOutcome outcome, restore(moment));
        m_receipt.level = VerifyLevel::Compared;
        m_receipt.asOf = live.asOf;
        ISO_TRY(judge(live, outcome));
        return m_receipt;
    }

private:
    Status takeNewest()
    {
        const ShardId shard = m_place.record().id;
        ISO_ASSIGN(const auto newest, m_parts.backups.newest(shard, std::nullopt));
        if (!newest) {
            return makeError(Code::FailedPrecondition,
                             "shard " + std::to_string(shard.get()) + " has no backup yet",
                             "isothermctl backups run makes one");
        }
        return take(*newest);
    }

    /// The newest backup whose base shows nothing that the snapshot does not show, and which reaches
    /// beyond all that it shows. Fulls may have been made meanwhile, by the scheduler.
    Status takeHolding(const LiveSight& live)
    {
        BackupFilter filter;
        filter.shards = {m_place.record().id};
        filter.limit = std::numeric_limits<std::int32_t>::max();
        ISO_ASSIGN(const std::vector<BackupRecord> backups, m_parts.backups.list(filter));
        std::optional<BackupRecord> found;
        WallTime base{};
        for (auto backup = backups.rbegin(); backup != backups.rend(); ++backup) { // oldest first
            base = isFull(backup->kind) ? backup->asOf : base;
            if (base < live.asOf && backup->lsn.get() + 1 >= m_reached.get()) {
                found = *backup;
            }
        }
        return found ? take(*found)
                     : Status(makeError(Code::Aborted,
                                        "the shard's backups were begun anew meanwhile"));
    }

    Status take(const BackupRecord& backup)
    {
        ISO_ASSIGN(m_manifest, m_parts.repository.loadManifest(backup.id));
        m_receipt.job = m_context.id();
        m_receipt.shard = backup.shard;
        m_receipt.keyspace = backup.keyspace;
        m_receipt.backup = backup.id;
        m_receipt.asOf = backup.asOf;
        m_receipt.lsn = backup.lsn;
        m_receipt.started = m_parts.clock.wallNow();
        return {};
    }

    /// The database as one snapshot shows it, and a backup that holds all of that.
    Result<LiveSight> look(journal::Journal& journal)
    {
        m_context.setPhase("read the database");
        const Lsn before = journal.position();
        ISO_ASSIGN(LiveSight live,
                   lookAtLive(
                       m_parts.engine, m_place.keyspace->layout, m_place.layout(),
                       [this](ByteCount, std::uint64_t rows) { m_context.addProgress(0, rows); },
                       m_stop));
        m_context.setPhase("wait for the change stream");
        ISO_TRY(waitFor(journal, before, live.asOf));
        m_context.setPhase("continue the backups");
        ISO_TRY(backUp());
        return live;
    }

    /// A heartbeat that is younger than the snapshot lies behind every commit that it shows.
    Status waitFor(journal::Journal& journal, Lsn after, WallTime moment)
    {
        const auto deadline = std::chrono::steady_clock::now() + m_parts.patience;
        for (;;) {
            ISO_ASSIGN(const auto moments, journal.moments(after, journal.position()));
            if (!moments.empty() && moments.back().time > moment) {
                m_reached = moments.back().lsn;
                return {};
            }
            if (m_stop.stop_requested()) {
                return makeError(Code::Cancelled, "the drill was cancelled");
            }
            if (std::chrono::steady_clock::now() >= deadline) {
                return makeError(Code::Unavailable,
                                 "the change stream did not reach the snapshot of " +
                                     formatUtc(moment) + " in time",
                                 "isothermctl status tells how capture is");
            }
            std::this_thread::sleep_for(milliseconds(100));
        }
    }

    Status backUp()
    {
        jobs::JobSpec spec;
        spec.kind = JobKind::Backup;
        spec.title = "back up " + m_place.record().keyspace + " " + m_place.record().rangeText +
                     " for a drill";
        spec.shards = {m_place.record().id};
        spec.requestedBy = m_context.requestedBy();
        spec.params = backup::backupParams(BackupKind::Incremental);
        ISO_ASSIGN(const JobId id, m_parts.jobs.submit(spec));
        for (;;) {
            const auto ended = m_parts.jobs.wait(id, milliseconds(200));
            if (ended.ok() && ended->state == JobState::Done) {
                return {};
            }
            if (ended.ok()) {
                return makeError(Code::FailedPrecondition,
                                 "the backup that was to be compared failed: " + ended->error);
            }
            if (ended.error().code != Code::DeadlineExceeded) {
                return ended.error();
            }
            if (m_stop.stop_requested()) {
                return makeError(Code::Cancelled, "the drill was cancelled");
            }
        }
    }

    Result<ScratchOutcome> restore(const repository::ReadMoment& moment)
    {
        m_context.setPhase("restore");
        m_context.setTotalBytes(m_manifest.rawBytes().get());
        const ScratchRequest request{
            m_manifest, moment,
            "drill_" + std::to_string(m_context.id().get()) + "_" +
                std::to_string(m_place.record().id.get()),
            drillMark(m_context.id()), [this](ByteCount bytes, std::uint64_t rows) {
                m_context.addProgress(bytes.get(), rows);
            }};
        const Instant begin = m_parts.clock.now();
        auto outcome = restoreToScratch(m_parts.engine, m_parts.repository, request, m_stop);
        m_receipt.restoreTook =
            std::chrono::duration_cast<std::chrono::microseconds>(m_parts.clock.now() - begin);
        m_receipt.finished = m_parts.clock.wallNow();
        if (outcome.ok()) {
            m_receipt.bytes = outcome->bytesRead;
            for (const ScratchTable& table : outcome->tables) {
                m_receipt.rows += table.rows.rows();
            }
        }
        return outcome;
    }

    Status judge(const LiveSight& live, const ScratchOutcome& outcome)
    {
        std::string differences;
        for (std::size_t i = 0; i < outcome.tables.size(); ++i) {
            const ScratchTable& table = outcome.tables[i];
            if (i >= live.tables.size() || live.tables[i].columns != table.schema.columns) {
                return makeError(Code::Aborted, "the columns of " + table.schema.name +
                                                    " changed while it was looked at");
            }
            if (table.rows != live.rows[i]) {
                differences += (differences.empty() ? "" : "; ") + table.schema.schema + "." +
                               table.schema.name + ": " + std::to_string(table.rows.rows()) +
                               " rows restored, " + std::to_string(live.rows[i].rows()) +
                               " in the database" +
                               (table.rows.rows() == live.rows[i].rows() ? ", not the same ones"
                                                                         : "");
            }
        }
        m_receipt.passed = differences.empty();
        m_receipt.outcome = m_receipt.passed
                                ? std::to_string(m_receipt.rows) +
                                      " rows restored and compared with the database in " +
                                      secondsText(m_receipt.restoreTook)
                                : differences;
        return {};
    }

    const Parts& m_parts;
    jobs::JobContext& m_context;
    const topology::ShardPlace m_place;
    const std::stop_token m_stop;
    Lsn m_reached; ///< every commit that the snapshot shows begins before it
    repository::Manifest m_manifest;
    DrillReceipt m_receipt;
};

Status Driller::keep(const DrillReceipt& receipt)
{
    ISO_TRY(m_parts.drills.put(receipt));
    const std::vector<LogField> fields = {
        {"shard", static_cast<std::int64_t>(receipt.shard.get())},
        {"keyspace", receipt.keyspace},
        {"manifest", receipt.backup},
        {"level", std::string(verifyLevelName(receipt.level))},
        {"rows", static_cast<std::int64_t>(receipt.rows)}};
    if (!receipt.passed) {
        m_parts.log.error("drill.failed", receipt.outcome, fields);
        return {};
    }
    m_parts.log.info("drill.passed", receipt.outcome, fields);
    ISO_TRY(m_parts.backups.setVerified(receipt.backup, receipt.level, receipt.finished));
    RestoreReceipt restored;
    restored.job = receipt.job;
    restored.planId = "drill";
    restored.finished = receipt.finished;
    restored.started = receipt.finished - receipt.restoreTook;
    restored.bytesRead = receipt.bytes;
    restored.verified = true;
    restored.tables.push_back({receipt.keyspace, "", receipt.rows, "", true});
    return m_parts.restores.putReceipt(restored);
}

Result<DrillReceipt> Driller::drill(jobs::JobContext& context, ShardId shard, VerifyLevel level)
{
    ISO_ASSIGN(const topology::ShardPlace place, m_parts.topology.find(shard));
    journal::Journal* const journal = m_parts.journal ? m_parts.journal() : nullptr;
    const bool compares = level == VerifyLevel::Compared && journal != nullptr &&
                          m_parts.captured && m_parts.captured(place);
    for (int attempt = 1;; ++attempt) {
        Attempt one(m_parts, context, place);
        auto receipt = compares ? one.compared(*journal) : one.loaded();
        const bool last = attempt == kAttempts;
        if (!receipt.ok() && receipt.error().code == Code::Aborted && !last) {
            continue;
        }
        ISO_ASSIGN(DrillReceipt done, std::move(receipt));
        if (!done.passed && !last) {
            m_parts.log.warning("drill.repeated", done.outcome,
                                {{"shard", static_cast<std::int64_t>(shard.get())}});
            continue;
        }
        if (level == VerifyLevel::Compared && !compares) {
            done.outcome += "; not compared: its changes are not captured";
        }
        ISO_TRY(keep(done));
        if (!done.passed) {
            return makeError(Code::DataLoss,
                             "shard " + std::to_string(shard.get()) +
                                 " restored is not what the database shows: " + done.outcome,
                             "back it up in full: isothermctl backups run --full --shard " +
                                 std::to_string(shard.get()));
        }
        return done;
    }
}

} // namespace isotherm::drill
