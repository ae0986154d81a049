// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/reshard_port.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::reshard
{

/// What a job of kind Reshard is asked to do: n adjacent shards of a keyspace become m ranges, of
/// all its tables together; n = 1 is a split, m = 1 a merge. Or, with `adoptTables`, ordinary
/// tables become a keyspace of that name. A plain value; toParams() is what the job's params are.
struct ReshardRequest
{
    std::string keyspace;
    std::vector<ShardId> sources; ///< in key order, adjacent; none for an adoption
    /// In key order, adjacent, together exactly the sources' range (for an adoption: everything).
    std::vector<KeyRange> targets;
    /// How long the old parts are kept, in step with the new ones, so that it can be taken back
    /// without loss. They also stay until the first backups of the new ones are there.
    std::chrono::milliseconds grace = std::chrono::hours(24);
    std::vector<std::string> adoptTables; ///< qualified; the first is the one that others refer to
    std::string adoptKey;                 ///< the column that they are divided by
    std::optional<std::chrono::milliseconds> adoptRpo; ///< of the keyspace that they become

    [[nodiscard]] bool adopts() const { return !adoptTables.empty(); }
    friend bool operator==(const ReshardRequest&, const ReshardRequest&) = default;
};

/// The targets that `cuts` (ascending, inside of `range`) divide `range` into.
[[nodiscard]] std::vector<KeyRange> targetsOf(const KeyRange& range, const std::vector<Key>& cuts);

/// InvalidArgument, with what is wrong: no targets, gaps or overlaps between them, nothing to do.
/// `whole`: what the sources are together.
[[nodiscard]] Status checkTargets(const std::vector<KeyRange>& targets, const KeyRange& whole);

/// JSON with keys in hexadecimal.
[[nodiscard]] std::string toParams(const ReshardRequest& request);
/// InvalidArgument when `params` is not what toParams wrote.
[[nodiscard]] Result<ReshardRequest> fromParams(std::string_view params);

} // namespace isotherm::reshard
