// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/jobs/job_handler.h"
#include "agent/metadata/backup_store.h"
#include "agent/repository/repository.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/model/records.h"

#include <string>

namespace isotherm::backup
{

/// The parameters of a verify job, as its JSON text.
[[nodiscard]] std::string verifyParams(VerifyLevel level);

/// Runs verify jobs: the newest backup of each of the job's shards, up to the level asked for
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
