// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/byte_buffer.h"
#include "agent/repository/version.h"
#include "shared/base/result.h"

#include <cstdint>
#include <vector>

namespace isotherm::repository
{

/// Holds versions and gives them back by (key, newest first). Nothing is allocated per version.
/// Not thread-safe.
class VersionWindow
{
public:
    void add(const VersionView& version);

    [[nodiscard]] bool empty() const { return m_entries.empty(); }
    [[nodiscard]] std::uint64_t bytes() const
    {
        return m_bytes.size() + m_entries.size() * sizeof(Entry);
    }

    /// Takes all versions out in order; `emit(VersionView)` returns a Status, whose first error
    /// ends the call.
    template <class Emit>
    [[nodiscard]] Status drain(const Emit& emit)
    {
        sort();
        for (const Entry& entry : m_entries) {
            ISO_TRY(emit(viewOf(entry)));
        }
        m_entries.clear();
        m_bytes.clear();
        return {};
    }

private:
    /// Key, previous key and row lie one after another.
    struct Entry
    {
        std::uint64_t keyHead; ///< bytes 1 to 8 of the key, for fast comparison
        std::size_t begin;
        std::uint32_t keySize;
        std::uint32_t rowSize;
        RowVersion version; ///< previousSize is used
    };

    [[nodiscard]] std::string_view keyOf(const Entry& entry) const
    {
        return {m_bytes.data() + entry.begin, entry.keySize};
    }
    [[nodiscard]] VersionView viewOf(const Entry& entry) const;
    [[nodiscard]] bool less(const Entry& a, const Entry& b) const;
    void sort();

    ByteBuffer m_bytes;
    std::vector<Entry> m_entries;
};

} // namespace isotherm::repository
