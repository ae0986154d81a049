// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/upkeep_handler.h"

#include <nlohmann/json.hpp>
#include <utility>

namespace isotherm::backup
{
namespace
{

/// What was proven longer ago than this is proven again, so it need not be remembered.
constexpr std::chrono::hours kProofsKept{24 * 90};

std::string keyspaceOf(const std::string& params)
{
    const nlohmann::json parsed = nlohmann::json::parse(params, nullptr, false);
    return parsed.is_object() ? parsed.value("keyspace", "") : std::string();
}

std::string counted(std::uint32_t number, const char* one, const char* many)
{
    return std::to_string(number) + " " + (number == 1 ? one : many);
}

} // namespace

std::string upkeepParams(const std::string& keyspace)
{
    return nlohmann::json({{"keyspace", keyspace}}).dump();
}

UpkeepHandler::UpkeepHandler(Parts parts, UpkeepSettings settings)
    : m_parts(std::move(parts)), m_settings(settings)
{
}

PruneParts UpkeepHandler::pruneParts() const
{
    return {m_parts.repository, m_parts.backups, m_parts.topology, m_parts.policyOf};
}

Result<PrunePlan> UpkeepHandler::plan(const std::string& keyspace) const
{
    ISO_ASSIGN(PrunePlan plan, planPrune(pruneParts(), keyspace, m_parts.clock.wallNow()));
    ISO_TRY(estimateFreed(m_parts.repository, plan));
    return plan;
}

Result<std::string> UpkeepHandler::run(jobs::JobContext& context)
{
    const WallTime now = m_parts.clock.wallNow();
    context.setPhase("apply retention");
    ISO_ASSIGN(const PrunePlan plan,
               planPrune(pruneParts(), keyspaceOf(context.params()), now));
    for (const PruneEntry& entry : plan.entries) {
        if (!entry.keep) {
            m_parts.log.info("backup.expired", entry.reason,
                             {{"manifest", entry.backup.id},
                              {"shard", static_cast<std::int64_t>(entry.backup.shard.get())},
                              {"keyspace", entry.backup.keyspace}});
        }
    }
    ISO_ASSIGN(const std::uint32_t removed, carryOut(pruneParts(), plan, context.stopToken()));
    context.setPhase("collect garbage");
    ISO_ASSIGN(const repository::GarbageReport garbage,
               m_parts.repository.collectGarbage({m_settings.minAge, m_settings.grace}));
    ISO_TRY(m_parts.proofs.prune(now - kProofsKept));
    m_parts.log.info("upkeep.finished", "retention and garbage",
                     {{"expired", static_cast<std::int64_t>(removed)},
                      {"marked", static_cast<std::int64_t>(garbage.marked)},
                      {"deleted", static_cast<std::int64_t>(garbage.removed)},
                      {"deleted_bytes", static_cast<std::int64_t>(garbage.removedBytes.get())}});
    return counted(removed, "backup", "backups") + " expired, " +
           counted(garbage.removed, "run", "runs") + " deleted (" +
           formatBytes(garbage.removedBytes) + "), " + std::to_string(garbage.marked) +
           " to be deleted once the grace is over";
}

jobs::Recovery UpkeepHandler::recovery(const jobs::JobContext& /*context*/)
{
    return jobs::Recovery::Resume;
}

Result<std::string> UpkeepHandler::resume(jobs::JobContext& context)
{
    return run(context);
}

Status UpkeepHandler::rollBack(jobs::JobContext& /*context*/)
{
    return {}; // what was removed was to be removed; the rest waits for the next one
}

} // namespace isotherm::backup
