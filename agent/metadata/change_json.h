// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/changes_records.h"

#include <string>
#include <string_view>

/// A change as JSON in one column; keys in hexadecimal.
namespace isotherm::metadata
{

[[nodiscard]] std::string toJson(const ChangeRecord& change);
/// Internal if the text is not such a record: somebody else wrote the file. What an older version
/// did not write has its default.
[[nodiscard]] Result<ChangeRecord> changeFromJson(std::string_view json);

} // namespace isotherm::metadata
