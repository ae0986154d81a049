// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_history.h"

#include "shared/base/byte_io.h"

#include <map>
#include <optional>

namespace isotherm::golden
{
namespace
{

using repository::DeltaKind;

constexpr std::int64_t kRows = 90;
constexpr std::uint64_t kFirstTransaction = 740;
constexpr std::size_t kTruncatingCommit = 18;

struct Row
{
    std::string note;
    std::optional<std::string> body; ///< nullopt: NULL
};
using Table = std::map<std::int64_t, Row>;

struct Change
{
    DeltaKind kind = DeltaKind::Insert;
    std::string row;
    std::string oldRow;
};

void appendField(std::string& row, std::string_view bytes)
{
    appendBigEndian(row, static_cast<std::uint32_t>(bytes.size()));
    row += bytes;
}

void appendMark(std::string& row, std::int32_t length)
{
    appendBigEndian(row, static_cast<std::uint32_t>(length));
}

std::string encode(std::int64_t id, const Row& row, bool leaveOutBody)
{
    std::string bytes;
    appendBigEndian(bytes, std::uint32_t{8});
    appendBigEndian(bytes, static_cast<std::uint64_t>(id));
    appendField(bytes, row.note);
    if (leaveOutBody) {
        appendMark(bytes, kAbsentField);
    } else if (row.body) {
        appendField(bytes, *row.body);
    } else {
        appendMark(bytes, kNullField);
    }
    return bytes;
}

std::string keyRow(std::int64_t id)
{
    std::string bytes;
    appendBigEndian(bytes, std::uint32_t{8});
    appendBigEndian(bytes, static_cast<std::uint64_t>(id));
    appendMark(bytes, kAbsentField);
    appendMark(bytes, kAbsentField);
    return bytes;
}

Row rowOf(std::int64_t id)
{
    Row row{"note " + std::to_string(id), std::string(static_cast<std::size_t>(id % 40), 'b')};
    if (id % 8 == 0) {
        row.body.reset();
    }
    return row;
}

void update(Table& table, std::int64_t id, std::size_t commit, std::vector<Change>& changes)
{
    Row& row = table[id];
    row.note = "changed at " + std::to_string(commit);
    const bool leaveOut = row.body.has_value() && id % 3 != 0;
    if (!leaveOut) {
        row.body = "body of " + std::to_string(commit);
    }
    changes.push_back({DeltaKind::Update, encode(id, row, leaveOut), {}});
}

void move(Table& table, std::int64_t from, std::int64_t to, std::vector<Change>& changes)
{
    Row row = table[from];
    table.erase(from);
    row.note += " moved";
    table[to] = row;
    changes.push_back({DeltaKind::Update, encode(to, row, row.body.has_value()), keyRow(from)});
}

/// Carries commit number `commit` out on `table`.
std::vector<Change> apply(Table& table, std::size_t commit)
{
    std::vector<Change> changes;
    const auto step = static_cast<std::int64_t>(commit);
    if (commit == kTruncatingCommit) {
        table.clear();
        changes.push_back({DeltaKind::Truncate, {}, {}});
    }
    std::vector<std::int64_t> ids;
    for (const auto& [id, row] : table) {
        ids.push_back(id);
    }
    for (std::size_t i = commit % 5; i < ids.size(); i += 7) {
        const std::int64_t id = ids[i];
        if (i % 4 == 0) {
            table.erase(id);
            changes.push_back({DeltaKind::Delete, keyRow(id), {}});
        } else {
            update(table, id, commit, changes);
            if (i % 4 == 1) {
                move(table, id, 10'000 + step * 100 + static_cast<std::int64_t>(i), changes);
            }
        }
    }
    const std::int64_t added = 1000 + step;
    table[added] = rowOf(added);
    changes.push_back({DeltaKind::Insert, encode(added, table[added], false), {}});
    return changes;
}

Table before()
{
    Table table;
    for (std::int64_t id = 0; id < kRows; ++id) {
        table[id] = rowOf(id);
    }
    return table;
}

RowBatch batchOf(const Table& table)
{
    RowBatch batch;
    for (const auto& [id, row] : table) {
        batch.append(encode(id, row, false));
    }
    return batch;
}

Result<std::vector<repository::RunRef>>
writeCommits(repository::Repository& repository, std::size_t begin, std::size_t end, Table& table,
             std::vector<std::unique_ptr<repository::DeltaWriter>>& writers)
{
    repository::DeltaOptions options;
    options.schema = historySchema();
    options.first = begin == 0 ? Lsn(1) : historyCommit(begin - 1);
    options.last = historyCommit(end - 1);
    options.blockSize = ByteCount(2048);
    ISO_ASSIGN(auto writer, repository.openDeltaWriter(options));
    for (std::size_t commit = begin; commit < end; ++commit) {
        repository::TransactionRecord transaction;
        transaction.id = kFirstTransaction + commit;
        transaction.commit = historyCommit(commit);
        transaction.otherShards.resize(commit % 3, ShardId(commit));
        ISO_ASSIGN(const std::uint32_t number, writer->addTransaction(transaction));
        for (const Change& change : apply(table, commit)) {
            ISO_TRY(writer->add({change.kind, number, change.row, change.oldRow}));
        }
    }
    ISO_ASSIGN(auto runs, writer->finish());
    writers.push_back(std::move(writer));
    return runs;
}

} // namespace

TableSchema historySchema()
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = "history";
    schema.columns = {{"id", "bigint", ValueEncoding::Binary, true, {}},
                      {"note", "text", ValueEncoding::Binary, false, {}},
                      {"body", "text", ValueEncoding::Binary, false, {}}};
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = true;
    return schema;
}

Lsn historyCommit(std::size_t commit)
{
    return Lsn(0x20000000 + commit * 0x1000);
}

RowBatch historyRows(std::size_t commit)
{
    Table table = before();
    for (std::size_t i = 0; commit != kBeforeHistory && i <= commit; ++i) {
        (void)apply(table, i);
    }
    return batchOf(table);
}

Result<repository::Manifest> writeHistory(repository::Repository& repository, WallTime asOf)
{
    repository::RunOptions options;
    options.schema = historySchema();
    options.visibility = "740:740:";
    options.asOf = asOf;
    ISO_ASSIGN(auto base, repository.openRunWriter(options));
    ISO_TRY(base->append(historyRows(kBeforeHistory)));
    repository::Manifest manifest;
    manifest.keyspace = "orders";
    manifest.shard = ShardId(9);
    manifest.kind = BackupKind::Incremental;
    manifest.asOf = asOf;
    manifest.visibility = options.visibility;
    manifest.lsn = historyCommit(kHistoryCommits - 1);
    manifest.tables.resize(1);
    manifest.tables[0].schema = options.schema;
    manifest.tables[0].rows = base->checksum().rows();
    ISO_ASSIGN(manifest.tables[0].runs, base->finish());
    Table table = before();
    std::vector<std::unique_ptr<repository::DeltaWriter>> writers;
    for (const auto& [begin, end] :
         {std::pair<std::size_t, std::size_t>{0, 11}, {11, kHistoryCommits}}) {
        ISO_ASSIGN(auto runs, writeCommits(repository, begin, end, table, writers));
        manifest.tables[0].runs.insert(manifest.tables[0].runs.end(), runs.begin(), runs.end());
    }
    ISO_ASSIGN(manifest.id, repository.commitManifest(manifest));
    return manifest;
}

} // namespace isotherm::golden
