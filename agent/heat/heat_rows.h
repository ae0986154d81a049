// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/heat_matrix.h"
#include "shared/model/records.h"

#include <cstddef>
#include <vector>

namespace isotherm::heat
{

/// The shards that the query asks for as rows: by keyspace, in key order, the default last.
[[nodiscard]] std::vector<HeatRow> heatRowsOf(const HeatQuery& query,
                                              const std::vector<ShardRecord>& shards);

/// Fills a matrix's columns from buckets, several per column: the mean over what was measured, and
/// the maximum. Not thread-safe.
class ColumnSums
{
public:
    /// Sizes the matrix's values for its rows and columns.
    ColumnSums(HeatMatrix& matrix, std::size_t bucketsPerColumn);

    /// Each bucket of a row at most once.
    void add(std::size_t row, std::size_t bucket, float mean, float max);
    void finish();

private:
    HeatMatrix& m_matrix;
    const std::size_t m_perColumn;
    std::vector<std::size_t> m_counts; ///< unused with one bucket per column
};

} // namespace isotherm::heat
