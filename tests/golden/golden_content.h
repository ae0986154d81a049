// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <string_view>
#include <vector>

/// What every golden repository holds: made by rule, so that a test can say what it must read.
/// Never change this; add another content beside it.
namespace isotherm::golden
{

inline constexpr std::string_view kPassphrase = "golden passphrase of the tests";
inline constexpr std::int64_t kFirstAsOf = 1'770'000'000'000'000;

/// A table with a column for every layout that blocks know.
[[nodiscard]] TableSchema ordersSchema();
[[nodiscard]] RowBatch ordersRows();
/// A table without a primary key, with equal keys.
[[nodiscard]] TableSchema eventsSchema();
[[nodiscard]] RowBatch eventsRows();

/// The full backup; its runs are not filled in.
[[nodiscard]] repository::Manifest fullManifest();

} // namespace isotherm::golden
