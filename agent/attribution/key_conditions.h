// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/attribution/statement_keys.h"

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// Conditions in a parse tree (libpg_query's JSON). What is not understood is no condition.
namespace isotherm::attribution
{

/// A condition on the key of one table of a query; one without values could not be read.
struct KeyFinding
{
    std::size_t entry = 0;
    std::optional<KeyCondition> condition;
};

/// Which table's key a column is; nullopt: none's.
using ResolveColumn = std::function<std::optional<std::size_t>(const nlohmann::json& column)>;

/// A constant, a parameter, a cast or a sign before either, +, - and * between them; nullopt for
/// anything else.
[[nodiscard]] std::optional<KeyValue> valueOf(const nlohmann::json& node);
/// "a.id" → {a, id}; empty when it is no column.
[[nodiscard]] std::vector<std::string> columnOf(const nlohmann::json& node);
/// The two columns of "a.id = b.id".
[[nodiscard]] std::optional<std::pair<const nlohmann::json*, const nlohmann::json*>>
equalColumns(const nlohmann::json& condition);
/// Adds what one condition (without AND) says about keys.
void readCondition(const nlohmann::json& condition, const ResolveColumn& resolve,
                   std::vector<KeyFinding>& found, int depth);
/// The narrowest of what was found for a table: equality before a range, both ends of a range.
void combine(const std::vector<KeyFinding>& found, std::size_t entry, TableUse& use);

} // namespace isotherm::attribution
