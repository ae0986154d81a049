// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"

#include <functional>
#include <optional>
#include <stop_token>

/// Full backups out of the repository alone: a compaction of base and deltas, without any load on
/// the database, and a proof that the chain can be read.
namespace isotherm::repository
{

struct SyntheticOptions
{
    /// The new base shows every commit up to here; nullopt: the manifest's LSN.
    std::optional<Lsn> cut = {};
    int compressionLevel = 1;
    ByteCount objectSize{32ULL << 20U};
    ByteCount blockSize{1ULL << 20U};
    /// Told now and then: rows written since the last call.
    std::function<void(ByteCount bytes, std::uint64_t rows)> onWritten = {};
};

/// Compacts `from` into a new base, and commits a manifest that names it and, when `cut` lies
/// before the manifest's LSN, the deltas that go on from there: every moment from `cut` on stays
/// restorable. Before the manifest is committed, all that was written is read back from the store:
/// decoded, counted, and its checksum compared with that of the rows that were merged. The inputs
/// are left alone; they are garbage when no manifest names them any more.
///
/// FailedPrecondition when there is nothing to compact; OutOfRange, DataLoss as
/// Repository::openTableAt says; DataLoss when the output is not what was merged; Cancelled.
[[nodiscard]] Result<Manifest> writeSyntheticFull(Repository& repository, const Manifest& from,
                                                  const SyntheticOptions& options,
                                                  const Clock& clock, const std::stop_token& stop);

} // namespace isotherm::repository
