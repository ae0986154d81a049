// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm
{

enum class Comparison { Equal, In, Less, LessEqual, Greater, GreaterEqual, Between };

/// A value as it was written, without its quotes.
struct PredicateValue
{
    std::string text;
    std::size_t position = 0; ///< in the condition, from 0
};

/// One condition on one column.
struct PredicateTerm
{
    std::size_t column = 0; ///< index into the names
    Comparison comparison = Comparison::Equal;
    std::vector<PredicateValue> values; ///< two for Between, at least one for In, else one
};

/// The grammar of key_predicate.h: what was written, not yet what it means. InvalidArgument with
/// the position for anything else.
[[nodiscard]] Result<std::vector<PredicateTerm>>
parsePredicate(std::string_view text, const std::vector<std::string>& columns);

} // namespace isotherm
