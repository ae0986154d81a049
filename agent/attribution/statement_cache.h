// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/attribution/log_reader.h"
#include "agent/attribution/statement_keys.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace isotherm::attribution
{

/// What one statement did to one managed table.
struct TableAccess
{
    std::size_t table = 0; ///< index into the reader's tables
    bool reads = false;
    bool writes = false;
    std::vector<Key> keys;         ///< single ones
    std::optional<KeyRange> range; ///< instead of keys
    std::optional<Reason> reason;  ///< instead of both: it could not be told by key
};

/// A statement without its constants: they are parameters of it, behind those that it had.
struct BareStatement
{
    std::string text;
    std::vector<std::string> constants;
};

/// Takes numbers and plain strings out of a statement, in one pass over its bytes. nullopt for one
/// that holds anything less plain (E'', $$, comments), or that names parameters of its own.
[[nodiscard]] std::optional<BareStatement> withoutConstants(std::string_view text);

/// Attributes logged statements, reading each form of statement once: most differ in their
/// constants only, and the parser is what costs. Not thread-safe.
class StatementCache
{
public:
    static constexpr std::size_t kForms = 4'096;

    explicit StatementCache(const StatementReader& reader) : m_reader(reader) {}

    /// Empty when no managed table is touched. One access with `table` past the end and a reason
    /// when it is not known what is.
    [[nodiscard]] std::vector<TableAccess> attribute(const LoggedStatement& statement);

    [[nodiscard]] std::uint64_t parsed() const { return m_parsed; }

private:
    using Form = std::shared_ptr<const StatementKeys>;

    [[nodiscard]] Form formOf(const std::string& text);
    [[nodiscard]] TableAccess bind(const TableUse& use,
                                   const std::vector<std::optional<std::string>>& values) const;

    const StatementReader& m_reader;
    std::unordered_map<std::string, Form> m_forms;
    std::uint64_t m_parsed = 0;
};

} // namespace isotherm::attribution
