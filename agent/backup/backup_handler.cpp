// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/backup_handler.h"

#include "agent/backup/catalog.h"
#include "agent/backup/chain_survey.h"
#include "agent/repository/synthetic.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace isotherm::backup
{
namespace
{

constexpr const char* kCommitted = "committed";

/// The increment before a synthetic full is done.
constexpr const char* kContinued = "continued";

BackupKind wantedKind(const std::string& params)
{
    const nlohmann::json parsed = nlohmann::json::parse(params, nullptr, false);
    if (!parsed.is_object()) {
        return BackupKind::Full;
    }
    return parsed.value("synthetic", false)     ? BackupKind::Synthetic
           : parsed.value("incremental", false) ? BackupKind::Incremental
                                                : BackupKind::Full;
}

Reach wantedReach(const std::string& params)
{
    const nlohmann::json parsed = nlohmann::json::parse(params, nullptr, false);
    return parsed.is_object() && parsed.value("now", false) ? Reach::Now : Reach::Journal;
}

/// What capture has to put into the journal arrives within a second or two.
constexpr auto kJournalDelay = std::chrono::seconds(20);

bool waitForPosition(const journal::Journal& journal, Lsn position, const std::stop_token& stop)
{
    if (capturedTables(journal.state()).empty()) {
        return journal.position() >= position; // nothing is on its way
    }
    const auto deadline = std::chrono::steady_clock::now() + kJournalDelay;
    while (journal.position() < position) {
        if (stop.stop_requested() || std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    return true;
}

std::unordered_map<std::uint64_t, ShardId> shardsByLeaf(const topology::Topology& topology)
{
    std::unordered_map<std::uint64_t, ShardId> shards;
    for (const auto& keyspace : topology.keyspaces()) {
        for (std::size_t i = 0; i < keyspace->shards.size(); ++i) {
            for (const engine::LeafRef& leaf : keyspace->layout.shards[i].leaves) {
                shards.emplace(leaf.objectId, keyspace->shards[i].id);
            }
        }
    }
    return shards;
}

/// A rewrite or a gap lies behind the position already: only a new base helps, and right away.
bool hasEnded(const journal::Journal& journal, const engine::ShardLayout& shard, Lsn position)
{
    const journal::State state = journal.state();
    return std::any_of(shard.leaves.begin(), shard.leaves.end(), [&](const engine::LeafRef& leaf) {
        return position < baseNeededAfter(state, leaf.objectId);
    });
}

/// The journal does not have what lies between; only a new base helps.
bool cannotContinue(const Error& error)
{
    return error.code == Code::FailedPrecondition || error.code == Code::OutOfRange;
}

/// Leaves that were detached, and attached again, are to have a new history.
bool isAttached(const journal::Journal& journal, const engine::ShardLayout& shard)
{
    const journal::State state = journal.state();
    return std::all_of(
        shard.leaves.begin(), shard.leaves.end(),
        [&state](const engine::LeafRef& leaf) { return state.leaves.contains(leaf.objectId); });
}

std::chrono::milliseconds between(WallTime from, WallTime to)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(to - from);
}

} // namespace

BackupHandler::BackupHandler(BackupPorts ports, Stores stores, BackupSettings settings)
    : m_ports(ports), m_stores(stores), m_settings(std::move(settings))
{
}

std::string backupParams(BackupKind wanted, Reach reach)
{
    nlohmann::json params = nlohmann::json::object();
    if (wanted == BackupKind::Incremental) {
        params["incremental"] = true;
    } else if (wanted == BackupKind::Synthetic) {
        params["synthetic"] = true;
    }
    if (reach == Reach::Now) {
        params["now"] = true;
    }
    return params.dump();
}

Result<std::string> BackupHandler::run(jobs::JobContext& context)
{
    journal::Journal* const journal = m_stores.journal ? m_stores.journal() : nullptr;
    const BackupKind wanted = wantedKind(context.params());
    const auto found = m_stores.topology.find(context.shards().at(0));
    if (!found.ok() && found.error().code == Code::NotFound && journal != nullptr) {
        return closeChain(context, *journal);
    }
    ISO_ASSIGN(const topology::ShardPlace place, found);
    if (journal == nullptr) {
        return runFull(context, place, std::nullopt);
    }
    if (wanted == BackupKind::Full) {
        ISO_ASSIGN(const auto newest, m_stores.backups.newest(place.record().id, std::nullopt));
        if (!newest || !hasEnded(*journal, place.layout(), newest->lsn)) {
            return runFull(context, place, std::nullopt); // and is continued up to it afterwards
        }
    }
    // The chain goes as far as it can, also before a full one: that then says why it begins anew.
    ISO_ASSIGN(const Continued continued, continueChain(context, place, *journal));
    if (continued.finished) {
        return continued.summary;
    }
    if (continued.start || !continued.manifest || wanted == BackupKind::Full) {
        ISO_ASSIGN(const topology::ShardPlace now, m_stores.topology.find(place.record().id));
        return runFull(context, now, continued.start);
    }
    return wanted == BackupKind::Synthetic ? compact(context, place, *continued.manifest)
                                           : Result<std::string>(continued.summary);
}

Result<std::string> BackupHandler::closeChain(jobs::JobContext& context, journal::Journal& journal)
{
    context.setPhase("read the journal");
    const ShardId shard = context.shards().at(0);
    ISO_ASSIGN(const auto newest, m_stores.backups.newest(shard, std::nullopt));
    if (!newest) {
        return std::string("there is no history to complete");
    }
    ISO_ASSIGN(const repository::Manifest previous, m_ports.repository.loadManifest(newest->id));
    const auto tablesNow = []() -> Result<std::vector<TableSchema>> {
        return makeError(Code::FailedPrecondition, "the shard's leaves are gone");
    };
    const auto shards = shardsByLeaf(m_stores.topology);
    const IncrementRequest request{
        previous, journal.position(), tablesNow, [&shards](std::uint64_t leaf) {
            const auto found = shards.find(leaf);
            return found == shards.end() ? std::nullopt : std::optional(found->second);
        }};
    const auto cut =
        cutIncrement({journal, m_ports.repository, m_ports.clock}, request, context.stopToken());
    if (!cut.ok() && cannotContinue(cut.error())) {
        return stopShort(context, previous, journal, cut.error());
    }
    ISO_TRY(cut);
    std::string summary;
    if (cut->manifest) {
        const nlohmann::json state = {{"manifest", cut->manifest->id}, {"mark", ""}};
        ISO_TRY(context.checkpoint(kCommitted, state.dump()));
        ISO_ASSIGN(summary, record(*cut->manifest, ""));
    }
    const repository::Manifest& last = cut->manifest ? *cut->manifest : previous;
    if (cut->end && !last.chainStop) { // a rewrite or a gap came before its end
        return stopShort(context, last, journal,
                         makeError(Code::FailedPrecondition, cut->end->reason));
    }
    if (!cut->manifest) {
        return std::string("its history was complete");
    }
    return "its history is complete, with " + std::to_string(cut->changes) + " changes more; " +
           summary;
}

Result<std::string> BackupHandler::stopShort(jobs::JobContext& context,
                                             const repository::Manifest& previous,
                                             const journal::Journal& journal, const Error& why)
{
    const journal::State state = journal.state();
    std::optional<journal::EndedLeaf> ended;
    for (const repository::LeafIdentity& leaf : previous.leaves) {
        const auto found = state.ended.find(leaf.objectId);
        if (found != state.ended.end() && (!ended || found->second.at < ended->at)) {
            ended = found->second;
        }
    }
    if (!ended || ended->at <= previous.lsn) {
        return why;
    }
    repository::Manifest manifest = previous;
    manifest.previousManifest = previous.id;
    manifest.kind = BackupKind::Unchanged;
    manifest.chainStart.reset();
    manifest.chainStop = repository::ChainStop{ended->reason, justBefore(ended->at)};
    manifest.started = m_ports.clock.wallNow();
    manifest.finished = manifest.started;
    ISO_ASSIGN(manifest.id, m_ports.repository.commitManifest(manifest));
    const nlohmann::json checkpoint = {{"manifest", manifest.id}, {"mark", ""}};
    ISO_TRY(context.checkpoint(kCommitted, checkpoint.dump()));
    ISO_TRY(record(manifest, ""));
    m_stores.log.warning("backup.history_incomplete", why.text(),
                         {{"shard", static_cast<std::int64_t>(manifest.shard.get())},
                          {"after", formatLsn(manifest.lsn)},
                          {"until", formatLsn(manifest.chainStop->last)}});
    return "its history ends at " + formatLsn(manifest.lsn) +
           ", some time before it was gone: " + why.message;
}

Result<BackupHandler::Continued> BackupHandler::continueChain(jobs::JobContext& context,
                                                              const topology::ShardPlace& place,
                                                              journal::Journal& journal)
{
    context.setPhase("read the journal");
    Continued continued;
    ISO_ASSIGN(const auto newest, m_stores.backups.newest(place.record().id, std::nullopt));
    if (!newest) {
        return continued;
    }
    // Right after a base or a commit, capture may not be there yet.
    Lsn wanted(newest->lsn.get() + 1);
    const bool ended = hasEnded(journal, place.layout(), newest->lsn);
    if (!ended && wantedReach(context.params()) == Reach::Now && m_stores.serverPosition) {
        wanted = std::max(wanted, m_stores.serverPosition());
    }
    if (!ended && !waitForPosition(journal, wanted, context.stopToken())) {
        m_stores.log.info("backup.journal_behind", "capture is behind: it goes as far as that",
                          {{"shard", static_cast<std::int64_t>(place.record().id.get())}});
    }
    const Lsn position = journal.position();
    if (newest->kind == BackupKind::Full && position > newest->lsn) {
        // Capture may not have been there when the base was done.
        ISO_ASSIGN(const repository::Manifest base, m_ports.repository.loadManifest(newest->id));
        tryToBridge(context, base);
    }
    ISO_ASSIGN(const std::optional<Increment> cut,
               increment(context, journal, newest->id, position));
    if (!cut) {
        return continued;
    }
    if (cut->manifest) {
        const bool compacts = wantedKind(context.params()) == BackupKind::Synthetic;
        const nlohmann::json state = {{"manifest", cut->manifest->id}, {"mark", ""}};
        ISO_TRY(context.checkpoint(compacts && !cut->end ? kContinued : kCommitted, state.dump()));
        ISO_ASSIGN(const std::string summary, record(*cut->manifest, ""));
        continued.summary = std::to_string(cut->changes) + " changes as " +
                            formatBytes(cut->stored) + "; " + summary;
        continued.manifest = cut->manifest;
    }
    if (cut->end) {
        m_stores.log.warning("backup.chain_ended", cut->end->reason,
                             {{"shard", static_cast<std::int64_t>(place.record().id.get())},
                              {"after", formatLsn(cut->end->after)}});
        if (cut->end->leafGone && !isAttached(journal, place.layout())) {
            // Gone with its shard, or another leaf stands in its place by now.
            ISO_ASSIGN(continued.finished, shardIsGone(place.record().id, newest->id));
        }
        if (continued.finished) {
            continued.summary = "its history is complete: " + cut->end->reason;
            return continued;
        }
        continued.start = repository::ChainStart{cut->end->reason, cut->end->after};
    }
    return continued;
}

Result<bool> BackupHandler::shardIsGone(ShardId shard, const std::string& backup)
{
    ISO_TRY(m_stores.topology.refresh());
    const auto place = m_stores.topology.find(shard);
    if (!place.ok()) {
        return place.error().code == Code::NotFound ? Result<bool>(true)
                                                    : Result<bool>(place.error());
    }
    ISO_ASSIGN(const repository::Manifest manifest, m_ports.repository.loadManifest(backup));
    const auto& known = manifest.leaves;
    const std::vector<engine::LeafRef> leaves = place->layout().leaves;
    return std::all_of(leaves.begin(), leaves.end(), [&known](const engine::LeafRef& leaf) {
        return std::any_of(known.begin(), known.end(), [&leaf](const auto& before) {
            return before.objectId == leaf.objectId;
        });
    });
}

Result<std::optional<Increment>> BackupHandler::increment(jobs::JobContext& context,
                                                          journal::Journal& journal,
                                                          const std::string& previous, Lsn upTo)
{
    ISO_ASSIGN(const topology::ShardPlace place, m_stores.topology.find(context.shards().at(0)));
    ISO_ASSIGN(const repository::Manifest before, m_ports.repository.loadManifest(previous));
    const auto tablesNow = [&]() -> Result<std::vector<TableSchema>> {
        ISO_ASSIGN(engine::KeyspaceLayout now,
                   m_ports.engine.describeKeyspace(place.keyspace->stored.spec));
        return std::move(now.tables);
    };
    const auto shards = shardsByLeaf(m_stores.topology);
    const IncrementRequest request{before, upTo, tablesNow,
                                   [&shards](std::uint64_t leaf) {
                                       const auto found = shards.find(leaf);
                                       return found == shards.end() ? std::nullopt
                                                                    : std::optional(found->second);
                                   },
                                   sequences()};
    auto cut =
        cutIncrement({journal, m_ports.repository, m_ports.clock}, request, context.stopToken());
    if (!cut.ok() && cannotContinue(cut.error())) {
        m_stores.log.info("backup.not_incremental", cut.error().text(),
                          {{"shard", static_cast<std::int64_t>(place.record().id.get())}});
        return std::optional<Increment>();
    }
    ISO_ASSIGN(Increment done, std::move(cut));
    return std::optional(std::move(done));
}

Result<std::string> BackupHandler::compact(jobs::JobContext& context,
                                           const topology::ShardPlace& place,
                                           const repository::Manifest& from)
{
    if (!from.hasDeltas()) {
        return std::string("unchanged since its base: nothing to compact");
    }
    context.setPhase("compact");
    context.setTotalBytes(from.rawBytes().get());
    repository::SyntheticOptions options;
    options.compressionLevel = m_settings.compressionLevel;
    options.onWritten = [&context](ByteCount bytes, std::uint64_t rows) {
        context.addProgress(bytes.get(), rows);
    };
    auto written = repository::writeSyntheticFull(m_ports.repository, from, options, m_ports.clock,
                                                  context.stopToken());
    if (!written.ok() && written.error().code == Code::DataLoss) {
        // The rows still are in the database: a whole chain from here on is worth more.
        m_stores.log.warning(
            "backup.not_synthetic", written.error().text(),
            {{"shard", static_cast<std::int64_t>(place.record().id.get())}, {"manifest", from.id}});
        return runFull(context, place, std::nullopt);
    }
    ISO_ASSIGN(const repository::Manifest manifest, std::move(written));
    const nlohmann::json state = {{"manifest", manifest.id}, {"mark", ""}};
    ISO_TRY(context.checkpoint(kCommitted, state.dump()));
    ISO_ASSIGN(const std::string summary, record(manifest, ""));
    return "compacted " + std::to_string(from.deltas()) + " deltas; " + summary;
}

void BackupHandler::tryToBridge(jobs::JobContext& context, const repository::Manifest& full)
{
    if (full.kind != BackupKind::Full || full.sinceDatabase > 0 || full.chainStart) {
        return;
    }
    if (const Status closed = bridgeTo(context, full); !closed.ok()) {
        m_stores.log.warning(
            "backup.chain_not_bridged", closed.error().text(),
            {{"shard", static_cast<std::int64_t>(full.shard.get())}, {"manifest", full.id}});
    }
}

Status BackupHandler::bridgeTo(jobs::JobContext& context, const repository::Manifest& full)
{
    journal::Journal* const journal = m_stores.journal ? m_stores.journal() : nullptr;
    ISO_ASSIGN(const auto before,
               m_stores.backups.newest(full.shard, full.asOf - std::chrono::microseconds(1)));
    if (journal == nullptr || !before || before->lsn >= full.lsn ||
        !waitForPosition(*journal, Lsn(full.lsn.get() + 1), context.stopToken())) {
        return {};
    }
    context.setPhase("continue the chain before");
    ISO_ASSIGN(const std::optional<Increment> cut,
               increment(context, *journal, before->id, full.lsn));
    return cut && cut->manifest ? m_stores.backups.put(recordOf(*cut->manifest, m_settings.tier))
                                : Status();
}

Result<std::string> BackupHandler::runFull(jobs::JobContext& context,
                                           const topology::ShardPlace& place,
                                           std::optional<repository::ChainStart> start)
{
    ISO_ASSIGN(ShardBackupRequest request, requestFor(place));
    request.chainStart = std::move(start);
    // Before the snapshot: what it has counted is in the backup for certain.
    const std::string mark = m_stores.changes.mark(place.layout().leaves).value_or("");
    BackupProgress progress;
    progress.onPhase = [&context](std::string_view phase) { context.setPhase(std::string(phase)); };
    progress.onRead = [&context](ByteCount bytes, std::uint64_t rows) {
        context.addProgress(bytes.get(), rows);
    };
    context.setTotalBytes(place.layout().size.get());
    ISO_ASSIGN(const repository::Manifest manifest,
               backUpShard(m_ports, place.keyspace->layout, place.layout(), request, progress,
                           context.stopToken()));
    const nlohmann::json state = {{"manifest", manifest.id}, {"mark", mark}};
    ISO_TRY(context.checkpoint(kCommitted, state.dump()));
    ISO_ASSIGN(std::string summary, record(manifest, mark));
    tryToBridge(context, manifest);
    return summary;
}

std::vector<SequenceValue> BackupHandler::sequences() const
{
    return m_stores.sequences ? m_stores.sequences() : std::vector<SequenceValue>();
}

jobs::Recovery BackupHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> BackupHandler::resume(jobs::JobContext& context)
{
    const auto checkpoint = context.lastCheckpoint();
    if (!checkpoint || (checkpoint->step != kCommitted && checkpoint->step != kContinued)) {
        return run(context);
    }
    const nlohmann::json state = nlohmann::json::parse(checkpoint->state, nullptr, false);
    if (state.is_discarded()) {
        return makeError(Code::Internal, "the job's state cannot be read");
    }
    ISO_ASSIGN(const repository::Manifest manifest,
               m_ports.repository.loadManifest(state.value("manifest", "")));
    ISO_ASSIGN(std::string summary, record(manifest, state.value("mark", "")));
    if (checkpoint->step == kContinued) {
        ISO_ASSIGN(const topology::ShardPlace place,
                   m_stores.topology.find(context.shards().at(0)));
        return compact(context, place, manifest);
    }
    tryToBridge(context, manifest);
    return summary;
}

Status BackupHandler::rollBack(jobs::JobContext& /*context*/)
{
    return {}; // unfinished runs are deleted by their writers, or as garbage when the agent starts
}

Result<ShardBackupRequest> BackupHandler::requestFor(const topology::ShardPlace& place)
{
    ISO_ASSIGN(const engine::ClusterIdentity identity, m_ports.engine.identify());
    ISO_ASSIGN(const auto previous, m_stores.backups.newest(place.record().id, std::nullopt));
    ShardBackupRequest request;
    request.clusterName = m_settings.clusterName;
    request.clusterSystemId = identity.systemId;
    request.keyspace = place.record().keyspace;
    request.shard = place.record().id;
    request.parents = place.record().parents;
    request.previousManifest = previous ? previous->id : "";
    request.compressionLevel = m_settings.compressionLevel;
    request.readers = m_settings.readersPerShard;
    request.sequences = sequences();
    return request;
}

Result<std::string> BackupHandler::record(const repository::Manifest& manifest,
                                          const std::string& mark)
{
    const BackupRecord backup = recordOf(manifest, m_settings.tier);
    ISO_TRY(m_stores.backups.put(backup));
    metadata::ShardSchedule schedule;
    schedule.shard = manifest.shard;
    schedule.lastRun = manifest.started;
    std::vector<TableSchema> tables;
    for (const repository::ManifestTable& table : manifest.tables) {
        tables.push_back(table.schema);
    }
    schedule.changeMark = bindMark(mark, manifest.id, shapeOf(tables));
    ISO_TRY(m_stores.schedules.put(schedule));
    const std::string took = formatDuration(between(backup.started, backup.finished));
    m_stores.log.info("backup.finished", "backed up one shard",
                      {{"shard", static_cast<std::int64_t>(backup.shard.get())},
                       {"keyspace", backup.keyspace},
                       {"manifest", backup.id},
                       {"rows", static_cast<std::int64_t>(backup.rows)},
                       {"raw_bytes", static_cast<std::int64_t>(backup.rawBytes.get())},
                       {"stored_bytes", static_cast<std::int64_t>(backup.storedBytes.get())},
                       {"took", took}});
    return std::to_string(backup.rows) + " rows, " + formatBytes(backup.rawBytes) + " as " +
           formatBytes(backup.storedBytes) + " in " + took;
}

} // namespace isotherm::backup
