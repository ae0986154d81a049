// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_helpers.h"

namespace isotherm::proto
{

using namespace detail;

v1::ListShardsRequest toProto(const ShardFilter& filter)
{
    v1::ListShardsRequest message;
    message.set_keyspace(validUtf8(filter.keyspace));
    message.set_include_retired(filter.includeRetired);
    return message;
}

ShardFilter fromProto(const v1::ListShardsRequest& message)
{
    return {.keyspace = message.keyspace(), .includeRetired = message.include_retired()};
}

v1::GetHeatRequest toProto(const HeatQuery& query)
{
    v1::GetHeatRequest message;
    message.set_metric(putEnum<v1::HeatMetric>(query.metric));
    message.set_from_micros(toUnixMicros(query.from));
    message.set_to_micros(toUnixMicros(query.to));
    message.set_column_limit(static_cast<std::uint32_t>(query.columnLimit));
    putIds(message.mutable_shards(), query.shards);
    message.set_keyspace(validUtf8(query.keyspace));
    return message;
}

HeatQuery fromProto(const v1::GetHeatRequest& message)
{
    HeatQuery query;
    query.metric = takeEnum<HeatMetric>(message.metric());
    query.from = fromUnixMicros(message.from_micros());
    query.to = fromUnixMicros(message.to_micros());
    query.columnLimit = message.column_limit();
    query.shards = takeIds<ShardId>(message.shards());
    query.keyspace = message.keyspace();
    return query;
}

v1::ListBackupsRequest toProto(const BackupFilter& filter)
{
    v1::ListBackupsRequest message;
    message.set_keyspace(validUtf8(filter.keyspace));
    putIds(message.mutable_shards(), filter.shards);
    if (filter.from) {
        message.set_from_micros(toUnixMicros(*filter.from));
    }
    if (filter.to) {
        message.set_to_micros(toUnixMicros(*filter.to));
    }
    message.set_limit(filter.limit);
    return message;
}

BackupFilter fromProto(const v1::ListBackupsRequest& message)
{
    BackupFilter filter;
    filter.keyspace = message.keyspace();
    filter.shards = takeIds<ShardId>(message.shards());
    if (message.has_from_micros()) {
        filter.from = fromUnixMicros(message.from_micros());
    }
    if (message.has_to_micros()) {
        filter.to = fromUnixMicros(message.to_micros());
    }
    filter.limit = message.limit();
    return filter;
}

v1::ListJobsRequest toProto(const JobFilter& filter)
{
    v1::ListJobsRequest message;
    message.set_active_only(filter.activeOnly);
    message.set_limit(filter.limit);
    return message;
}

JobFilter fromProto(const v1::ListJobsRequest& message)
{
    return {.activeOnly = message.active_only(), .limit = message.limit()};
}

v1::ListTransactionsRequest toProto(const TransactionQuery& query)
{
    v1::ListTransactionsRequest message;
    message.set_keyspace(validUtf8(query.keyspace));
    putIds(message.mutable_shards(), query.shards);
    if (query.from) {
        message.set_from_micros(toUnixMicros(*query.from));
    }
    if (query.to) {
        message.set_to_micros(toUnixMicros(*query.to));
    }
    message.set_limit(query.limit);
    message.set_largest_first(query.largestFirst);
    return message;
}

TransactionQuery fromProto(const v1::ListTransactionsRequest& message)
{
    TransactionQuery query;
    query.keyspace = message.keyspace();
    query.shards = takeIds<ShardId>(message.shards());
    if (message.has_from_micros()) {
        query.from = fromUnixMicros(message.from_micros());
    }
    if (message.has_to_micros()) {
        query.to = fromUnixMicros(message.to_micros());
    }
    query.limit = message.limit();
    query.largestFirst = message.largest_first();
    return query;
}

v1::RunBackupRequest toProto(const BackupRequest& request)
{
    v1::RunBackupRequest message;
    message.set_keyspace(validUtf8(request.keyspace));
    putIds(message.mutable_shards(), request.shards);
    message.set_full(request.full);
    return message;
}

BackupRequest fromProto(const v1::RunBackupRequest& message)
{
    return {.keyspace = message.keyspace(),
            .shards = takeIds<ShardId>(message.shards()),
            .caller = {},
            .full = message.full()};
}

v1::VerifyBackupsRequest toProto(const VerifyRequest& request)
{
    v1::VerifyBackupsRequest message;
    message.set_keyspace(validUtf8(request.keyspace));
    putIds(message.mutable_shards(), request.shards);
    message.set_level(putEnum<v1::VerifyLevel>(request.level));
    message.set_again(request.again);
    return message;
}

VerifyRequest fromProto(const v1::VerifyBackupsRequest& message)
{
    return {.keyspace = message.keyspace(),
            .shards = takeIds<ShardId>(message.shards()),
            .level = takeEnum<VerifyLevel>(message.level()),
            .caller = {},
            .again = message.again()};
}

v1::AdoptKeyspaceRequest toProto(const AdoptRequest& request)
{
    v1::AdoptKeyspaceRequest message;
    message.set_name(validUtf8(request.name));
    putStrings(message.mutable_tables(), request.tables);
    putStrings(message.mutable_key_columns(), request.keyColumns);
    if (request.rpo) {
        message.set_rpo_millis(request.rpo->count());
    }
    return message;
}

AdoptRequest fromProto(const v1::AdoptKeyspaceRequest& message)
{
    AdoptRequest request;
    request.name = message.name();
    request.tables = takeStrings(message.tables());
    request.keyColumns = takeStrings(message.key_columns());
    if (message.has_rpo_millis()) {
        request.rpo = milliseconds(message.rpo_millis());
    }
    return request;
}

int toWireCode(Code code)
{
    return static_cast<int>(code) + 1; // our codes are gRPC's, in its order, without OK
}

Code fromWireCode(int code)
{
    return code >= toWireCode(Code::Cancelled) && code <= toWireCode(Code::Unauthenticated)
               ? static_cast<Code>(code - 1)
               : Code::Unknown;
}

v1::ErrorDetail toProto(const Error& error)
{
    v1::ErrorDetail message;
    message.set_code(toWireCode(error.code));
    message.set_message(validUtf8(error.message));
    message.set_hint(validUtf8(error.hint));
    return message;
}

Error fromProto(const v1::ErrorDetail& message)
{
    return Error{fromWireCode(message.code()), message.message(), message.hint()};
}

} // namespace isotherm::proto
