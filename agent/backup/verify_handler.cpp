// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/verify_handler.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace isotherm::backup
{
namespace
{

/// Media rot: what was proven longer ago is read again.
constexpr std::chrono::hours kProofLasts{24 * 30};

} // namespace

struct VerifyHandler::Work
{
    VerifyLevel level = VerifyLevel::Checksums;
    ProofUse use = ProofUse::Remember;
    std::vector<ShardId> shards;

    /// As far as the repository alone can prove.
    [[nodiscard]] VerifyLevel inRepository() const
    {
        return std::min(level, VerifyLevel::Checksums);
    }

    static Result<Work> parse(const std::string& params)
    {
        const nlohmann::json json = nlohmann::json::parse(params, nullptr, false);
        if (!json.is_object() || !json.contains("shards")) {
            return makeError(Code::Internal, "the job's parameters cannot be read");
        }
        Work work;
        work.level = static_cast<VerifyLevel>(json.value("level", static_cast<int>(work.level)));
        work.use = json.value("all", false) ? ProofUse::ReadAll : ProofUse::Remember;
        for (const std::uint64_t shard : json["shards"].get<std::vector<std::uint64_t>>()) {
            work.shards.emplace_back(shard);
        }
        return work;
    }
};

std::string verifyParams(VerifyLevel level, const std::vector<ShardId>& shards, ProofUse use)
{
    nlohmann::json list = nlohmann::json::array();
    for (const ShardId shard : shards) {
        list.push_back(shard.get());
    }
    return nlohmann::json({{"level", static_cast<int>(level)},
                           {"all", use == ProofUse::ReadAll},
                           {"shards", std::move(list)}})
        .dump();
}

Result<std::string> VerifyHandler::run(jobs::JobContext& context)
{
    ISO_ASSIGN(const Work work, Work::parse(context.params()));
    ISO_ASSIGN(repository::VerifyReport total, m_parts.repository.verifyHeader());
    std::uint32_t verified = 0;
    for (const ShardId shard : work.shards) {
        ISO_ASSIGN(const repository::VerifyReport report, verifyShard(context, shard, work));
        total.objects += report.objects;
        total.bytesRead = ByteCount(total.bytesRead.get() + report.bytesRead.get());
        total.rows += report.rows;
        total.damages.insert(total.damages.end(), report.damages.begin(), report.damages.end());
        verified += report.objects > 0 && report.ok() ? 1 : 0;
    }
    for (const repository::Damage& damage : total.damages) {
        m_parts.log.error(
            "backup.damaged", damage.text(),
            {{"object", damage.object}, {"shard", static_cast<std::int64_t>(damage.shard.get())}});
    }
    ISO_TRY(total.status());
    if (work.level > VerifyLevel::Checksums) {
        ISO_TRY(drill(context, work, total));
    }
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

Status VerifyHandler::drill(jobs::JobContext& context, const Work& work,
                            repository::VerifyReport& total)
{
    Status first;
    for (const ShardId shard : work.shards) {
        ISO_ASSIGN(const auto backup, m_parts.backups.newest(shard, std::nullopt));
        if (!backup) {
            continue;
        }
        const Status drilled = m_parts.drill(context, shard, work.level);
        if (!drilled.ok() && drilled.error().code != Code::DataLoss) {
            return drilled;
        }
        first = first.ok() ? drilled : first;
    }
    total.level = first.ok() ? work.level : VerifyLevel::None;
    return first;
}

Result<VerifyHandler::Rest> VerifyHandler::restOf(const repository::Manifest& manifest,
                                                  VerifyLevel level, ProofUse use)
{
    std::vector<std::string> all;
    for (const repository::ManifestTable& table : manifest.tables) {
        for (const repository::RunRef& run : table.runs) {
            all.push_back(run.object);
        }
    }
    std::map<std::string, metadata::RunProof> proofs;
    if (use == ProofUse::Remember) {
        ISO_ASSIGN(proofs, m_parts.proofs.of(all));
    }
    const WallTime since = m_parts.clock.wallNow() - kProofLasts;
    Rest rest{manifest, {}, 0};
    for (repository::ManifestTable& table : rest.manifest.tables) {
        const std::size_t before = table.runs.size();
        std::erase_if(table.runs, [&](const repository::RunRef& run) {
            const auto proof = proofs.find(run.object);
            return proof != proofs.end() && proof->second.level >= level &&
                   proof->second.at >= since;
        });
        if (table.runs.size() != before) {
            rest.remembered += static_cast<std::uint32_t>(before - table.runs.size());
            table.checksum.reset(); // of all of them
        }
        for (const repository::RunRef& run : table.runs) {
            rest.runs.push_back(run.object);
        }
    }
    return rest;
}

Result<repository::VerifyReport> VerifyHandler::verifyShard(jobs::JobContext& context,
                                                            ShardId shard, const Work& work)
{
    ISO_ASSIGN(const std::optional<BackupRecord> backup,
               m_parts.backups.newest(shard, std::nullopt));
    if (!backup) {
        return repository::VerifyReport{};
    }
    context.setPhase("verify shard " + std::to_string(shard.get()));
    const auto manifest = m_parts.repository.loadManifest(backup->id);
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
    const VerifyLevel level = work.inRepository();
    ISO_ASSIGN(const Rest rest, restOf(*manifest, level, work.use));
    ISO_ASSIGN(repository::VerifyReport report,
               m_parts.repository.verify(rest.manifest, level, progress, context.stopToken()));
    if (report.ok()) {
        ISO_TRY(m_parts.proofs.put(rest.runs, {level, m_parts.clock.wallNow()}));
    }
    if (rest.remembered > 0) { // what was proven may have been deleted since
        ISO_ASSIGN(const repository::VerifyReport present,
                   m_parts.repository.verify(*manifest, VerifyLevel::Present, {},
                                             context.stopToken()));
        report.damages.insert(report.damages.end(), present.damages.begin(),
                              present.damages.end());
        report.objects = present.objects;
    }
    if (report.ok() && backup->verified < level) {
        ISO_TRY(m_parts.backups.setVerified(backup->id, level, m_parts.clock.wallNow()));
    }
    return report;
}

} // namespace isotherm::backup
