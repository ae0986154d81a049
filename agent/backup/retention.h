// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstdint>
#include <functional>
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

/// Decides on all backups of one shard, in the order of their moments. Every manifest names all
/// runs that it needs, so none hurts another by going; the last one of a chain restores every
/// commit of the chain. The newest backup always stays.
[[nodiscard]] std::vector<RetentionDecision>
decideRetention(std::vector<RetainedBackup> backups, const RetentionPolicy& policy, WallTime now);

struct RetentionReport
{
    std::uint32_t kept = 0;
    std::vector<std::string> removed; ///< ids of manifests
    repository::GarbageReport garbage;
};

/// The policy of a keyspace; nullopt: nothing of it is removed.
using PolicyOf = std::function<std::optional<RetentionPolicy>(const std::string& keyspace)>;

/// Carries the decisions out: manifests first, the oldest first, then the mark, and after its grace
/// the runs that no manifest names. Interrupted anywhere it leaves complete backups and garbage. A
/// manifest that cannot be read stops it before anything of its shard is removed.
[[nodiscard]] Result<RetentionReport> enforceRetention(repository::Repository& repository,
                                                       const PolicyOf& policyOf,
                                                       const repository::GarbageOptions& garbage,
                                                       WallTime now);

} // namespace isotherm::backup
