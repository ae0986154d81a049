// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "tests/harness/pg_cluster.h"

#include <cstdint>
#include <string>

namespace isotherm::bench
{

/// Makes `name`, a range-partitioned table of realistic columns (keys, timestamps, numeric, jsonb,
/// text of few and of many values, a hex token in a tenth of the rows), with `rows` rows in
/// `shards` equal partitions, vacuumed and analysed. The content is a function of the row number:
/// every run makes the same table.
[[nodiscard]] Status makeRealisticTable(test::PgCluster& cluster, const std::string& name,
                                        std::uint64_t rows, std::uint32_t shards);

} // namespace isotherm::bench
