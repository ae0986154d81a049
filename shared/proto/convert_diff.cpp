// SPDX-License-Identifier: Apache-2.0
#include "shared/proto/convert_helpers.h"
#include "shared/proto/convert_recovery.h"

namespace isotherm::proto
{

using namespace detail;

v1::CutList toProto(const CutList& cuts)
{
    v1::CutList message;
    message.set_undone(cuts.undone);
    message.set_halved(cuts.halved);
    for (const CutTransaction& cut : cuts.nearest) {
        v1::CutTransaction& to = *message.add_nearest();
        *to.mutable_transaction() = toProto(cut.transaction);
        to.set_undone(cut.undone);
        putIds(to.mutable_outside(), cut.outside);
    }
    return message;
}

CutList fromProto(const v1::CutList& message)
{
    CutList cuts;
    cuts.undone = message.undone();
    cuts.halved = message.halved();
    for (const v1::CutTransaction& cut : message.nearest()) {
        cuts.nearest.push_back({.transaction = fromProto(cut.transaction()),
                                .undone = cut.undone(),
                                .outside = takeIds<ShardId>(cut.outside())});
    }
    return cuts;
}

v1::StartDiffRequest toProto(const DiffRequest& request)
{
    v1::StartDiffRequest message;
    message.set_plan_id(validUtf8(request.planId));
    if (request.sideRestore) {
        message.set_side_restore(request.sideRestore->get());
    }
    return message;
}

DiffRequest fromProto(const v1::StartDiffRequest& message)
{
    DiffRequest request;
    request.planId = message.plan_id();
    if (message.has_side_restore()) {
        request.sideRestore = JobId(message.side_restore());
    }
    return request;
}

v1::RowDiff toProto(const RowDiff& diff)
{
    v1::RowDiff message;
    message.set_job(diff.job.get());
    message.set_plan_id(validUtf8(diff.planId));
    message.set_keyspace(validUtf8(diff.keyspace));
    message.set_moment(validUtf8(diff.moment));
    message.set_started_micros(toUnixMicros(diff.started));
    message.set_finished_micros(toUnixMicros(diff.finished));
    if (diff.nowAsOf) {
        message.set_now_as_of_micros(toUnixMicros(*diff.nowAsOf));
    }
    for (const TableDiff& table : diff.tables) {
        v1::TableDiff& to = *message.add_tables();
        to.set_table(validUtf8(table.table));
        to.set_missing(table.missing);
        to.set_changed(table.changed);
        to.set_same(table.same);
        to.set_extra(table.extra);
        putStrings(to.mutable_only_then(), table.onlyThen);
        putStrings(to.mutable_only_now(), table.onlyNow);
    }
    message.set_rows_kept(diff.rowsKept);
    message.set_complete(diff.complete);
    if (diff.keptUntil) {
        message.set_kept_until_micros(toUnixMicros(*diff.keptUntil));
    }
    putStrings(message.mutable_warnings(), diff.warnings);
    return message;
}

RowDiff fromProto(const v1::RowDiff& message)
{
    RowDiff diff;
    diff.job = JobId(message.job());
    diff.planId = message.plan_id();
    diff.keyspace = message.keyspace();
    diff.moment = message.moment();
    diff.started = fromUnixMicros(message.started_micros());
    diff.finished = fromUnixMicros(message.finished_micros());
    if (message.has_now_as_of_micros()) {
        diff.nowAsOf = fromUnixMicros(message.now_as_of_micros());
    }
    for (const v1::TableDiff& table : message.tables()) {
        diff.tables.push_back({.table = table.table(),
                               .missing = table.missing(),
                               .changed = table.changed(),
                               .same = table.same(),
                               .extra = table.extra(),
                               .onlyThen = takeStrings(table.only_then()),
                               .onlyNow = takeStrings(table.only_now())});
    }
    diff.rowsKept = message.rows_kept();
    diff.complete = message.complete();
    if (message.has_kept_until_micros()) {
        diff.keptUntil = fromUnixMicros(message.kept_until_micros());
    }
    diff.warnings = takeStrings(message.warnings());
    return diff;
}

v1::ListDiffRowsRequest toProto(const DiffQuery& query)
{
    v1::ListDiffRowsRequest message;
    message.set_job(query.job.get());
    message.set_table(validUtf8(query.table));
    for (const RowDifference kind : query.kinds) {
        message.add_kinds(putEnum<v1::RowDifference>(kind));
    }
    message.set_after(query.after);
    message.set_limit(query.limit);
    return message;
}

DiffQuery fromProto(const v1::ListDiffRowsRequest& message)
{
    DiffQuery query;
    query.job = JobId(message.job());
    query.table = message.table();
    for (const int kind : message.kinds()) {
        query.kinds.push_back(takeEnum<RowDifference>(kind));
    }
    query.after = message.after();
    query.limit = message.limit();
    return query;
}

namespace
{

template <class Field>
void putValues(Field* field, const std::vector<std::optional<std::string>>& values)
{
    for (const std::optional<std::string>& value : values) {
        v1::RowValue* to = field->Add();
        if (value) {
            to->set_text(validUtf8(*value));
        }
    }
}

template <class Field>
std::vector<std::optional<std::string>> takeValues(const Field& field)
{
    std::vector<std::optional<std::string>> values;
    for (const v1::RowValue& value : field) {
        values.push_back(value.has_text() ? std::optional(value.text()) : std::nullopt);
    }
    return values;
}

} // namespace

v1::DiffPage toProto(const DiffPage& page)
{
    v1::DiffPage message;
    for (const DiffColumns& table : page.tables) {
        v1::DiffColumns& to = *message.add_tables();
        to.set_table(validUtf8(table.table));
        putStrings(to.mutable_columns(), table.columns);
        putStrings(to.mutable_key(), table.key);
    }
    for (const DiffRow& row : page.rows) {
        v1::DiffRow& to = *message.add_rows();
        to.set_number(row.number);
        to.set_table(row.table);
        to.set_shard(row.shard.get());
        to.set_kind(putEnum<v1::RowDifference>(row.kind));
        putValues(to.mutable_then(), row.then);
        putValues(to.mutable_now(), row.now);
    }
    if (page.next) {
        message.set_next(*page.next);
    }
    return message;
}

DiffPage fromProto(const v1::DiffPage& message)
{
    DiffPage page;
    for (const v1::DiffColumns& table : message.tables()) {
        page.tables.push_back(
            {table.table(), takeStrings(table.columns()), takeStrings(table.key())});
    }
    for (const v1::DiffRow& row : message.rows()) {
        if (row.table() >= page.tables.size()) {
            continue; // the other side is broken: nothing says what its values are
        }
        page.rows.push_back({.number = row.number(),
                             .table = row.table(),
                             .shard = ShardId(row.shard()),
                             .kind = takeEnum<RowDifference>(row.kind()),
                             .then = takeValues(row.then()),
                             .now = takeValues(row.now())});
    }
    if (message.has_next()) {
        page.next = message.next();
    }
    return page;
}

} // namespace isotherm::proto
