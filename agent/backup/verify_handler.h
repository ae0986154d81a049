// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_handler.h"
#include "agent/metadata/backup_store.h"
#include "agent/repository/repository.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/model/records.h"

#include <string>
#include <vector>

namespace isotherm::backup
{

/// The parameters of a verify job, as its JSON text. The shards are here and not the job's own: a
/// verification of all of them, which only reads the repository, must not hold up their backups.
[[nodiscard]] std::string verifyParams(VerifyLevel level, const std::vector<ShardId>& shards);

/// Runs verify jobs: the newest backup of each shard, up to the level asked for
/// (Present, Decodes or Checksums). A damaged backup fails the job with DataLoss naming what is
/// hurt, after every shard was looked at. Reads only; an interrupted one starts again. Thread-safe.
class VerifyHandler final : public jobs::JobHandler
{
public:
    VerifyHandler(repository::Repository& repository, metadata::BackupStore& backups,
                  const Clock& clock, Log& log);

    [[nodiscard]] Result<std::string> run(jobs::JobContext& context) override;
    [[nodiscard]] jobs::Recovery recovery(const jobs::JobContext& context) override;
    [[nodiscard]] Result<std::string> resume(jobs::JobContext& context) override;
    [[nodiscard]] Status rollBack(jobs::JobContext& context) override;

private:
    [[nodiscard]] Result<repository::VerifyReport> verifyShard(jobs::JobContext& context,
                                                               ShardId shard, VerifyLevel level);

    repository::Repository& m_repository;
    metadata::BackupStore& m_backups;
    const Clock& m_clock;
    Log& m_log;
};

} // namespace isotherm::backup
