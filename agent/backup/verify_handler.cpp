// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/verify_handler.h"

#include <nlohmann/json.hpp>
#include <optional>

namespace isotherm::backup
{
namespace
{

struct VerifyWork
{
    VerifyLevel level = VerifyLevel::Checksums;
    std::vector<ShardId> shards;
};

Result<VerifyWork> parseParams(const std::string& params)
{
    const nlohmann::json json = nlohmann::json::parse(params, nullptr, false);
    if (!json.is_object() || !json.contains("shards")) {
        return makeError(Code::Internal, "the job's parameters cannot be read");
    }
    VerifyWork work;
    work.level = static_cast<VerifyLevel>(json.value("level", static_cast<int>(work.level)));
    for (const std::uint64_t shard : json["shards"].get<std::vector<std::uint64_t>>()) {
        work.shards.emplace_back(shard);
    }
    return work;
}

} // namespace

std::string verifyParams(VerifyLevel level, const std::vector<ShardId>& shards)
{
    nlohmann::json list = nlohmann::json::array();
    for (const ShardId shard : shards) {
        list.push_back(shard.get());
    }
    return nlohmann::json({{"level", static_cast<int>(level)}, {"shards", std::move(list)}}).dump();
}

VerifyHandler::VerifyHandler(repository::Repository& repository, metadata::BackupStore& backups,
                             const Clock& clock, Log& log)
    : m_repository(repository), m_backups(backups), m_clock(clock), m_log(log)
{
}

Result<std::string> VerifyHandler::run(jobs::JobContext& context)
{
    ISO_ASSIGN(const VerifyWork work, parseParams(context.params()));
    ISO_ASSIGN(repository::VerifyReport total, m_repository.verifyHeader());
    std::uint32_t verified = 0;
    for (const ShardId shard : work.shards) {
        ISO_ASSIGN(const repository::VerifyReport report, verifyShard(context, shard, work.level));
        total.objects += report.objects;
        total.bytesRead = ByteCount(total.bytesRead.get() + report.bytesRead.get());
        total.rows += report.rows;
        total.damages.insert(total.damages.end(), report.damages.begin(), report.damages.end());
        verified += report.objects > 0 && report.ok() ? 1 : 0;
    }
    for (const repository::Damage& damage : total.damages) {
        m_log.error(
            "backup.damaged", damage.text(),
            {{"object", damage.object}, {"shard", static_cast<std::int64_t>(damage.shard.get())}});
    }
    ISO_TRY(total.status());
    return std::to_string(verified) + " of " + std::to_string(work.shards.size()) +
           " shards verified (" + std::string(verifyLevelName(work.level)) +
           "): " + std::to_string(total.objects) + " objects, " + formatBytes(total.bytesRead);
}

jobs::Recovery VerifyHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> VerifyHandler::resume(jobs::JobContext& context)
{
    return run(context);
}

Status VerifyHandler::rollBack(jobs::JobContext& /*context*/)
{
    return {};
}

Result<repository::VerifyReport> VerifyHandler::verifyShard(jobs::JobContext& context,
                                                            ShardId shard, VerifyLevel level)
{
    ISO_ASSIGN(const std::optional<BackupRecord> backup, m_backups.newest(shard, std::nullopt));
    if (!backup) {
        return repository::VerifyReport{};
    }
    context.setPhase("verify shard " + std::to_string(shard.get()));
    const auto manifest = m_repository.loadManifest(backup->id);
    if (!manifest.ok()) {
        repository::Damage damage;
        damage.object = backup->id;
        damage.part = repository::ObjectPart::Manifest;
        damage.shard = shard;
        damage.error = manifest.error();
        repository::VerifyReport report;
        report.damages.push_back(damage);
        return report;
    }
    ByteCount told;
    const auto progress = [&context, &told](ByteCount done, ByteCount /*total*/) {
        context.addProgress(done.get() - told.get(), 0);
        told = done;
    };
    ISO_ASSIGN(const repository::VerifyReport report,
               m_repository.verify(*manifest, level, progress, context.stopToken()));
    if (report.ok()) {
        ISO_TRY(m_backups.setVerified(backup->id, report.level, m_clock.wallNow()));
    }
    return report;
}

} // namespace isotherm::backup
