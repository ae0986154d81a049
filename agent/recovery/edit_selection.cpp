// SPDX-License-Identifier: Apache-2.0
#include "agent/recovery/edit_selection.h"

#include <algorithm>
#include <map>
#include <utility>

namespace isotherm::recovery
{
namespace
{

std::function<bool(const EditRecord&)> chosenBy(const RecoveryRequest& request)
{
    if (request.choice == RowChoice::Picked) {
        return [picked = std::set(request.picked.begin(), request.picked.end())](
                   const EditRecord& record) { return picked.contains(record.number); };
    }
    const bool changedToo = request.choice == RowChoice::MissingAndChanged;
    return [changedToo](const EditRecord& record) {
        return record.kind == RowDifference::Missing ||
               (changedToo && record.kind == RowDifference::Changed);
    };
}

Result<EditSelection> ofDiff(const RecoveryRequest& request, const EditFiles& files)
{
    const JobId job = *request.job;
    ISO_ASSIGN(const auto file, files.openDiff(job));
    EditSelection selection;
    selection.chosen = chosenBy(request);
    // Shards without a chosen row are no transactions: undo counts these.
    std::map<ShardId, std::set<std::uint32_t>> sections;
    for (;;) {
        ISO_ASSIGN(const auto record, file->next());
        if (!record) {
            break;
        }
        if (selection.chosen(*record)) {
            sections[file->sections()[record->section].shard].insert(record->section);
        }
    }
    for (auto& [shard, indexes] : sections) {
        selection.shards.push_back({shard,
                                    [&files, job] { return files.openDiff(job); },
                                    {indexes.begin(), indexes.end()}});
    }
    return selection;
}

} // namespace

Result<ShardEdits> undoOf(const EditFiles& files, JobId job, std::size_t index)
{
    ISO_ASSIGN(const auto file, files.openUndo(job, index));
    ShardEdits edits;
    edits.open = [&files, job, index] { return files.openUndo(job, index); };
    for (std::size_t i = 0; i < file->sections().size(); ++i) {
        edits.shard = file->sections()[i].shard;
        edits.sections.push_back(static_cast<std::uint32_t>(i));
    }
    return edits;
}

Result<EditSelection> selectEdits(const RecoveryRequest& request, const EditFiles& files,
                                  metadata::RecoveryStore& store)
{
    if (request.mode == RecoveryMode::CopyBack) {
        return ofDiff(request, files);
    }
    ISO_ASSIGN(const RecoveryReceipt receipt, store.receipt(*request.job));
    EditSelection selection;
    selection.chosen = [](const EditRecord&) { return true; };
    std::set<ShardId> shards; // each was one transaction, in the order of the receipt
    for (const RecoveredTable& table : receipt.tables) {
        shards.insert(table.shard);
    }
    for (std::size_t index = 0; index < shards.size(); ++index) {
        ISO_ASSIGN(const auto file, files.openUndo(receipt.job, index));
        if (file->records() > 0) { // else nothing was written there, and there is nothing to undo
            ISO_ASSIGN(ShardEdits edits, undoOf(files, receipt.job, index));
            selection.shards.push_back(std::move(edits));
        }
    }
    return selection;
}

Result<std::function<Result<std::optional<EditRecord>>()>> recordsOf(const ShardEdits& shard,
                                                                     std::uint32_t section,
                                                                     const EditSelection& selection,
                                                                     std::stop_token stop)
{
    ISO_ASSIGN(std::unique_ptr<EditFileReader> opened, shard.open());
    opened->wantSection(section);
    std::shared_ptr<EditFileReader> file = std::move(opened);
    return std::function<Result<std::optional<EditRecord>>()>(
        [file, section, chosen = selection.chosen,
         stop = std::move(stop)]() -> Result<std::optional<EditRecord>> {
            for (;;) {
                if (stop.stop_requested()) {
                    return makeError(Code::Cancelled, "the recovery was cancelled");
                }
                ISO_ASSIGN(std::optional<EditRecord> record, file->next());
                if (!record || (record->section == section && chosen(*record))) {
                    return record;
                }
            }
        });
}

} // namespace isotherm::recovery
