// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_helpers.h"

namespace isotherm::proto
{

using namespace detail;

v1::RestoreRequest toProto(const RestoreRequest& request)
{
    v1::RestoreRequest message;
    message.set_keyspace(validUtf8(request.keyspace));
    putStrings(message.mutable_tables(), request.tables);
    message.set_predicate(validUtf8(request.predicate));
    putIds(message.mutable_shards(), request.shards);
    if (request.at) {
        message.set_at_micros(toUnixMicros(*request.at));
    }
    message.set_side_schema(validUtf8(request.sideSchema));
    if (request.lsn) {
        message.set_lsn(request.lsn->get());
    }
    if (request.beforeTransaction) {
        message.set_before_transaction(*request.beforeTransaction);
    }
    return message;
}

RestoreRequest fromProto(const v1::RestoreRequest& message)
{
    RestoreRequest request;
    request.keyspace = message.keyspace();
    request.tables = takeStrings(message.tables());
    request.predicate = message.predicate();
    request.shards = takeIds<ShardId>(message.shards());
    if (message.has_at_micros()) {
        request.at = fromUnixMicros(message.at_micros());
    }
    request.sideSchema = message.side_schema();
    if (message.has_lsn()) {
        request.lsn = Lsn(message.lsn());
    }
    if (message.has_before_transaction()) {
        request.beforeTransaction = message.before_transaction();
    }
    return request;
}

namespace
{

v1::RestorePlanPart partToProto(const RestorePlanPart& part)
{
    v1::RestorePlanPart message;
    message.set_shard(part.shard.get());
    message.set_range_text(validUtf8(part.rangeText));
    message.set_table(validUtf8(part.table));
    message.set_backup_id(validUtf8(part.backupId));
    message.set_as_of_micros(toUnixMicros(part.asOf));
    message.set_lsn(part.lsn.get());
    message.set_runs(part.runs);
    message.set_rows(part.rows);
    message.set_bytes_to_read(part.bytesToRead.get());
    message.set_tier(validUtf8(part.tier));
    return message;
}

RestorePlanPart partFromProto(const v1::RestorePlanPart& message)
{
    RestorePlanPart part;
    part.shard = ShardId(message.shard());
    part.rangeText = message.range_text();
    part.table = message.table();
    part.backupId = message.backup_id();
    part.asOf = fromUnixMicros(message.as_of_micros());
    part.lsn = Lsn(message.lsn());
    part.runs = message.runs();
    part.rows = message.rows();
    part.bytesToRead = ByteCount(message.bytes_to_read());
    part.tier = message.tier();
    return part;
}

} // namespace

v1::RestorePlan toProto(const RestorePlan& plan)
{
    v1::RestorePlan message;
    message.set_id(validUtf8(plan.id));
    *message.mutable_request() = toProto(plan.request);
    message.set_made_micros(toUnixMicros(plan.made));
    for (const RestorePlanPart& part : plan.parts) {
        *message.add_parts() = partToProto(part);
    }
    putStrings(message.mutable_side_tables(), plan.sideTables);
    message.set_bytes_to_read(plan.bytesToRead.get());
    message.set_rows(plan.rows);
    if (plan.fastest) {
        message.set_fastest_millis(plan.fastest->count());
    }
    if (plan.slowest) {
        message.set_slowest_millis(plan.slowest->count());
    }
    putStrings(message.mutable_warnings(), plan.warnings);
    return message;
}

RestorePlan fromProto(const v1::RestorePlan& message)
{
    RestorePlan plan;
    plan.id = message.id();
    plan.request = fromProto(message.request());
    plan.made = fromUnixMicros(message.made_micros());
    for (const v1::RestorePlanPart& part : message.parts()) {
        plan.parts.push_back(partFromProto(part));
    }
    plan.sideTables = takeStrings(message.side_tables());
    plan.bytesToRead = ByteCount(message.bytes_to_read());
    plan.rows = message.rows();
    if (message.has_fastest_millis()) {
        plan.fastest = milliseconds(message.fastest_millis());
    }
    if (message.has_slowest_millis()) {
        plan.slowest = milliseconds(message.slowest_millis());
    }
    plan.warnings = takeStrings(message.warnings());
    return plan;
}

v1::RestoreReceipt toProto(const RestoreReceipt& receipt)
{
    v1::RestoreReceipt message;
    message.set_job(receipt.job.get());
    message.set_plan_id(validUtf8(receipt.planId));
    message.set_started_micros(toUnixMicros(receipt.started));
    message.set_finished_micros(toUnixMicros(receipt.finished));
    for (const RestoredTable& table : receipt.tables) {
        v1::RestoredTable* added = message.add_tables();
        added->set_source(validUtf8(table.source));
        added->set_side_table(validUtf8(table.sideTable));
        added->set_rows(table.rows);
        added->set_checksum(validUtf8(table.checksum));
        added->set_verified(table.verified);
    }
    message.set_bytes_read(receipt.bytesRead.get());
    message.set_verified(receipt.verified);
    return message;
}

RestoreReceipt fromProto(const v1::RestoreReceipt& message)
{
    RestoreReceipt receipt;
    receipt.job = JobId(message.job());
    receipt.planId = message.plan_id();
    receipt.started = fromUnixMicros(message.started_micros());
    receipt.finished = fromUnixMicros(message.finished_micros());
    for (const v1::RestoredTable& table : message.tables()) {
        receipt.tables.push_back({.source = table.source(),
                                  .sideTable = table.side_table(),
                                  .rows = table.rows(),
                                  .checksum = table.checksum(),
                                  .verified = table.verified()});
    }
    receipt.bytesRead = ByteCount(message.bytes_read());
    receipt.verified = message.verified();
    return receipt;
}

} // namespace isotherm::proto
