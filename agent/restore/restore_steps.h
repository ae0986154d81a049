// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/key.h"
#include "shared/model/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::restore
{

/// Rows of one table from one backup.
struct RestoreStep
{
    std::string backup;     ///< manifest id
    std::size_t table = 0;  ///< index into the manifest's tables
    std::size_t target = 0; ///< index into RestorePlan::sideTables
    std::vector<KeyRange> ranges;
    std::optional<Lsn> until = {}; ///< as after this commit; nullopt: as the backup is
};

/// What a plan will do, exactly, as it is kept with the plan: JSON with keys in hexadecimal.
[[nodiscard]] std::string encodeSteps(const std::vector<RestoreStep>& steps);
/// Internal when `text` is not what encodeSteps wrote.
[[nodiscard]] Result<std::vector<RestoreStep>> decodeSteps(std::string_view text);

} // namespace isotherm::restore
