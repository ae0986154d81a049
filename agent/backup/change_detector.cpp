// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/change_detector.h"

#include "agent/repository/row_checksum.h"
#include "agent/repository/schema_codec.h"

#include <algorithm>

namespace isotherm::backup
{
void ChangeDetector::observe(const engine::AccessSample& sample)
{
    const std::lock_guard lock(m_mutex);
    if (sample.resetEpoch != m_epoch) {
        m_writes.clear();
        m_epoch = sample.resetEpoch;
    }
    m_completeUntil = sample.completeUntil;
    for (const engine::LeafCounters& leaf : sample.leaves) {
        m_writes[leaf.objectId] = leaf.writes;
    }
}

std::optional<std::string> ChangeDetector::mark(const std::vector<engine::LeafRef>& leaves) const
{
    const std::lock_guard lock(m_mutex);
    std::string mark = std::to_string(m_epoch);
    for (const engine::LeafRef& leaf : leaves) {
        const auto writes = m_writes.find(leaf.objectId);
        if (writes == m_writes.end()) {
            return std::nullopt;
        }
        mark += ";" + std::to_string(leaf.objectId) + "." + std::to_string(leaf.generation) + ":" +
                std::to_string(writes->second);
    }
    return mark;
}

std::optional<WallTime> ChangeDetector::unchangedUntil(const std::string& mark,
                                                       const std::vector<engine::LeafRef>& leaves,
                                                       WallTime leavesSeen) const
{
    const std::optional<std::string> now = this->mark(leaves);
    const std::lock_guard lock(m_mutex);
    if (mark.empty() || now != mark || !m_completeUntil) {
        return std::nullopt;
    }
    return std::min(*m_completeUntil, leavesSeen);
}

std::string shapeOf(const std::vector<TableSchema>& tables)
{
    std::string shapes;
    for (const TableSchema& table : tables) {
        shapes += repository::encodeSchema(table);
    }
    repository::RowChecksum fingerprint;
    fingerprint.add(shapes);
    return fingerprint.hex();
}

std::string bindMark(const std::string& mark, const std::string& backup, const std::string& shape)
{
    return mark.empty() ? mark : backup + " " + shape + " " + mark;
}

std::string unbindMark(const std::string& bound, const std::string& backup,
                       const std::string& shape)
{
    const std::string binding = backup + " " + shape + " ";
    return bound.starts_with(binding) ? bound.substr(binding.size()) : "";
}

} // namespace isotherm::backup
