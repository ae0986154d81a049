// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_recovery.h"

#include "shared/proto/convert_helpers.h"

namespace isotherm::proto
{

using namespace detail;

v1::RecoveryRequest toProto(const RecoveryRequest& request)
{
    v1::RecoveryRequest message;
    message.set_mode(putEnum<v1::RecoveryMode>(request.mode));
    if (request.job) {
        message.set_job(request.job->get());
    }
    message.set_plan_id(validUtf8(request.planId));
    message.set_target(validUtf8(request.target));
    message.set_choice(putEnum<v1::RowChoice>(request.choice));
    for (const std::uint64_t number : request.picked) {
        message.add_picked(number);
    }
    message.set_conflicts(putEnum<v1::ConflictRule>(request.conflicts));
    message.set_triggers(putEnum<v1::TriggerRule>(request.triggers));
    return message;
}

RecoveryRequest fromProto(const v1::RecoveryRequest& message)
{
    RecoveryRequest request;
    request.mode = takeEnum<RecoveryMode>(message.mode());
    if (message.has_job()) {
        request.job = JobId(message.job());
    }
    request.planId = message.plan_id();
    request.target = message.target();
    request.choice = takeEnum<RowChoice>(message.choice());
    request.picked.assign(message.picked().begin(), message.picked().end());
    request.conflicts = takeEnum<ConflictRule>(message.conflicts());
    request.triggers = takeEnum<TriggerRule>(message.triggers());
    return request;
}

namespace
{

v1::RecoveryStep stepToProto(const RecoveryStep& step)
{
    v1::RecoveryStep message;
    message.set_shard(step.shard.get());
    message.set_table(validUtf8(step.table));
    message.set_inserts(step.inserts);
    message.set_updates(step.updates);
    message.set_deletes(step.deletes);
    message.set_lost(step.lost);
    putStrings(message.mutable_sql(), step.sql);
    return message;
}

RecoveryStep stepFromProto(const v1::RecoveryStep& message)
{
    return {.shard = ShardId(message.shard()),
            .table = message.table(),
            .inserts = message.inserts(),
            .updates = message.updates(),
            .deletes = message.deletes(),
            .lost = message.lost(),
            .sql = takeStrings(message.sql())};
}

v1::RecoveredTable tableToProto(const RecoveredTable& table)
{
    v1::RecoveredTable message;
    message.set_shard(table.shard.get());
    message.set_table(validUtf8(table.table));
    message.set_inserted(table.inserted);
    message.set_updated(table.updated);
    message.set_deleted(table.deleted);
    message.set_already(table.already);
    message.set_skipped(table.skipped);
    message.set_rows(table.rows);
    message.set_checksum(validUtf8(table.checksum));
    message.set_kept(validUtf8(table.kept));
    return message;
}

RecoveredTable tableFromProto(const v1::RecoveredTable& message)
{
    return {.shard = ShardId(message.shard()),
            .table = message.table(),
            .inserted = message.inserted(),
            .updated = message.updated(),
            .deleted = message.deleted(),
            .already = message.already(),
            .skipped = message.skipped(),
            .rows = message.rows(),
            .checksum = message.checksum(),
            .kept = message.kept()};
}

} // namespace

v1::RecoveryPlan toProto(const RecoveryPlan& plan)
{
    v1::RecoveryPlan message;
    message.set_id(validUtf8(plan.id));
    *message.mutable_request() = toProto(plan.request);
    message.set_made_micros(toUnixMicros(plan.made));
    message.set_title(validUtf8(plan.title));
    message.set_confirm_name(validUtf8(plan.confirmName));
    for (const RecoveryStep& step : plan.steps) {
        *message.add_steps() = stepToProto(step);
    }
    putStrings(message.mutable_warnings(), plan.warnings);
    return message;
}

RecoveryPlan fromProto(const v1::RecoveryPlan& message)
{
    RecoveryPlan plan;
    plan.id = message.id();
    plan.request = fromProto(message.request());
    plan.made = fromUnixMicros(message.made_micros());
    plan.title = message.title();
    plan.confirmName = message.confirm_name();
    for (const v1::RecoveryStep& step : message.steps()) {
        plan.steps.push_back(stepFromProto(step));
    }
    plan.warnings = takeStrings(message.warnings());
    return plan;
}

v1::RecoveryReceipt toProto(const RecoveryReceipt& receipt)
{
    v1::RecoveryReceipt message;
    message.set_job(receipt.job.get());
    message.set_plan_id(validUtf8(receipt.planId));
    message.set_mode(putEnum<v1::RecoveryMode>(receipt.mode));
    message.set_started_micros(toUnixMicros(receipt.started));
    message.set_finished_micros(toUnixMicros(receipt.finished));
    for (const RecoveredTable& table : receipt.tables) {
        *message.add_tables() = tableToProto(table);
    }
    putStrings(message.mutable_conflicts(), receipt.conflicts);
    putStrings(message.mutable_notes(), receipt.notes);
    message.set_verified(receipt.verified);
    if (receipt.undoOf) {
        message.set_undo_of(receipt.undoOf->get());
    }
    if (receipt.undoneBy) {
        message.set_undone_by(receipt.undoneBy->get());
    }
    if (receipt.undoUntil) {
        message.set_undo_until_micros(toUnixMicros(*receipt.undoUntil));
    }
    return message;
}

RecoveryReceipt fromProto(const v1::RecoveryReceipt& message)
{
    RecoveryReceipt receipt;
    receipt.job = JobId(message.job());
    receipt.planId = message.plan_id();
    receipt.mode = takeEnum<RecoveryMode>(message.mode());
    receipt.started = fromUnixMicros(message.started_micros());
    receipt.finished = fromUnixMicros(message.finished_micros());
    for (const v1::RecoveredTable& table : message.tables()) {
        receipt.tables.push_back(tableFromProto(table));
    }
    receipt.conflicts = takeStrings(message.conflicts());
    receipt.notes = takeStrings(message.notes());
    receipt.verified = message.verified();
    if (message.has_undo_of()) {
        receipt.undoOf = JobId(message.undo_of());
    }
    if (message.has_undone_by()) {
        receipt.undoneBy = JobId(message.undone_by());
    }
    if (message.has_undo_until_micros()) {
        receipt.undoUntil = fromUnixMicros(message.undo_until_micros());
    }
    return receipt;
}

} // namespace isotherm::proto
