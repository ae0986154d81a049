// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "shared/model/records.h"

#include <string>
#include <string_view>

/// Plans and receipts as JSON texts.
namespace isotherm::metadata
{

[[nodiscard]] std::string toJson(const RestorePlan& plan);
[[nodiscard]] std::string toJson(const RestoreReceipt& receipt);

// Internal if the text is no such thing.
[[nodiscard]] Result<RestorePlan> planFromJson(std::string_view text);
[[nodiscard]] Result<RestoreReceipt> receiptFromJson(std::string_view text);

} // namespace isotherm::metadata
