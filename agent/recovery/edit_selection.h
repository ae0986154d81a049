// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "agent/metadata/recovery_store.h"
#include "agent/recovery/edit_file.h"
#include "agent/recovery/edit_files.h"
#include "shared/base/result.h"
#include "shared/model/recovery_records.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <vector>

/// Which edits a recovery makes, transaction by transaction.
namespace isotherm::recovery
{

/// The edits of one shard: one transaction.
struct ShardEdits
{
    ShardId shard = {};
    std::function<Result<std::unique_ptr<EditFileReader>>()> open = {};
    std::vector<std::uint32_t> sections = {}; ///< of the file
};

struct EditSelection
{
    std::vector<ShardEdits> shards;
    std::function<bool(const EditRecord&)> chosen;
};

/// Of a copy back: the rows of its comparison that were chosen. Of an undo: everything that the job
/// wrote. NotFound when the rows are not kept any more.
[[nodiscard]] Result<EditSelection>
selectEdits(const RecoveryRequest& request, const EditFiles& files, metadata::RecoveryStore& store);

/// Everything that transaction `index` of `job` wrote over.
[[nodiscard]] Result<ShardEdits> undoOf(const EditFiles& files, JobId job, std::size_t index);

/// The chosen records of one section, in order. Cancelled when `stop` was requested.
[[nodiscard]] Result<std::function<Result<std::optional<EditRecord>>()>>
recordsOf(const ShardEdits& shard, std::uint32_t section, const EditSelection& selection,
          std::stop_token stop);

} // namespace isotherm::recovery
