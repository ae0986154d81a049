// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_schema.h"

#include "shared/base/byte_io.h"

#include <map>
#include <memory>
#include <vector>

namespace isotherm::golden
{
namespace
{

using repository::DeltaKind;

constexpr std::int64_t kRows = 40;
constexpr std::uint64_t kFirstTransaction = 900;
constexpr std::size_t kAdds = 1;
constexpr std::size_t kRenames = 3;

ColumnSchema column(const std::string& name, const std::string& type, std::uint32_t number)
{
    ColumnSchema made{name, type, ValueEncoding::Binary, number == 1, {}};
    made.number = number;
    return made;
}

void appendField(std::string& row, std::string_view bytes)
{
    appendBigEndian(row, static_cast<std::uint32_t>(bytes.size()));
    row += bytes;
}

/// All that a row ever had: the form decides what is shown.
struct Row
{
    std::string note;
    std::string mark;
    std::string extra = "of before";
};
using Table = std::map<std::int64_t, Row>;

std::string encode(std::int64_t id, const Row& row, std::size_t commit)
{
    std::string bytes;
    std::string key;
    appendBigEndian(key, static_cast<std::uint64_t>(id));
    appendField(bytes, key);
    appendField(bytes, row.note);
    if (commit < kRenames) {
        appendField(bytes, row.mark);
    }
    if (commit >= kAdds) {
        appendField(bytes, row.extra);
    }
    return bytes;
}

/// The rows that the commit changed, after it.
Table changedBy(std::size_t commit)
{
    Table table;
    if (commit == kAdds) {
        return table; // the column alone
    }
    for (std::int64_t id = static_cast<std::int64_t>(commit); id < kRows + 5; id += 6) {
        const std::string number = std::to_string(commit);
        table[id] = {"note of " + number, "mark of " + number,
                     commit > kAdds ? "extra of " + number : "of before"};
    }
    return table;
}

Table after(std::size_t commit)
{
    Table table;
    for (std::int64_t id = 0; id < kRows; ++id) {
        table[id] = {"note " + std::to_string(id), "mark", "of before"};
    }
    for (std::size_t i = 0; i <= commit; ++i) {
        for (const auto& [id, row] : changedBy(i)) {
            table[id] = row;
        }
    }
    return table;
}

std::vector<repository::SchemaVersion> versions()
{
    return {{Lsn(), schemaAfter(0), {}},
            {schemaCommit(kAdds),
             schemaAfter(kAdds),
             {{0U, {}}, {1U, {}}, {2U, {}}, {{}, "of before"}}},
            {schemaCommit(kRenames), schemaAfter(kRenames), {{0U, {}}, {1U, {}}, {3U, {}}}}};
}

/// Commits [begin, end), all of one version.
Result<std::vector<repository::RunRef>>
writeCommits(repository::Repository& repository, std::size_t begin, std::size_t end,
             std::vector<std::unique_ptr<repository::DeltaWriter>>& writers)
{
    repository::DeltaOptions options;
    options.schema = schemaAfter(begin);
    options.first = Lsn(schemaCommit(begin).get() - 1);
    options.last = Lsn(schemaCommit(end).get() - 1);
    ISO_ASSIGN(auto writer, repository.openDeltaWriter(options));
    for (std::size_t commit = begin; commit < end; ++commit) {
        repository::TransactionRecord transaction;
        transaction.id = kFirstTransaction + commit;
        transaction.commit = schemaCommit(commit);
        ISO_ASSIGN(const std::uint32_t number, writer->addTransaction(transaction));
        for (const auto& [id, row] : changedBy(commit)) {
            const std::string bytes = encode(id, row, commit);
            ISO_TRY(
                writer->add({id < kRows ? DeltaKind::Update : DeltaKind::Insert, number, bytes}));
        }
    }
    ISO_ASSIGN(auto runs, writer->finish());
    for (repository::RunRef& run : runs) {
        run.schemaVersion = begin < kAdds ? 0 : begin < kRenames ? 1 : 2;
    }
    writers.push_back(std::move(writer));
    return runs;
}

} // namespace

Lsn schemaCommit(std::size_t commit)
{
    return Lsn(0x30000000 + commit * 0x1000);
}

TableSchema schemaAfter(std::size_t commit)
{
    TableSchema schema;
    schema.schema = "public";
    schema.name = "changing";
    schema.columns = {column("id", "bigint", 1)};
    schema.columns.push_back(column(commit < kRenames ? "note" : "remark", "text", 2));
    if (commit < kRenames) {
        schema.columns.push_back(column("mark", "text", 4));
    }
    if (commit >= kAdds) {
        schema.columns.push_back(column("extra", "text", 5));
    }
    schema.key = {{0, KeyType::Integer}};
    schema.partitionKeyColumns = 1;
    schema.keyIsUnique = true;
    return schema;
}

RowBatch schemaRows(std::size_t commit)
{
    RowBatch batch;
    for (const auto& [id, row] : after(commit)) {
        batch.append(encode(id, row, commit));
    }
    return batch;
}

repository::ChainStop schemaStop()
{
    return {"dropped: DROP TABLE changing_1", Lsn(0x30009000)};
}

SequenceValue schemaSequence()
{
    return {"public", "changing_id_seq", "public.changing", 1'234, -2, 10};
}

Result<repository::Manifest> writeSchemaHistory(repository::Repository& repository, WallTime asOf)
{
    repository::RunOptions options;
    options.schema = schemaAfter(0);
    options.visibility = "900:900:";
    options.asOf = asOf;
    ISO_ASSIGN(auto base, repository.openRunWriter(options));
    RowBatch rows;
    for (std::int64_t id = 0; id < kRows; ++id) {
        rows.append(encode(id, {"note " + std::to_string(id), "mark", ""}, 0));
    }
    ISO_TRY(base->append(rows));
    repository::Manifest manifest;
    manifest.keyspace = "orders";
    manifest.shard = ShardId(10);
    manifest.kind = BackupKind::Incremental;
    manifest.asOf = asOf;
    manifest.visibility = options.visibility;
    manifest.lsn = Lsn(schemaCommit(kSchemaCommits).get() - 1);
    manifest.chainStop = schemaStop();
    manifest.sequences = {schemaSequence()};
    repository::ManifestTable& table = manifest.tables.emplace_back();
    table.versions = versions();
    table.schema = table.versions.back().schema;
    table.rows = base->checksum().rows();
    ISO_ASSIGN(table.runs, base->finish());
    std::vector<std::unique_ptr<repository::DeltaWriter>> writers;
    // The change of the schema is a run of its own: nothing but a transaction.
    for (const auto& [begin, end] : {std::pair<std::size_t, std::size_t>{0, kAdds},
                                     {kAdds, kAdds + 1},
                                     {kAdds + 1, kRenames},
                                     {kRenames, kSchemaCommits}}) {
        ISO_ASSIGN(auto runs, writeCommits(repository, begin, end, writers));
        table.runs.insert(table.runs.end(), runs.begin(), runs.end());
    }
    ISO_ASSIGN(manifest.id, repository.commitManifest(manifest));
    return manifest;
}

} // namespace isotherm::golden
