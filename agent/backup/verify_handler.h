// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_handler.h"
#include "agent/metadata/backup_store.h"
#include "agent/metadata/proof_store.h"
#include "agent/repository/repository.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/model/records.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace isotherm::backup
{

/// What is to be read again although it was proven before.
enum class ProofUse { Remember, ReadAll };

/// The parameters of a verify job, as its JSON text. The shards are here and not the job's own: a
/// verification of all of them, which only reads the repository, must not hold up their backups.
[[nodiscard]] std::string verifyParams(VerifyLevel level, const std::vector<ShardId>& shards,
                                       ProofUse use = ProofUse::Remember);

/// Runs verify jobs: the newest backup of each shard, up to the level asked for. Runs never change:
/// those that were proven to the level within the last 30 days are only looked for. Loaded and
/// Compared come on top of Checksums, by a drill. A damaged backup fails the job with DataLoss naming
/// what is hurt, after every shard was looked at. An interrupted job starts again, and finds proven
/// what it had proven. Thread-safe.
class VerifyHandler final : public jobs::JobHandler
{
public:
    struct Parts
    {
        repository::Repository& repository;
        metadata::BackupStore& backups;
        metadata::ProofStore& proofs;
        const Clock& clock;
        Log& log;
        /// The steps of the ladder above Checksums.
        std::function<Status(jobs::JobContext&, ShardId, VerifyLevel)> drill = {};
    };

    explicit VerifyHandler(Parts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    struct Work;
    /// What is left to be read of a backup.
    struct Rest
    {
        repository::Manifest manifest; ///< with unproven runs only
        std::vector<std::string> runs; ///< their names
        std::uint32_t remembered = 0;
    };

    [[nodiscard]] Result<repository::VerifyReport> verifyShard(jobs::JobContext& context,
                                                               ShardId shard, const Work& work);
    [[nodiscard]] Result<Rest> restOf(const repository::Manifest& manifest, VerifyLevel level,
                                      ProofUse use);
    [[nodiscard]] Status drill(jobs::JobContext& context, const Work& work,
                               repository::VerifyReport& total);

    const Parts m_parts;
};

} // namespace isotherm::backup
