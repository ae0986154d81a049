// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Which backups may go, and in which order: decisions are pure functions, so that they can be
/// shown before anything is deleted.
namespace isotherm::backup
{

/// A backup stays when any rule that is set wants it. Without a rule everything stays.
struct RetentionPolicy
{
    /// The newest chains: a full backup and what continues it.
    std::optional<std::uint32_t> chains = {};
    /// Every backup that is not older.
    std::optional<std::chrono::seconds> age = {};
    /// Every commit of that time stays restorable, as far as there are backups.
    std::optional<std::chrono::seconds> window = {};

    [[nodiscard]] bool empty() const { return !chains && !age && !window; }
};

struct RetainedBackup
{
    std::string id;
    BackupKind kind = BackupKind::Full;
    WallTime asOf{};
};

struct RetentionDecision
{
    std::string id;
    bool keep = true;
    std::string reason; ///< "in the window of 7d", "superseded by …", …

    friend bool operator==(const RetentionDecision&, const RetentionDecision&) = default;
};

/// A retired shard (resharded, or its partition was dropped) gets no new backups: its newest one is
/// not kept for ever.
enum class ShardLife { Active, Retired };

/// Decides on all backups of one shard, in the order of their moments (equal moments: the given
/// one). Every manifest names all runs that it needs, so none hurts another by going; the last one
/// of a chain restores every commit of the chain, and the first one says where it begins. The newest
/// backup of an active shard always stays.
[[nodiscard]] std::vector<RetentionDecision>
decideRetention(std::vector<RetainedBackup> backups, const RetentionPolicy& policy, WallTime now,
                ShardLife life = ShardLife::Active);

} // namespace isotherm::backup
