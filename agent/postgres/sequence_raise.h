// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

/// Rows that come back keep their numbers: a sequence that stands before them (after TRUNCATE …
/// RESTART IDENTITY, for one) would give the same numbers out again, and the application's next
/// inserts would fail on the primary key.
namespace isotherm::postgres
{

/// A sequence that an integer column gets its values from, by its default or as an identity.
struct ColumnSequence
{
    std::uint64_t objectId = 0;
    std::string name;     ///< qualified and quoted
    std::string column;   ///< as the catalogue has it
    bool mayRead = false; ///< our role may see where it stands
    bool mayMove = false;

    friend bool operator==(const ColumnSequence&, const ColumnSequence&) = default;
};

/// Those of a leaf and of its parent, by name. Sequences that cycle are left out: giving numbers
/// out again is what they are for.
[[nodiscard]] Result<std::vector<ColumnSequence>>
loadColumnSequences(Connection& connection, std::uint64_t leaf, std::uint64_t parent);

/// What an operator should know before: one line for each that our role may not see to.
[[nodiscard]] std::vector<std::string> warningsOf(const std::vector<ColumnSequence>& sequences);

/// Moves the sequence beyond every value that `rows` (a qualified table, "ONLY …") holds in
/// `column` (quoted); never back. Stays moved when the transaction is rolled back.
/// PermissionDenied when it has to be moved, or nobody can tell, and our role may not.
[[nodiscard]] Status raiseSequence(Connection& connection, const ColumnSequence& sequence,
                                   const std::string& rows, const std::string& column);

} // namespace isotherm::postgres
