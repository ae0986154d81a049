// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/recovery_records.h"

#include <string>
#include <string_view>

/// Comparisons, recovery plans and receipts as JSON texts.
namespace isotherm::metadata
{

[[nodiscard]] std::string toJson(const RowDiff& diff);
[[nodiscard]] std::string toJson(const RecoveryPlan& plan);
[[nodiscard]] std::string toJson(const RecoveryReceipt& receipt);

// Internal if the text is no such thing.
[[nodiscard]] Result<RowDiff> diffFromJson(std::string_view text);
[[nodiscard]] Result<RecoveryPlan> recoveryPlanFromJson(std::string_view text);
[[nodiscard]] Result<RecoveryReceipt> recoveryReceiptFromJson(std::string_view text);

} // namespace isotherm::metadata
