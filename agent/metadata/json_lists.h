// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/base/units.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Short lists as JSON texts inside one column.
namespace isotherm::metadata
{

[[nodiscard]] std::string toJson(const std::vector<std::string>& texts);
[[nodiscard]] std::string toJson(const std::vector<std::uint64_t>& numbers);
[[nodiscard]] std::string toJson(const std::vector<ShardId>& shards);

// Internal if the text is not such a list: somebody else wrote the file.
[[nodiscard]] Result<std::vector<std::string>> textsFromJson(std::string_view json);
[[nodiscard]] Result<std::vector<std::uint64_t>> numbersFromJson(std::string_view json);
[[nodiscard]] Result<std::vector<ShardId>> shardsFromJson(std::string_view json);

} // namespace isotherm::metadata
