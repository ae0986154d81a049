// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/version_window.h"

#include "shared/base/byte_io.h"

#include <algorithm>

namespace isotherm::repository
{
namespace
{

std::uint64_t headOf(std::string_view key)
{
    std::uint64_t head = 0;
    for (std::size_t i = 1; i < 9; ++i) {
        head = head << 8U | (i < key.size() ? static_cast<std::uint8_t>(key[i]) : 0U);
    }
    return head;
}

} // namespace

void VersionWindow::add(const VersionView& version)
{
    Entry entry{headOf(version.key), m_bytes.size(), static_cast<std::uint32_t>(version.key.size()),
                static_cast<std::uint32_t>(version.row.size()), version.version};
    entry.version.previousSize = static_cast<std::uint32_t>(version.previousKey.size());
    m_bytes.append(version.key.data(), version.key.size());
    m_bytes.append(version.previousKey.data(), version.previousKey.size());
    m_bytes.append(version.row.data(), version.row.size());
    m_entries.push_back(entry);
}

VersionView VersionWindow::viewOf(const Entry& entry) const
{
    const char* previous = m_bytes.data() + entry.begin + entry.keySize;
    const std::size_t previousSize = entry.version.previousSize;
    return {keyOf(entry),
            {previous + previousSize, entry.rowSize},
            {previous, previousSize},
            entry.version};
}

bool VersionWindow::less(const Entry& a, const Entry& b) const
{
    const std::string_view first = keyOf(a);
    const std::string_view second = keyOf(b);
    const bool sameMarker = !first.empty() && !second.empty() && first.front() == second.front();
    if (sameMarker && a.keyHead != b.keyHead) {
        return a.keyHead < b.keyHead;
    }
    const int order = first.compare(second);
    return order != 0 ? order < 0 : isNewer(a.version, b.version);
}

void VersionWindow::sort()
{
    std::sort(m_entries.begin(), m_entries.end(),
              [this](const Entry& a, const Entry& b) { return less(a, b); });
}

} // namespace isotherm::repository
