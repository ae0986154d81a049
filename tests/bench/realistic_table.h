// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace isotherm::bench
{

/// The SQL that makes `name`, a range-partitioned table of realistic columns (keys, timestamps,
/// numeric, jsonb, text of few and of many values, a hex token in a tenth of the rows), filled with
/// `rows` rows in `shards` equal partitions, vacuumed and analysed. The content is a function of
/// the row number: every run makes the same table.
[[nodiscard]] std::string realisticTableSql(const std::string& name, std::uint64_t rows,
                                            std::uint32_t shards);

} // namespace isotherm::bench
