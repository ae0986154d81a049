// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_upkeep.h"

#include "shared/proto/convert_helpers.h"

namespace isotherm::proto
{

using namespace detail;

v1::ListScheduleAheadRequest toProto(const RotationQuery& query)
{
    v1::ListScheduleAheadRequest message;
    message.set_keyspace(validUtf8(query.keyspace));
    if (query.until) {
        message.set_until_micros(toUnixMicros(*query.until));
    }
    message.set_fulls_only(query.fullsOnly);
    message.set_limit(query.limit);
    return message;
}

RotationQuery fromProto(const v1::ListScheduleAheadRequest& message)
{
    RotationQuery query;
    query.keyspace = message.keyspace();
    if (message.has_until_micros()) {
        query.until = fromUnixMicros(message.until_micros());
    }
    query.fullsOnly = message.fulls_only();
    query.limit = message.limit();
    return query;
}

v1::PruneRequest toProto(const PruneRequest& request)
{
    v1::PruneRequest message;
    message.set_keyspace(validUtf8(request.keyspace));
    return message;
}

PruneRequest fromProto(const v1::PruneRequest& message)
{
    return {message.keyspace()};
}

v1::PrunePlan toProto(const PrunePlan& plan)
{
    v1::PrunePlan message;
    for (const PruneEntry& entry : plan.entries) {
        v1::PruneEntry* const added = message.add_entries();
        *added->mutable_backup() = toProto(entry.backup);
        added->set_keep(entry.keep);
        added->set_reason(validUtf8(entry.reason));
    }
    message.set_kept(plan.kept);
    message.set_removed(plan.removed);
    message.set_freed(plan.freed.get());
    return message;
}

PrunePlan fromProto(const v1::PrunePlan& message)
{
    PrunePlan plan;
    for (const v1::PruneEntry& entry : message.entries()) {
        plan.entries.push_back({fromProto(entry.backup()), entry.keep(), entry.reason()});
    }
    plan.kept = message.kept();
    plan.removed = message.removed();
    plan.freed = ByteCount(message.freed());
    return plan;
}

v1::RunDrillRequest toProto(const DrillRequest& request)
{
    v1::RunDrillRequest message;
    message.set_keyspace(validUtf8(request.keyspace));
    for (const ShardId shard : request.shards) {
        message.add_shards(shard.get());
    }
    return message;
}

DrillRequest fromProto(const v1::RunDrillRequest& message)
{
    DrillRequest request;
    request.keyspace = message.keyspace();
    for (const std::uint64_t shard : message.shards()) {
        request.shards.emplace_back(shard);
    }
    return request;
}

v1::DrillReceipt toProto(const DrillReceipt& receipt)
{
    v1::DrillReceipt message;
    message.set_job(receipt.job.get());
    message.set_shard(receipt.shard.get());
    message.set_keyspace(validUtf8(receipt.keyspace));
    message.set_backup(validUtf8(receipt.backup));
    message.set_level(putEnum<v1::VerifyLevel>(receipt.level));
    message.set_as_of_micros(toUnixMicros(receipt.asOf));
    message.set_lsn(receipt.lsn.get());
    message.set_started_micros(toUnixMicros(receipt.started));
    message.set_finished_micros(toUnixMicros(receipt.finished));
    message.set_restore_took_micros(receipt.restoreTook.count());
    message.set_rows(receipt.rows);
    message.set_bytes(receipt.bytes.get());
    message.set_passed(receipt.passed);
    message.set_outcome(validUtf8(receipt.outcome));
    return message;
}

DrillReceipt fromProto(const v1::DrillReceipt& message)
{
    DrillReceipt receipt;
    receipt.job = JobId(message.job());
    receipt.shard = ShardId(message.shard());
    receipt.keyspace = message.keyspace();
    receipt.backup = message.backup();
    receipt.level = takeEnum<VerifyLevel>(message.level());
    receipt.asOf = fromUnixMicros(message.as_of_micros());
    receipt.lsn = Lsn(message.lsn());
    receipt.started = fromUnixMicros(message.started_micros());
    receipt.finished = fromUnixMicros(message.finished_micros());
    receipt.restoreTook = std::chrono::microseconds(message.restore_took_micros());
    receipt.rows = message.rows();
    receipt.bytes = ByteCount(message.bytes());
    receipt.passed = message.passed();
    receipt.outcome = message.outcome();
    return receipt;
}

} // namespace isotherm::proto
