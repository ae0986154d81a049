// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/pgoutput/message.h"
#include "shared/base/result.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::postgres
{

/// One value of a row as text.
struct FoldedValue
{
    enum class Kind : std::uint8_t {
        Null,
        Text,
        Absent, ///< not sent: as the row had it before
    };
    Kind kind = Kind::Absent;
    std::string text;

    friend bool operator==(const FoldedValue&, const FoldedValue&) = default;
};

using FoldedRow = std::vector<FoldedValue>;

/// What many changes of one table come to in the end: per row its last version, or that it is gone.
/// Values that no change brought point at the row that had them, which is read before anything is
/// written. Memory follows the rows touched, not the changes. Not thread-safe.
class ChangeFold
{
public:
    /// `identity`: the columns (indexes) that tell rows apart.
    explicit ChangeFold(std::vector<std::size_t> identity) : m_identity(std::move(identity)) {}

    struct Entry
    {
        FoldedRow row; ///< of a gone row only the identity means something
        bool gone = false;
        /// Where absent values are to be had: the identity of a row as the table has it now.
        std::optional<std::string> source;
    };

    void insert(FoldedRow row);
    /// `old`: when the identity changed, or with all old values.
    void update(const std::optional<FoldedRow>& old, FoldedRow row);
    void remove(const FoldedRow& old);

    [[nodiscard]] const std::map<std::string, Entry>& entries() const { return m_entries; }
    [[nodiscard]] std::map<std::string, Entry>& entries() { return m_entries; }
    /// The identities of the rows that have to be read first, each once.
    [[nodiscard]] std::vector<std::string> sources() const;
    [[nodiscard]] bool empty() const { return m_entries.empty(); }
    [[nodiscard]] std::size_t bytes() const { return m_bytes; }
    void clear();

    /// The identity of a row as one text, and back.
    [[nodiscard]] std::string identityOf(const FoldedRow& row) const;
    [[nodiscard]] static std::vector<std::string> identityValues(const std::string& identity);

private:
    void put(std::string identity, Entry entry);

    std::vector<std::size_t> m_identity;
    std::map<std::string, Entry> m_entries;
    std::size_t m_bytes = 0;
};

} // namespace isotherm::postgres
