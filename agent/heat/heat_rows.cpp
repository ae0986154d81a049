// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/heat_rows.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <unordered_set>

namespace isotherm::heat
{

std::vector<HeatRow> heatRowsOf(const HeatQuery& query, const std::vector<ShardRecord>& shards)
{
    const std::unordered_set<ShardId> wanted(query.shards.begin(), query.shards.end());
    std::vector<const ShardRecord*> chosen;
    for (const ShardRecord& shard : shards) {
        if ((query.keyspace.empty() || shard.keyspace == query.keyspace) &&
            (wanted.empty() || wanted.contains(shard.id))) {
            chosen.push_back(&shard);
        }
    }
    std::sort(chosen.begin(), chosen.end(), [](const ShardRecord* a, const ShardRecord* b) {
        return std::tie(a->keyspace, a->isDefault, a->range.begin, a->id) <
               std::tie(b->keyspace, b->isDefault, b->range.begin, b->id);
    });
    std::vector<HeatRow> rows;
    rows.reserve(chosen.size());
    for (const ShardRecord* shard : chosen) {
        rows.push_back({shard->id, shard->keyspace, shard->rangeText});
    }
    return rows;
}

ColumnSums::ColumnSums(HeatMatrix& matrix, std::size_t bucketsPerColumn)
    : m_matrix(matrix), m_perColumn(bucketsPerColumn)
{
    const std::size_t values = matrix.rows.size() * matrix.columns;
    matrix.mean.assign(values, kMissingHeat);
    matrix.max.assign(values, kMissingHeat);
    if (m_perColumn > 1) {
        m_counts.assign(values, 0);
    }
}

void ColumnSums::add(std::size_t row, std::size_t bucket, float mean, float max)
{
    const std::size_t at = bucket / m_perColumn * m_matrix.rows.size() + row;
    if (std::isnan(m_matrix.mean[at])) {
        m_matrix.mean[at] = mean;
        m_matrix.max[at] = max;
    } else {
        m_matrix.mean[at] += mean;
        m_matrix.max[at] = std::max(m_matrix.max[at], max);
    }
    if (m_perColumn > 1) {
        ++m_counts[at];
    }
}

void ColumnSums::finish()
{
    for (std::size_t i = 0; i < m_counts.size(); ++i) {
        if (m_counts[i] > 1) {
            m_matrix.mean[i] /= static_cast<float>(m_counts[i]);
        }
    }
}

} // namespace isotherm::heat
