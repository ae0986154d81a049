// SPDX-License-Identifier: Apache-2.0
#include "agent/drill/scratch_restore.h"

#include "agent/restore/table_restore.h"

#include <memory>

namespace isotherm::drill
{
namespace
{

using engine::StagingTable;
using repository::RowChecksum;

Result<ScratchTable> restoreTable(engine::RestoreTarget& target,
                                  repository::TableReader& reader, const StagingTable& table,
                                  const ScratchRequest& request, const std::stop_token& stop)
{
    ScratchTable scratch;
    scratch.schema = reader.schema();
    ISO_TRY(target.createTable(table, scratch.schema));
    restore::CopyOptions options;
    options.workers = 1; // a drill is in no hurry
    options.onCopied = request.onCopied;
    ISO_ASSIGN(const std::vector<restore::CopyItem> items,
               restore::divide({{&reader, request.manifest.range, &table, &scratch.schema}}, 1));
    ISO_ASSIGN(const std::vector<RowChecksum> written,
               restore::copyItems(target, items, options, stop));
    RowChecksum expected;
    for (const RowChecksum& part : written) {
        expected.merge(part);
    }
    ISO_TRY(target.completeTable(table, scratch.schema));
    ISO_ASSIGN(scratch.rows, restore::checksumOf(target, table, scratch.schema, stop));
    if (scratch.rows != expected) {
        return makeError(Code::DataLoss,
                         "the rows of " + table.name + " are not those of the backup (" +
                             std::to_string(scratch.rows.rows()) + " rows, expected " +
                             std::to_string(expected.rows()) + ")",
                         "run isothermctl backups verify");
    }
    return scratch;
}

Result<ScratchOutcome> restoreAll(engine::RestoreTarget& target,
                                  repository::Repository& repository,
                                  const ScratchRequest& request, const std::stop_token& stop)
{
    ScratchOutcome outcome;
    for (std::size_t i = 0; i < request.manifest.tables.size(); ++i) {
        ISO_ASSIGN(const std::unique_ptr<repository::TableReader> reader,
                   repository.openTableAt(request.manifest, i, request.moment));
        const StagingTable table{kScratchSchema, request.name + "_" + std::to_string(i),
                                 request.mark};
        ISO_ASSIGN(ScratchTable scratch, restoreTable(target, *reader, table, request, stop));
        outcome.tables.push_back(std::move(scratch));
        outcome.bytesRead =
            ByteCount(outcome.bytesRead.get() + reader->bytesRead().get());
        ISO_TRY(target.dropTable(table)); // its space is free for the next one
    }
    return outcome;
}

} // namespace

Status dropScratch(engine::Engine& engine, const std::string& mark)
{
    ISO_ASSIGN(const auto target, engine.openRestoreTarget());
    ISO_ASSIGN(const std::vector<StagingTable> tables, target->listStaging(kScratchSchema, mark));
    for (const StagingTable& table : tables) {
        ISO_TRY(target->dropTable(table));
    }
    return {};
}

Result<ScratchOutcome> restoreToScratch(engine::Engine& engine, repository::Repository& repository,
                                        const ScratchRequest& request, const std::stop_token& stop)
{
    ISO_TRY(dropScratch(engine, request.mark));
    ISO_ASSIGN(const auto target, engine.openRestoreTarget());
    auto outcome = restoreAll(*target, repository, request, stop);
    const Status dropped = dropScratch(engine, request.mark);
    if (outcome.ok() && !dropped.ok()) {
        return dropped.error();
    }
    return outcome;
}

} // namespace isotherm::drill
