// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/row_edit.h"
#include "agent/postgres/connection.h"
#include "agent/postgres/sequence_raise.h"
#include "shared/base/result.h"

#include <string>
#include <vector>

namespace isotherm::postgres
{

/// A foreign key from a leaf to another table, or from another table to the leaf's.
struct LeafForeignKey
{
    std::string name;
    std::string table;                   ///< the other one, qualified and quoted
    std::vector<std::string> columns;    ///< that refer
    std::vector<std::string> referenced; ///< that are referred to
};

/// What decides how rows of a leaf can be changed.
struct LeafFacts
{
    bool there = false; ///< a partition with this object id and name
    std::string parent; ///< qualified and quoted
    std::uint64_t parentId = 0;
    std::vector<std::string> rights;   ///< that our role lacks, "INSERT"
    bool temporary = false;            ///< our role may make temporary tables
    bool filtered = false;             ///< row-level security hides rows from us
    bool foreign = false;              ///< a foreign table
    std::vector<std::string> triggers; ///< of users, that would fire
    bool maySilence = false;
    std::vector<std::string> alwaysIdentity; ///< columns that UPDATE may not set
    std::vector<LeafForeignKey> refersTo;
    std::vector<LeafForeignKey> referredFrom;
    std::vector<ColumnSequence> sequences;
};

[[nodiscard]] Result<LeafFacts> loadFacts(Connection& connection, const engine::LeafRef& leaf);

/// Refusals and warnings that follow from the facts: pure.
[[nodiscard]] engine::EditSurvey judge(const engine::EditTarget& target,
                                       const engine::EditRules& rules, const LeafFacts& facts);

/// Triggers are silenced only where there are some: else foreign keys stay the server's business.
[[nodiscard]] bool silences(const engine::EditRules& rules, const LeafFacts& facts);

} // namespace isotherm::postgres
