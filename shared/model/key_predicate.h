// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/key.h"

#include <string>
#include <string_view>
#include <vector>

namespace isotherm
{

/// The columns of a keyspace's partition key, in order.
struct KeyColumns
{
    std::vector<std::string> names;
    std::vector<KeyType> types; ///< as many
};

/// Turns a condition on the key, as people write it, into the key ranges that it selects: sorted,
/// disjoint, and covering whatever further components follow in the keys of rows.
///
///   customer_id between 100 and 200      = 5      in (1, 5, 9)      >= 10 and customer_id < 20
///   region = 'eu' and customer_id > 7    "Odd Name" = 'it''s'      day >= 2026-03-01
///
/// Conditions are joined by "and". A column may be left out: it is then that of the condition
/// before, or the first one. Of a composite key, columns must be given from the first on: all but
/// the last with = or in. Names are matched without regard to case unless quoted; values need
/// quotes only when they hold blanks, commas or brackets. NULL keys are never selected.
///
/// InvalidArgument, with the position in the text and a hint, for anything else, and for a
/// condition that selects no key at all; ResourceExhausted when it makes more than 10,000 ranges.
[[nodiscard]] Result<std::vector<KeyRange>> parseKeyPredicate(std::string_view text,
                                                              const KeyColumns& columns);

} // namespace isotherm
