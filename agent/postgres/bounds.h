// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/connection.h"
#include "agent/postgres/type_policy.h"
#include "shared/base/result.h"
#include "shared/model/key.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::postgres
{

/// One value of a bound as the catalog prints it: a literal, or one of the two words.
struct BoundValue
{
    enum class Kind { Minimum, Value, Maximum };
    Kind kind = Kind::Value;
    std::string text; ///< without quotes

    friend bool operator==(const BoundValue&, const BoundValue&) = default;
};

struct PartitionBound
{
    bool isDefault = false;
    std::vector<BoundValue> from;
    std::vector<BoundValue> to;
};

/// Parses what pg_get_expr(relpartbound) prints: "DEFAULT" or "FOR VALUES FROM (…) TO (…)".
/// InvalidArgument for anything else (hash and list partitions).
[[nodiscard]] Result<PartitionBound> parseBound(std::string_view text);

/// The ranges of `bounds`, one each (a default's is everything). The server reads the literals, so
/// that no format of dates or strings has to be known here.
[[nodiscard]] Result<std::vector<KeyRange>> boundRanges(Connection& connection,
                                                        const std::vector<PartitionBound>& bounds,
                                                        const std::vector<std::string>& typeNames,
                                                        const std::vector<KeyType>& keyTypes);

} // namespace isotherm::postgres
