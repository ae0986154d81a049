// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/row_window.h"

#include "shared/base/byte_io.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace isotherm::repository
{
namespace
{

/// Room that is kept after a huge row.
constexpr std::size_t kKeptRoom = std::size_t{64} << 20U;

/// Bytes 1 to 8 of the key: the first is a marker, nearly always the same one.
std::uint64_t headOf(std::string_view key)
{
    if (key.size() >= 9) {
        return loadBigEndian<std::uint64_t>(key.data() + 1);
    }
    std::uint64_t head = 0;
    for (std::size_t i = 1; i < 9; ++i) {
        head = head << 8U | (i < key.size() ? static_cast<std::uint8_t>(key[i]) : 0U);
    }
    return head;
}

} // namespace

bool RowWindow::less(const Entry& a, const Entry& b) const
{
    if (m_sameMarker && a.keyHead != b.keyHead) {
        return a.keyHead < b.keyHead;
    }
    return keyOf(a) < keyOf(b);
}

void RowWindow::add(std::string_view row, std::string_view key)
{
    const Entry entry{headOf(key), m_rows.size(), m_keys.size(),
                      static_cast<std::uint32_t>(row.size()),
                      static_cast<std::uint32_t>(key.size())};
    const char marker = key.empty() ? '\0' : key.front();
    m_marker = m_entries.empty() ? marker : m_marker;
    m_sameMarker = (m_sameMarker || m_entries.empty()) && !key.empty() && marker == m_marker;
    m_rows.append(row.data(), row.size());
    m_keys.append(key.data(), key.size());
    m_entries.push_back(entry);
    if (m_inOrder && m_entries.size() > 1) {
        m_inOrder = !less(entry, m_entries[m_entries.size() - 2]);
    }
}

void RowWindow::sort()
{
    if (std::exchange(m_inOrder, true)) {
        return;
    }
    // A table's rows lie nearly in key order: the few that fell behind are sorted by themselves,
    // and merged in.
    const auto before = [this](const Entry& a, const Entry& b) { return less(a, b); };
    std::size_t risen = 0;
    m_fallen.clear();
    for (const Entry& entry : m_entries) {
        if (risen > 0 && less(entry, m_entries[risen - 1])) {
            m_fallen.push_back(entry);
        } else {
            m_entries[risen++] = entry;
        }
    }
    m_entries.resize(risen);
    std::sort(m_fallen.begin(), m_fallen.end(), before);
    m_merged.clear();
    std::merge(m_entries.begin(), m_entries.end(), m_fallen.begin(), m_fallen.end(),
               std::back_inserter(m_merged), before);
    std::swap(m_entries, m_merged);
}

void RowWindow::keepFrom(std::size_t index)
{
    m_spareRows.clear();
    m_spareKeys.clear();
    std::size_t kept = 0;
    for (std::size_t i = index; i < m_entries.size(); ++i) {
        Entry entry = m_entries[i];
        const std::string_view row = rowOf(entry);
        const std::string_view key = keyOf(entry);
        entry.row = m_spareRows.size();
        entry.key = m_spareKeys.size();
        m_spareRows.append(row.data(), row.size());
        m_spareKeys.append(key.data(), key.size());
        m_entries[kept++] = entry;
    }
    m_entries.resize(kept);
    std::swap(m_rows, m_spareRows);
    std::swap(m_keys, m_spareKeys);
    m_spareRows.clear();
    m_spareRows.trim(kKeptRoom);
}

} // namespace isotherm::repository
