// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_helpers.h"

namespace isotherm::proto
{

using namespace detail;

v1::KeyRange toProto(const KeyRange& range)
{
    v1::KeyRange message;
    message.set_begin(range.begin.encoded());
    if (range.end) {
        message.set_end(range.end->encoded());
    }
    return message;
}

KeyRange fromProto(const v1::KeyRange& message)
{
    KeyRange range;
    range.begin = Key(message.begin());
    if (message.has_end()) {
        range.end = Key(message.end());
    }
    return range;
}

v1::Keyspace toProto(const KeyspaceRecord& record)
{
    v1::Keyspace message;
    message.set_name(validUtf8(record.name));
    putStrings(message.mutable_tables(), record.tables);
    putStrings(message.mutable_key_columns(), record.keyColumns);
    for (const KeyType type : record.keyTypes) {
        message.add_key_types(putEnum<v1::KeyType>(type));
    }
    if (record.rpo) {
        message.set_rpo_millis(record.rpo->count());
    }
    message.set_shard_count(record.shardCount);
    return message;
}

KeyspaceRecord fromProto(const v1::Keyspace& message)
{
    KeyspaceRecord record;
    record.name = message.name();
    record.tables = takeStrings(message.tables());
    record.keyColumns = takeStrings(message.key_columns());
    for (const int type : message.key_types()) {
        record.keyTypes.push_back(takeEnum<KeyType>(type));
    }
    if (message.has_rpo_millis()) {
        record.rpo = milliseconds(message.rpo_millis());
    }
    record.shardCount = message.shard_count();
    return record;
}

v1::Shard toProto(const ShardRecord& record)
{
    v1::Shard message;
    message.set_id(record.id.get());
    message.set_keyspace(validUtf8(record.keyspace));
    *message.mutable_range() = toProto(record.range);
    message.set_range_text(validUtf8(record.rangeText));
    message.set_is_default(record.isDefault);
    putStrings(message.mutable_leaves(), record.leaves);
    message.set_node(validUtf8(record.node));
    message.set_rows(record.rows);
    message.set_size_bytes(record.size.get());
    message.set_state(putEnum<v1::ShardState>(record.state));
    if (record.temperature) {
        message.set_temperature(*record.temperature);
    }
    if (record.predictedTemperature) {
        message.set_predicted_temperature(*record.predictedTemperature);
    }
    if (record.rowsPerSecond) {
        message.set_rows_per_second(*record.rowsPerSecond);
    }
    if (record.lastBackup) {
        message.set_last_backup_micros(toUnixMicros(*record.lastBackup));
    }
    message.set_last_backup_lsn(record.lastBackupLsn.get());
    if (record.rpoObjective) {
        message.set_rpo_objective_millis(record.rpoObjective->count());
    }
    putIds(message.mutable_parents(), record.parents);
    putStrings(message.mutable_not_covered(), record.notCovered);
    return message;
}

ShardRecord fromProto(const v1::Shard& message)
{
    ShardRecord record;
    record.id = ShardId(message.id());
    record.keyspace = message.keyspace();
    record.range = fromProto(message.range());
    record.rangeText = message.range_text();
    record.isDefault = message.is_default();
    record.leaves = takeStrings(message.leaves());
    record.node = message.node();
    record.rows = message.rows();
    record.size = ByteCount(message.size_bytes());
    record.state = takeEnum<ShardState>(message.state());
    if (message.has_temperature()) {
        record.temperature = message.temperature();
    }
    if (message.has_predicted_temperature()) {
        record.predictedTemperature = message.predicted_temperature();
    }
    if (message.has_rows_per_second()) {
        record.rowsPerSecond = message.rows_per_second();
    }
    if (message.has_last_backup_micros()) {
        record.lastBackup = fromUnixMicros(message.last_backup_micros());
    }
    record.lastBackupLsn = Lsn(message.last_backup_lsn());
    if (message.has_rpo_objective_millis()) {
        record.rpoObjective = milliseconds(message.rpo_objective_millis());
    }
    record.parents = takeIds<ShardId>(message.parents());
    record.notCovered = takeStrings(message.not_covered());
    return record;
}

v1::Backup toProto(const BackupRecord& record)
{
    v1::Backup message;
    message.set_id(validUtf8(record.id));
    message.set_shard(record.shard.get());
    message.set_keyspace(validUtf8(record.keyspace));
    message.set_kind(putEnum<v1::BackupKind>(record.kind));
    message.set_started_micros(toUnixMicros(record.started));
    message.set_finished_micros(toUnixMicros(record.finished));
    message.set_as_of_micros(toUnixMicros(record.asOf));
    message.set_lsn(record.lsn.get());
    message.set_rows(record.rows);
    message.set_raw_bytes(record.rawBytes.get());
    message.set_stored_bytes(record.storedBytes.get());
    message.set_tier(validUtf8(record.tier));
    message.set_verified(putEnum<v1::VerifyLevel>(record.verified));
    if (record.verifiedAt) {
        message.set_verified_at_micros(toUnixMicros(*record.verifiedAt));
    }
    message.set_deltas(record.deltas);
    message.set_since_database(record.sinceDatabase);
    return message;
}

BackupRecord fromProto(const v1::Backup& message)
{
    BackupRecord record;
    record.id = message.id();
    record.shard = ShardId(message.shard());
    record.keyspace = message.keyspace();
    record.kind = takeEnum<BackupKind>(message.kind());
    record.started = fromUnixMicros(message.started_micros());
    record.finished = fromUnixMicros(message.finished_micros());
    record.asOf = fromUnixMicros(message.as_of_micros());
    record.lsn = Lsn(message.lsn());
    record.rows = message.rows();
    record.rawBytes = ByteCount(message.raw_bytes());
    record.storedBytes = ByteCount(message.stored_bytes());
    record.tier = message.tier();
    record.verified = takeEnum<VerifyLevel>(message.verified());
    if (message.has_verified_at_micros()) {
        record.verifiedAt = fromUnixMicros(message.verified_at_micros());
    }
    record.deltas = message.deltas();
    record.sinceDatabase = message.since_database();
    return record;
}

v1::Job toProto(const JobRecord& record)
{
    v1::Job message;
    message.set_id(record.id.get());
    message.set_kind(putEnum<v1::JobKind>(record.kind));
    message.set_state(putEnum<v1::JobState>(record.state));
    message.set_title(validUtf8(record.title));
    message.set_phase(validUtf8(record.phase));
    message.set_bytes_done(record.bytesDone);
    message.set_bytes_total(record.bytesTotal);
    message.set_rows_done(record.rowsDone);
    message.set_bytes_per_second(record.bytesPerSecond);
    message.set_created_micros(toUnixMicros(record.created));
    if (record.started) {
        message.set_started_micros(toUnixMicros(*record.started));
    }
    if (record.finished) {
        message.set_finished_micros(toUnixMicros(*record.finished));
    }
    message.set_heartbeat_micros(toUnixMicros(record.heartbeat));
    putIds(message.mutable_shards(), record.shards);
    message.set_requested_by(validUtf8(record.requestedBy));
    message.set_error(validUtf8(record.error));
    message.set_result(validUtf8(record.result));
    return message;
}

JobRecord fromProto(const v1::Job& message)
{
    JobRecord record;
    record.id = JobId(message.id());
    record.kind = takeEnum<JobKind>(message.kind());
    record.state = takeEnum<JobState>(message.state());
    record.title = message.title();
    record.phase = message.phase();
    record.bytesDone = message.bytes_done();
    record.bytesTotal = message.bytes_total();
    record.rowsDone = message.rows_done();
    record.bytesPerSecond = message.bytes_per_second();
    record.created = fromUnixMicros(message.created_micros());
    if (message.has_started_micros()) {
        record.started = fromUnixMicros(message.started_micros());
    }
    if (message.has_finished_micros()) {
        record.finished = fromUnixMicros(message.finished_micros());
    }
    record.heartbeat = fromUnixMicros(message.heartbeat_micros());
    record.shards = takeIds<ShardId>(message.shards());
    record.requestedBy = message.requested_by();
    record.error = message.error();
    record.result = message.result();
    return record;
}

v1::ScheduleEntry toProto(const ScheduleEntry& entry)
{
    v1::ScheduleEntry message;
    message.set_shard(entry.shard.get());
    message.set_keyspace(validUtf8(entry.keyspace));
    message.set_range_text(validUtf8(entry.rangeText));
    message.set_due_micros(toUnixMicros(entry.due));
    message.set_kind(putEnum<v1::BackupKind>(entry.kind));
    if (entry.temperature) {
        message.set_temperature(*entry.temperature);
    }
    message.set_interval_millis(entry.interval.count());
    message.set_reason(validUtf8(entry.reason));
    return message;
}

ScheduleEntry fromProto(const v1::ScheduleEntry& message)
{
    ScheduleEntry entry;
    entry.shard = ShardId(message.shard());
    entry.keyspace = message.keyspace();
    entry.rangeText = message.range_text();
    entry.due = fromUnixMicros(message.due_micros());
    entry.kind = takeEnum<BackupKind>(message.kind());
    if (message.has_temperature()) {
        entry.temperature = message.temperature();
    }
    entry.interval = milliseconds(message.interval_millis());
    entry.reason = message.reason();
    return entry;
}

} // namespace isotherm::proto
