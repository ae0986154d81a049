// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace isotherm::test
{

/// A type for a column, and an expression that makes a value of the integer g.
struct OddType
{
    std::string sql;
    std::string of; ///< with $g

    [[nodiscard]] std::string valueOf(const std::string& g) const;
};

/// Statements that make the types of ours among them, in the schema o.
[[nodiscard]] std::string oddTypesSql();

/// `count` of them, each another one.
[[nodiscard]] std::vector<OddType> chooseOddTypes(std::mt19937_64& random, std::size_t count);

} // namespace isotherm::test
