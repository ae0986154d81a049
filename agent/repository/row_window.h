// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/byte_buffer.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// Holds rows with their keys and gives them back in key order, lowest first. Sorts only when rows
/// came out of order. Nothing is allocated per row. Not thread-safe.
class RowWindow
{
public:
    void add(std::string_view row, std::string_view key);

    [[nodiscard]] bool empty() const { return m_entries.empty(); }
    [[nodiscard]] bool inOrder() const { return m_inOrder; }
    /// Memory held for rows, keys and order.
    [[nodiscard]] std::uint64_t bytes() const
    {
        return m_rows.size() + m_keys.size() + m_entries.size() * sizeof(Entry);
    }

    /// Takes rows out in order until at most `keepBytes` are held; `emit(row, key)` returns a
    /// Status, and its first error ends the call.
    template <class Emit>
    [[nodiscard]] Status drain(std::uint64_t keepBytes, const Emit& emit)
    {
        sort();
        std::size_t taken = 0;
        for (std::uint64_t left = bytes(); taken < m_entries.size() && left > keepBytes; ++taken) {
            const Entry& entry = m_entries[taken];
            ISO_TRY(emit(rowOf(entry), keyOf(entry)));
            left -= entry.rowSize + entry.keySize + sizeof(Entry);
        }
        keepFrom(taken);
        return {};
    }

private:
    struct Entry
    {
        std::uint64_t keyHead; ///< the key's first 8 bytes, for fast comparison
        std::size_t row;
        std::size_t key;
        std::uint32_t rowSize;
        std::uint32_t keySize;
    };

    [[nodiscard]] std::string_view rowOf(const Entry& entry) const
    {
        return {m_rows.data() + entry.row, entry.rowSize};
    }
    [[nodiscard]] std::string_view keyOf(const Entry& entry) const
    {
        return {m_keys.data() + entry.key, entry.keySize};
    }
    [[nodiscard]] bool less(const Entry& a, const Entry& b) const;
    void sort();
    void keepFrom(std::size_t index);

    ByteBuffer m_rows;
    ByteBuffer m_keys;
    std::vector<Entry> m_entries;
    std::vector<Entry> m_fallen; ///< scratch of sort()
    std::vector<Entry> m_merged; ///< likewise
    ByteBuffer m_spareRows;
    ByteBuffer m_spareKeys;
    bool m_inOrder = true;
    /// All keys held begin with the byte `m_marker`, so that their heads decide nearly always.
    bool m_sameMarker = false;
    char m_marker = '\0';
};

} // namespace isotherm::repository
