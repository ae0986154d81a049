// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "agent/postgres/catalog.h"
#include "agent/postgres/connection.h"
#include "shared/base/result.h"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// What a change of parts is about, as the catalog has it.
namespace isotherm::postgres
{

/// Where the marker rows are.
inline constexpr const char* kReshardSchema = "isotherm_reshard";
/// Slots and publications of changes begin like this.
inline constexpr std::string_view kReshardPrefix = "isotherm_r_";

/// Names of what a change makes, all with its token in them.
[[nodiscard]] std::string reshardFeedName(const std::string& token); ///< slot and publication
[[nodiscard]] std::string reshardCheckName(const std::string& token);
/// The `index`th new part of a table; cut to what a name may be long.
[[nodiscard]] std::string reshardPartName(const std::string& table, const std::string& token,
                                          std::size_t index);
/// What a part is called once it serves no more.
[[nodiscard]] std::string reshardOldName(const std::string& part, const std::string& token);

/// A partition of one side.
struct ReshardPart
{
    Oid oid = 0; ///< 0: not there (any more)
    std::string schema;
    std::string name;
    KeyRange range;
    std::string givenName; ///< what it is called where it serves

    [[nodiscard]] std::string qualified() const;
};

struct ReshardColumn
{
    std::string name;
    std::string typeName;
};

/// One table of the keyspace.
struct ReshardTable
{
    Oid root = 0; ///< of an adoption the one that serves
    std::string schema;
    std::string name;
    std::string keyColumn;
    std::string keyTypeName;
    KeyType keyType = KeyType::Integer;
    std::vector<ReshardColumn> columns; ///< stored ones, without the generated
    std::vector<std::string> identity;  ///< columns that tell rows apart, the key among them
    std::optional<ReshardPart> defaultPart;
    std::vector<ReshardPart> olds; ///< by source
    std::vector<ReshardPart> news; ///< by target; oid 0 before they are made
    /// Adoption: the partitioned table that takes the ordinary one's name, with the new parts in it.
    std::optional<ReshardPart> stage;

    [[nodiscard]] std::string qualified() const;
    /// "FROM (1) TO (100)".
    [[nodiscard]] std::string bound(const KeyRange& range) const;
    /// As a WHERE clause, the key column as `column`; "true" for everything.
    [[nodiscard]] std::string condition(const KeyRange& range, const std::string& column) const;
    [[nodiscard]] std::string columnList() const; ///< quoted
};

struct ReshardBook
{
    std::vector<ReshardTable> tables;
};

/// FailedPrecondition when a source is not there as planned, the key has several columns, or rows
/// cannot be told apart. Once the change has been registered its parts come from there.
[[nodiscard]] Result<ReshardBook> loadReshardBook(Connection& connection,
                                                  const engine::ReshardPlan& plan);

} // namespace isotherm::postgres
