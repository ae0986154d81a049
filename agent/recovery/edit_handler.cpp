// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_handler.h"

#include "agent/recovery/edit_progress.h"
#include "agent/recovery/patience.h"
#include "agent/recovery/recovery_jobs.h"

#include <algorithm>
#include <utility>

namespace isotherm::recovery
{
namespace
{

constexpr const char* kCommitting = "committing";
constexpr const char* kWritten = "written";
constexpr std::size_t kShownConflicts = 100;

engine::EditRules rulesOf(const RecoveryRequest& request)
{
    return {static_cast<engine::OnConflict>(request.conflicts),
            static_cast<engine::UserTriggers>(request.triggers)};
}

std::string summary(const RecoveryReceipt& receipt)
{
    RecoveredTable all;
    for (const RecoveredTable& table : receipt.tables) {
        all.inserted += table.inserted;
        all.updated += table.updated;
        all.deleted += table.deleted;
        all.already += table.already;
        all.skipped += table.skipped;
    }
    std::string text = std::to_string(all.inserted) + " rows inserted, " +
                       std::to_string(all.updated) + " updated";
    if (all.deleted > 0) {
        text += ", " + std::to_string(all.deleted) + " deleted";
    }
    if (all.already > 0) {
        text += ", " + std::to_string(all.already) + " as wanted already";
    }
    return all.skipped > 0 ? text + ", " + std::to_string(all.skipped) + " conflicts skipped"
                           : text;
}

} // namespace

struct EditHandler::Progress : EditProgress
{
};

Result<std::string> EditHandler::run(jobs::JobContext& context)
{
    Progress progress;
    progress.started = m_parts.clock.wallNow();
    return goOn(context, std::move(progress));
}

jobs::Recovery EditHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> EditHandler::resume(jobs::JobContext& context)
{
    const auto checkpoint = context.lastCheckpoint();
    if (!checkpoint) {
        return run(context);
    }
    ISO_ASSIGN(EditProgress decoded, decodeProgress(checkpoint->state));
    Progress progress{std::move(decoded)};
    ISO_TRY(settle(context, progress));
    return goOn(context, std::move(progress));
}

Status EditHandler::settle(jobs::JobContext& context, Progress& progress)
{
    if (!progress.pending) {
        return {};
    }
    ISO_ASSIGN(const auto editing, m_parts.engine.openRowEditing());
    engine::TransactionOutcome outcome = engine::TransactionOutcome::Running;
    ISO_TRY(patiently(context.stopToken(), [&]() -> Status {
        ISO_ASSIGN(outcome, editing->transactionOutcome(progress.pending->transaction));
        return outcome == engine::TransactionOutcome::Running
                   ? Status(makeError(Code::Unavailable,
                                      "transaction " +
                                          std::to_string(progress.pending->transaction) +
                                          " of an interrupted attempt still runs",
                                      "end its session: pg_terminate_backend"))
                   : Status();
    }));
    if (outcome == engine::TransactionOutcome::Committed) {
        progress.done.push_back(std::move(progress.pending->outcome));
    }
    progress.pending.reset();
    return context.checkpoint(kWritten, encodeProgress(progress));
}

Result<std::string> EditHandler::goOn(jobs::JobContext& context, Progress progress)
{
    ISO_ASSIGN(const RecoveryPlan plan, m_parts.recoveries.plan(planOf(context)));
    ISO_ASSIGN(const EditSelection selection,
               selectEdits(plan.request, m_parts.files, m_parts.recoveries));
    context.setProgress(0, 0);
    while (progress.done.size() < selection.shards.size()) {
        ISO_TRY(writeShard(context, plan, selection, progress));
    }
    return finish(context, plan, progress);
}

Status EditHandler::writeShard(jobs::JobContext& context, const RecoveryPlan& plan,
                               const EditSelection& selection, Progress& progress)
{
    const std::size_t index = progress.done.size();
    context.setPhase("write shard " + std::to_string(selection.shards[index].shard.get()));
    ISO_ASSIGN(const auto editing, m_parts.engine.openRowEditing());
    EditRun run({.editing = *editing,
                 .files = m_parts.files,
                 .stop = context.stopToken(),
                 .onWritten = [&context](std::uint64_t rows) { context.addProgress(0, rows); }},
                selection, rulesOf(plan.request));
    ISO_ASSIGN(PreparedEdit edit, run.prepare(index, context.id()));
    progress.pending = PendingEdit{edit.id, std::move(edit.outcome)};
    ISO_TRY(context.checkpoint(kCommitting, encodeProgress(progress)));
    const Status committed = edit.transaction->commit();
    if (!committed.ok()) { // perhaps it was, and the answer was lost
        edit.transaction.reset();
        ISO_TRY(settle(context, progress));
        return progress.done.size() > index ? Status() : committed;
    }
    progress.done.push_back(std::move(progress.pending->outcome));
    progress.pending.reset();
    return context.checkpoint(kWritten, encodeProgress(progress));
}

Result<std::string> EditHandler::finish(jobs::JobContext& context, const RecoveryPlan& plan,
                                        const Progress& progress)
{
    RecoveryReceipt receipt;
    receipt.job = context.id();
    receipt.planId = plan.id;
    receipt.mode = plan.request.mode;
    receipt.started = progress.started;
    receipt.finished = m_parts.clock.wallNow();
    receipt.undoUntil = receipt.finished + m_parts.files.limits().keep;
    std::uint64_t altered = 0;
    for (const EditOutcome& outcome : progress.done) {
        receipt.tables.insert(receipt.tables.end(), outcome.tables.begin(), outcome.tables.end());
        for (const std::string& conflict : outcome.conflicts) {
            if (receipt.conflicts.size() < kShownConflicts) {
                receipt.conflicts.push_back(conflict);
            }
        }
        altered += outcome.altered;
    }
    receipt.verified = altered == 0;
    if (altered > 0) {
        receipt.notes.push_back(std::to_string(altered) +
                                " rows are not what was wanted: triggers changed them");
    }
    if (plan.request.mode == RecoveryMode::Undo) {
        receipt.undoOf = plan.request.job;
        ISO_ASSIGN(RecoveryReceipt undone, m_parts.recoveries.receipt(*plan.request.job));
        undone.undoneBy = context.id();
        ISO_TRY(m_parts.recoveries.putReceipt(undone));
    }
    ISO_TRY(m_parts.recoveries.putReceipt(receipt));
    m_parts.log.info("recovery.finished", summary(receipt),
                     {{"job", static_cast<std::int64_t>(context.id().get())},
                      {"plan", receipt.planId},
                      {"mode", std::string(recoveryModeName(receipt.mode))}});
    return summary(receipt);
}

Status EditHandler::rollBack(jobs::JobContext& context)
{
    const auto checkpoint = context.lastCheckpoint();
    if (!checkpoint) {
        m_parts.files.removeUndo(context.id());
        return {}; // nothing was committed
    }
    ISO_ASSIGN(EditProgress decoded, decodeProgress(checkpoint->state));
    Progress progress{std::move(decoded)};
    ISO_TRY(settle(context, progress));
    EditSelection selection;
    selection.chosen = [](const EditRecord&) { return true; };
    for (std::size_t index = 0; index < progress.done.size(); ++index) {
        ISO_ASSIGN(ShardEdits edits, undoOf(m_parts.files, context.id(), index));
        selection.shards.push_back(std::move(edits));
    }
    ISO_ASSIGN(const auto editing, m_parts.engine.openRowEditing());
    const auto plan = m_parts.recoveries.plan(planOf(context));
    const engine::EditRules rules{engine::OnConflict::Skip, plan.ok()
                                                                ? rulesOf(plan->request).triggers
                                                                : engine::UserTriggers::Silent};
    EditRun run({.editing = *editing,
                 .files = m_parts.files,
                 .stop = context.stopToken(),
                 .onWritten = [](std::uint64_t) {}},
                selection, rules);
    for (std::size_t index = selection.shards.size(); index > 0; --index) {
        // Done twice it changes nothing the second time: what is as wanted is left alone.
        ISO_TRY(patiently(context.stopToken(), [&]() -> Status {
            ISO_ASSIGN(const PreparedEdit edit, run.prepare(index - 1, std::nullopt));
            for (const std::string& conflict : edit.outcome.conflicts) {
                m_parts.log.warning("recovery.row_left",
                                    "a row was changed by others since it was "
                                    "written, and stays: " +
                                        conflict.substr(0, conflict.find(' ')));
            }
            return edit.transaction->commit();
        }));
    }
    m_parts.files.removeUndo(context.id());
    return {};
}

} // namespace isotherm::recovery
