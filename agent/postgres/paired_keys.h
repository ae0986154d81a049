// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/postgres/part_properties.h"
#include "agent/postgres/reshard_build.h"
#include "shared/base/result.h"

#include <string>

/// Foreign keys between the tables that are divided together: they lead from part to part.
namespace isotherm::postgres
{

/// `key` leads to an old part that a new one of exactly this range takes the place of.
[[nodiscard]] bool isPaired(const ReshardScene& scene, const ModelForeignKey& key,
                            const KeyRange& range);

[[nodiscard]] std::string addForeignKeySql(const ReshardPart& part, const ModelForeignKey& key,
                                           const std::string& definition);

/// A key between two parts that go leads between their successors. Both are as one snapshot shows
/// them, and follow in step. To a part, a row whose key leaves it is one that is deleted: where
/// the foreign key says what then becomes of the referring rows, a trigger refuses to let the row
/// go while there are any.
[[nodiscard]] Status addPairedKeys(const ReshardScene& scene);

} // namespace isotherm::postgres
