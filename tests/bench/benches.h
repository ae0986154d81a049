// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

/// The benches by name; each prints its measurements.
namespace isotherm::bench
{

/// Full backups of all shards against a pipe of standard tools and pg_dump: speed, CPU, bytes.
[[nodiscard]] Status benchFull();
/// A thousand neighbouring rows out of millions.
[[nodiscard]] Status benchRows1000();
/// What an incremental backup of 6,000 rows out of 2.4 million costs, against the change stream.
[[nodiscard]] Status benchIncrement();
/// One shard of N, against pg_restore -t of the same rows: flat in N, and nothing else is read.
[[nodiscard]] Status benchShardOfMany();
/// One shard of eight, against `zstd -d | COPY … FREEZE` + primary key.
[[nodiscard]] Status benchOneShard();

} // namespace isotherm::bench
