// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/replace_handler.h"

#include "agent/engine/row_edit.h"
#include "agent/metadata/recovery_json.h"
#include "agent/recovery/live_view.h"
#include "agent/recovery/patience.h"
#include "agent/recovery/recovery_jobs.h"
#include "agent/repository/row_checksum.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>
#include <utility>

namespace isotherm::recovery
{
namespace
{

constexpr const char* kSwapping = "swapping";
constexpr auto kKeptFor = std::chrono::hours(24 * 365); // kept until it is dropped by hand

/// What a checkpoint holds: the receipt as it will be, and the transaction that makes it true.
std::string encodeState(std::uint64_t transaction, const RecoveryReceipt& receipt)
{
    return nlohmann::json({{"transaction", transaction}, {"receipt", metadata::toJson(receipt)}})
        .dump();
}

struct State
{
    std::uint64_t transaction = 0;
    RecoveryReceipt receipt;
};

Result<State> decodeState(const std::string& text)
{
    const nlohmann::json value = nlohmann::json::parse(text, nullptr, false);
    if (!value.is_object() || !value.contains("transaction") || !value.contains("receipt")) {
        return makeError(Code::Internal, "the job's checkpoint cannot be read");
    }
    State state;
    state.transaction = value.value("transaction", std::uint64_t{0});
    ISO_ASSIGN(state.receipt, metadata::recoveryReceiptFromJson(value.value("receipt", "")));
    return state;
}

/// Rows of then into the fresh table; their checksum.
Result<repository::RowChecksum> load(RowSource& rows, engine::RowSink& sink,
                                     jobs::JobContext& context)
{
    repository::RowChecksum checksum;
    RowBatch batch;
    for (;;) {
        if (context.stopToken().stop_requested()) {
            return makeError(Code::Cancelled, "the replace was cancelled");
        }
        ISO_TRY(rows.next(batch));
        if (batch.rowCount() == 0) {
            break;
        }
        ISO_TRY(sink.write(batch));
        checksum.add(batch);
        context.addProgress(batch.bytes.size(), batch.rowCount());
    }
    ISO_ASSIGN(const std::uint64_t taken, sink.finish());
    if (taken != checksum.rows()) {
        return makeError(Code::Internal, "the database took " + std::to_string(taken) + " of " +
                                             std::to_string(checksum.rows()) + " rows");
    }
    return checksum;
}

std::vector<ShardId> shardsOf(const RecoveryReceipt& receipt)
{
    std::vector<ShardId> shards;
    for (const RecoveredTable& table : receipt.tables) {
        if (std::find(shards.begin(), shards.end(), table.shard) == shards.end()) {
            shards.push_back(table.shard);
        }
    }
    return shards;
}

} // namespace

/// One attempt at a swap.
struct ReplaceHandler::Work
{
    RecoveryPlan plan;
    metadata::StoredPlan restore;
    std::shared_ptr<const topology::KeyspaceView> keyspace;
    std::shared_ptr<engine::LeafSwapping> swapping;
    std::vector<engine::SwapPair> pairs;
    RecoveryReceipt receipt;
};

Result<ReplaceHandler::Work> ReplaceHandler::begin(jobs::JobContext& context) const
{
    Work work;
    ISO_ASSIGN(work.plan, m_parts.recoveries.plan(planOf(context)));
    if (work.plan.request.mode == RecoveryMode::Replace) {
        ISO_ASSIGN(const RowDiff diff, m_parts.recoveries.diff(*work.plan.request.job));
        ISO_ASSIGN(work.restore, m_parts.restores.plan(diff.planId));
    }
    // What has to be typed for either is the keyspace's name.
    ISO_ASSIGN(work.keyspace, liveView(m_parts.topology, work.plan.confirmName));
    ISO_ASSIGN(work.swapping, m_parts.engine.openLeafSwapping());
    work.receipt.job = context.id();
    work.receipt.planId = work.plan.id;
    work.receipt.mode = work.plan.request.mode;
    work.receipt.started = m_parts.clock.wallNow();
    return work;
}

Result<std::string> ReplaceHandler::run(jobs::JobContext& context)
{
    context.setPhase("prepare");
    ISO_ASSIGN(Work work, begin(context));
    const bool back = work.plan.request.mode == RecoveryMode::Undo;
    if (back) {
        ISO_TRY(prepareBack(context, work));
    } else {
        ISO_TRY(dropFresh(context, work));
        ISO_TRY(fill(context, work));
    }
    ISO_TRY(swap(context, work, back ? engine::SwapKind::Back : engine::SwapKind::Fresh));
    return finish(context, std::move(work.receipt));
}

Status ReplaceHandler::fill(jobs::JobContext& context, Work& work) const
{
    ISO_ASSIGN(const auto steps, restore::decodeSteps(work.restore.details));
    ThenTables then(m_parts.repository, work.keyspace->layout);
    ISO_TRY(then.open(steps));
    ISO_ASSIGN(const std::vector<Replacement> replacements,
               replacementsOf(*work.keyspace, then.tables()));
    context.setProgress(0, 0);
    context.setTotalBytes(then.bytes().get());
    for (const Replacement& replacement : replacements) {
        ISO_TRY(fillOne(context, work, then.tables()[replacement.table], replacement));
    }
    return {};
}

Status ReplaceHandler::fillOne(jobs::JobContext& context, Work& work, const ThenTable& then,
                               const Replacement& replacement) const
{
    const engine::FreshLeaf fresh = freshFor(replacement.leaf, context.id());
    ISO_TRY(work.swapping->create(fresh));
    context.setPhase("copy rows of " + replacement.leaf.name);
    ISO_ASSIGN(const auto target, m_parts.engine.openRestoreTarget());
    repository::RowChecksum expected;
    for (const KeyRange& range : replacement.ranges) {
        ISO_ASSIGN(const auto sink, target->openSink(fresh.table, then.schema));
        const auto rows = then.rows(range, context.stopToken());
        ISO_ASSIGN(const repository::RowChecksum part, load(*rows, *sink, context));
        expected.merge(part);
    }
    context.setPhase("build indexes of " + replacement.leaf.name);
    ISO_TRY(work.swapping->complete(fresh));
    context.setPhase("verify " + replacement.leaf.name);
    ISO_ASSIGN(const auto back, target->readBack(fresh.table, then.schema, context.stopToken()));
    repository::RowChecksum found;
    RowBatch batch;
    do {
        ISO_TRY(back->next(batch));
        found.add(batch);
    } while (batch.rowCount() > 0);
    if (found != expected) {
        return makeError(Code::DataLoss,
                         "the rows of " + fresh.table.name + " are not those of the backup",
                         "run isothermctl backups verify, then try again");
    }
    work.pairs.push_back(pairFor(replacement.leaf, fresh.table.name, context.id()));
    work.receipt.tables.push_back(
        {.shard = replacement.shard,
         .table = replacement.leaf.schema + "." + replacement.leaf.name,
         .rows = found.rows(),
         .checksum = found.hex(),
         .kept = replacement.leaf.schema + "." + work.pairs.back().keptName});
    return {};
}

Status ReplaceHandler::prepareBack(jobs::JobContext& context, Work& work) const
{
    ISO_ASSIGN(const RecoveryReceipt undone, m_parts.recoveries.receipt(*work.plan.request.job));
    ISO_ASSIGN(work.pairs, pairsBack(undone, *work.keyspace, context.id()));
    work.receipt.undoOf = undone.job;
    work.receipt.tables = undone.tables;
    for (std::size_t i = 0; i < work.pairs.size(); ++i) {
        ISO_TRY(work.swapping->prepareBack(work.pairs[i]));
        work.receipt.tables[i].rows = 0; // as it was kept: not counted
        work.receipt.tables[i].checksum.clear();
        work.receipt.tables[i].kept = work.pairs[i].out.schema + "." + work.pairs[i].keptName;
    }
    return {};
}

/// Whose snapshot is older than the new rows would find the leaf empty, and not say so.
Status ReplaceHandler::waitForSnapshots(jobs::JobContext& context, Work& work) const
{
    context.setPhase("wait for old transactions");
    ISO_ASSIGN(const std::uint64_t next, work.swapping->nextTransaction());
    return patiently(context.stopToken(), [&]() -> Status {
        if (context.stopToken().stop_requested()) {
            return makeError(Code::Cancelled, "the replace was cancelled");
        }
        ISO_ASSIGN(const auto holders, work.swapping->oldSnapshots(next));
        return holders.empty()
                   ? Status()
                   : Status(makeError(Code::Unavailable,
                                      holders.front() + " would see an empty range after the swap",
                                      "let it end, then try again"));
    });
}

Status ReplaceHandler::swap(jobs::JobContext& context, Work& work, engine::SwapKind kind) const
{
    constexpr int kTries = 400;
    ISO_TRY(waitForSnapshots(context, work));
    context.setPhase("swap");
    work.receipt.verified = true;
    work.receipt.finished = m_parts.clock.wallNow();
    work.receipt.undoUntil = work.receipt.finished + kKeptFor;
    std::mt19937 random(static_cast<unsigned>(context.id().get()));
    for (int attempt = 1;; ++attempt) {
        if (context.stopToken().stop_requested()) {
            return makeError(Code::Cancelled, "the replace was cancelled");
        }
        auto locked = work.swapping->swap(work.pairs, kind);
        if (locked.ok()) {
            const std::uint64_t transaction = (*locked)->transactionId();
            ISO_TRY(context.checkpoint(kSwapping, encodeState(transaction, work.receipt)));
            const Status committed = (*locked)->commit();
            if (committed.ok()) {
                return {};
            }
            locked->reset(); // perhaps it was committed, and the answer was lost
            ISO_ASSIGN(const bool done, wasCommitted(context, transaction));
            return done ? Status() : committed;
        }
        if (locked.error().code != Code::DeadlineExceeded || attempt == kTries) {
            return locked.error();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 200));
    }
}

Result<bool> ReplaceHandler::wasCommitted(const jobs::JobContext& context,
                                          std::uint64_t transaction) const
{
    ISO_ASSIGN(const auto editing, m_parts.engine.openRowEditing());
    engine::TransactionOutcome outcome = engine::TransactionOutcome::Running;
    ISO_TRY(patiently(context.stopToken(), [&]() -> Status {
        ISO_ASSIGN(outcome, editing->transactionOutcome(transaction));
        return outcome == engine::TransactionOutcome::Running
                   ? Status(makeError(Code::Unavailable, "the swap's transaction still runs",
                                      "end its session: pg_terminate_backend"))
                   : Status();
    }));
    return outcome == engine::TransactionOutcome::Committed;
}

jobs::Recovery ReplaceHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> ReplaceHandler::resume(jobs::JobContext& context)
{
    const auto checkpoint = context.lastCheckpoint();
    if (!checkpoint) {
        return run(context);
    }
    ISO_ASSIGN(State state, decodeState(checkpoint->state));
    ISO_ASSIGN(const bool swapped, wasCommitted(context, state.transaction));
    return swapped ? finish(context, std::move(state.receipt)) : run(context);
}

Status ReplaceHandler::dropFresh(const jobs::JobContext& context, const Work& work) const
{
    ISO_ASSIGN(const auto target, m_parts.engine.openRestoreTarget());
    std::vector<std::string> schemas;
    for (const engine::ShardLayout& shard : work.keyspace->layout.shards) {
        for (const engine::LeafRef& leaf : shard.leaves) {
            if (std::find(schemas.begin(), schemas.end(), leaf.schema) == schemas.end()) {
                schemas.push_back(leaf.schema);
            }
        }
    }
    for (const std::string& schema : schemas) {
        ISO_ASSIGN(const auto tables, target->listStaging(schema, freshMark(context.id())));
        for (const engine::StagingTable& table : tables) {
            ISO_TRY(target->dropTable(table));
        }
    }
    return {};
}

Result<std::string> ReplaceHandler::finish(jobs::JobContext& context, RecoveryReceipt receipt) const
{
    context.setPhase("finish");
    if (receipt.undoOf) {
        ISO_ASSIGN(RecoveryReceipt undone, m_parts.recoveries.receipt(*receipt.undoOf));
        undone.undoneBy = receipt.job;
        ISO_TRY(m_parts.recoveries.putReceipt(undone));
    }
    receipt.notes.push_back("rows written since then stay in the tables that were kept");
    ISO_TRY(m_parts.recoveries.putReceipt(receipt));
    m_parts.onSwapped(shardsOf(receipt));
    std::string kept;
    for (const RecoveredTable& table : receipt.tables) {
        kept += (kept.empty() ? "" : ", ") + table.kept;
    }
    m_parts.log.info(
        "recovery.swapped", "leaves were swapped; the old ones are kept as " + kept,
        {{"job", static_cast<std::int64_t>(receipt.job.get())}, {"plan", receipt.planId}});
    return "swapped " + std::to_string(receipt.tables.size()) + " partitions; kept: " + kept;
}

Status ReplaceHandler::rollBack(jobs::JobContext& context)
{
    const auto checkpoint = context.lastCheckpoint();
    if (checkpoint) {
        ISO_ASSIGN(State state, decodeState(checkpoint->state));
        ISO_ASSIGN(const bool swapped, wasCommitted(context, state.transaction));
        if (swapped) { // too late: it is done, and can be undone as such
            const auto done = finish(context, std::move(state.receipt));
            return done.ok() ? Status() : Status(done.error());
        }
    }
    return patiently(context.stopToken(), [&]() -> Status {
        auto work = begin(context);
        if (!work.ok()) {
            return work.error().code == Code::NotFound ? Status() : Status(work.error());
        }
        return dropFresh(context, *work);
    });
}

} // namespace isotherm::recovery
