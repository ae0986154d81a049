// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_helpers.h"

namespace isotherm::proto
{

using namespace detail;

v1::RestorableRange toProto(const RestorableRange& range)
{
    v1::RestorableRange message;
    message.set_shard(range.shard.get());
    message.set_keyspace(validUtf8(range.keyspace));
    message.set_range_text(validUtf8(range.rangeText));
    message.set_from_micros(toUnixMicros(range.from));
    message.set_to_micros(toUnixMicros(range.to));
    message.set_from_lsn(range.fromLsn.get());
    message.set_to_lsn(range.toLsn.get());
    message.set_every_commit(range.everyCommit);
    message.set_gap_before(validUtf8(range.gapBefore));
    return message;
}

RestorableRange fromProto(const v1::RestorableRange& message)
{
    return {.shard = ShardId(message.shard()),
            .keyspace = message.keyspace(),
            .rangeText = message.range_text(),
            .from = fromUnixMicros(message.from_micros()),
            .to = fromUnixMicros(message.to_micros()),
            .fromLsn = Lsn(message.from_lsn()),
            .toLsn = Lsn(message.to_lsn()),
            .everyCommit = message.every_commit(),
            .gapBefore = message.gap_before()};
}

v1::TransactionSummary toProto(const TransactionSummary& transaction)
{
    v1::TransactionSummary message;
    message.set_id(transaction.id);
    message.set_commit(transaction.commit.get());
    message.set_time_micros(toUnixMicros(transaction.time));
    message.set_inserted(transaction.inserted);
    message.set_updated(transaction.updated);
    message.set_deleted(transaction.deleted);
    message.set_truncates(transaction.truncates);
    putIds(message.mutable_shards(), transaction.shards);
    message.set_partial(transaction.partial);
    message.set_other_origin(transaction.otherOrigin);
    return message;
}

TransactionSummary fromProto(const v1::TransactionSummary& message)
{
    return {.id = message.id(),
            .commit = Lsn(message.commit()),
            .time = fromUnixMicros(message.time_micros()),
            .inserted = message.inserted(),
            .updated = message.updated(),
            .deleted = message.deleted(),
            .truncates = message.truncates(),
            .shards = takeIds<ShardId>(message.shards()),
            .partial = message.partial(),
            .otherOrigin = message.other_origin()};
}

} // namespace isotherm::proto
