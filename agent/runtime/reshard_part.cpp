// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/reshard_part.h"

#include "agent/reshard/reshard_state.h"

#include <algorithm>
#include <utility>

namespace isotherm::runtime
{

ReshardPart::ReshardPart(Parts parts)
    : m_parts(std::move(parts)), m_control(m_parts.database),
      m_history({m_parts.engine, m_parts.topology, m_parts.repository, m_parts.backups,
                 m_parts.journal, m_parts.clock, m_parts.tier}),
      m_handler({m_parts.engine, m_parts.topology, m_control, m_parts.clock, m_parts.log,
                 [this](const reshard::SwitchedShards& change) {
                     return m_history.carryOver(change, {});
                 },
                 [this](const std::vector<ShardId>& children) { return backedUp(children); },
                 m_parts.changed},
                {})
{
}

/// A backup that was made of the new shard itself and proven; a manifest that names the old one's
/// runs does not count.
bool ReshardPart::backedUp(const std::vector<ShardId>& shards) const
{
    return std::all_of(shards.begin(), shards.end(), [this](ShardId shard) {
        const auto newest = m_parts.backups.newest(shard, std::nullopt);
        if (!newest.ok() || !*newest) {
            return false;
        }
        const auto manifest = m_parts.repository.loadManifest((*newest)->id);
        const bool own = manifest.ok() && (manifest->kind == BackupKind::Full ||
                                           !manifest->previousManifest.empty());
        return own && ((*newest)->verified >= VerifyLevel::Decodes || verified(*manifest));
    });
}

bool ReshardPart::verified(const repository::Manifest& manifest) const
{
    const auto report = m_parts.repository.verify(manifest, VerifyLevel::Decodes, {}, {});
    if (!report.ok() || !report->ok()) {
        m_parts.log.warning(
            "reshard.backup_damaged",
            "the first backup of a new shard cannot be read: the old partitions stay",
            {{"shard", static_cast<std::int64_t>(manifest.shard.get())}});
        return false;
    }
    return m_parts.backups.setVerified(manifest.id, VerifyLevel::Decodes, m_parts.clock.wallNow())
        .ok();
}

bool ReshardPart::historyPending(const ShardRecord& shard) const
{
    if (shard.parents.empty()) {
        return false;
    }
    const auto unfinished = m_parts.jobs.unfinished();
    if (!unfinished.ok()) {
        return false;
    }
    return std::any_of(unfinished->begin(), unfinished->end(), [&](const auto& job) {
        const auto isSource = [&job](ShardId parent) {
            const auto& sources = job.record.shards;
            return std::find(sources.begin(), sources.end(), parent) != sources.end();
        };
        return job.record.kind == JobKind::Reshard && job.checkpoint &&
               job.checkpoint->step != reshard::kHistoryStep &&
               std::any_of(shard.parents.begin(), shard.parents.end(), isSource);
    });
}

Status ReshardPart::removeLeftovers()
{
    ISO_ASSIGN(const std::vector<metadata::StoredJob> unfinished, m_parts.jobs.unfinished());
    std::vector<std::string> known;
    for (const metadata::StoredJob& job : unfinished) {
        if (job.record.kind == JobKind::Reshard && job.checkpoint) {
            known.push_back(reshard::ReshardHandler::tokenOf(job.checkpoint->state));
        }
    }
    const auto lines = m_handler.removeLeftovers(known);
    if (!lines.ok() && lines.error().code == Code::Unimplemented) {
        return {}; // an engine whose shards stay as they are
    }
    ISO_TRY(lines);
    for (const std::string& line : *lines) {
        m_parts.log.info("reshard.leftover", line);
    }
    return {};
}

} // namespace isotherm::runtime
