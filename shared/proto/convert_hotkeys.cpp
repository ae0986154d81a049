// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_hotkeys.h"

namespace isotherm::proto
{
namespace
{

void addKeys(v1::ShardHotKeys& message, const ShardHotKeys& record)
{
    for (const HotKey& key : record.keys) {
        v1::HotKey* to = message.add_keys();
        to->set_key(key.key.encoded());
        to->set_text(validUtf8(key.text));
        to->set_share(key.share);
        to->set_at_most(key.atMost);
        to->set_read_part(key.readPart);
    }
    for (const KeyFraction& quantile : record.quantiles) {
        v1::KeyFraction* to = message.add_quantiles();
        to->set_key(quantile.key.encoded());
        to->set_text(validUtf8(quantile.text));
        to->set_below(quantile.below);
        to->set_at(quantile.at);
    }
}

void addCauses(v1::ShardHotKeys& message, const ShardHotKeys& record)
{
    for (const CellShare& cell : record.cells) {
        v1::CellShare* to = message.add_cells();
        to->set_range_text(validUtf8(cell.rangeText));
        to->set_reads(cell.reads);
        to->set_writes(cell.writes);
    }
    for (const TopStatement& statement : record.statements) {
        v1::TopStatement* to = message.add_statements();
        to->set_text(validUtf8(statement.text));
        to->set_calls_per_second(statement.callsPerSecond);
        to->set_rows_per_second(statement.rowsPerSecond);
        to->set_time_share(statement.timeShare);
    }
    for (const Unattributed& one : record.unattributed) {
        v1::Unattributed* to = message.add_unattributed();
        to->set_reason(validUtf8(one.reason));
        to->set_per_second(one.perSecond);
    }
}

} // namespace

v1::GetHotKeysRequest toProto(const HotKeysQuery& query)
{
    v1::GetHotKeysRequest message;
    message.set_shard(query.shard.get());
    message.set_keys(query.keys);
    message.set_quantiles(query.quantiles);
    message.set_statements(query.statements);
    return message;
}

HotKeysQuery fromProto(const v1::GetHotKeysRequest& message)
{
    return {.shard = ShardId(message.shard()),
            .keys = message.keys(),
            .quantiles = message.quantiles(),
            .statements = message.statements()};
}

v1::ShardHotKeys toProto(const ShardHotKeys& record)
{
    v1::ShardHotKeys message;
    message.set_shard(record.shard.get());
    message.set_keyspace(validUtf8(record.keyspace));
    message.set_range_text(validUtf8(record.rangeText));
    message.set_observations(record.observations);
    message.set_reads_per_second(record.readsPerSecond);
    message.set_writes_per_second(record.writesPerSecond);
    message.set_observed_reads_per_second(record.observedReadsPerSecond);
    message.set_observed_writes_per_second(record.observedWritesPerSecond);
    message.set_read_part(record.readPart);
    addKeys(message, record);
    addCauses(message, record);
    message.set_attributed_share(record.attributedShare);
    message.set_read_source(validUtf8(record.readSource));
    message.set_write_source(validUtf8(record.writeSource));
    message.set_statement_source(validUtf8(record.statementSource));
    return message;
}

ShardHotKeys fromProto(const v1::ShardHotKeys& message)
{
    ShardHotKeys record;
    record.shard = ShardId(message.shard());
    record.keyspace = message.keyspace();
    record.rangeText = message.range_text();
    record.observations = message.observations();
    record.readsPerSecond = message.reads_per_second();
    record.writesPerSecond = message.writes_per_second();
    record.observedReadsPerSecond = message.observed_reads_per_second();
    record.observedWritesPerSecond = message.observed_writes_per_second();
    record.readPart = message.read_part();
    for (const v1::HotKey& key : message.keys()) {
        record.keys.push_back(
            {Key(key.key()), key.text(), key.share(), key.at_most(), key.read_part()});
    }
    for (const v1::KeyFraction& key : message.quantiles()) {
        record.quantiles.push_back({Key(key.key()), key.text(), key.below(), key.at()});
    }
    for (const v1::CellShare& cell : message.cells()) {
        record.cells.push_back({cell.range_text(), cell.reads(), cell.writes()});
    }
    for (const v1::TopStatement& one : message.statements()) {
        record.statements.push_back(
            {one.text(), one.calls_per_second(), one.rows_per_second(), one.time_share()});
    }
    for (const v1::Unattributed& one : message.unattributed()) {
        record.unattributed.push_back({one.reason(), one.per_second()});
    }
    record.attributedShare = message.attributed_share();
    record.readSource = message.read_source();
    record.writeSource = message.write_source();
    record.statementSource = message.statement_source();
    return record;
}

} // namespace isotherm::proto
