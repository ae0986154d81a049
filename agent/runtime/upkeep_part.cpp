// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/upkeep_part.h"

#include "agent/drill/scratch_restore.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace isotherm::runtime
{
namespace
{

using std::chrono::duration_cast;
using std::chrono::seconds;

std::optional<seconds> inSeconds(const std::optional<std::chrono::milliseconds>& time)
{
    return time ? std::optional(duration_cast<seconds>(*time)) : std::nullopt;
}

backup::RetentionPolicy policyOf(const config::RetentionRules& rules)
{
    return {rules.chains, inSeconds(rules.age), inSeconds(rules.window)};
}

/// A run that is being written is nobody's for as long as its backup takes: what the grace says of
/// patience goes for both, up to an hour.
backup::UpkeepSettings settingsOf(const config::RetentionSection& retention)
{
    const auto grace = duration_cast<seconds>(retention.grace);
    return {std::min<seconds>(grace, std::chrono::hours(1)), std::max(grace, seconds(1))};
}

} // namespace

void RetentionBook::set(const config::AgentConfig& config)
{
    const std::lock_guard lock(m_mutex);
    m_general = policyOf(config.retention.rules);
    m_own.clear();
    for (const config::KeyspaceSection& keyspace : config.clusters.front().keyspaces) {
        if (keyspace.retention) {
            m_own[keyspace.name] = policyOf(*keyspace.retention);
        }
    }
}

backup::RetentionPolicy RetentionBook::of(const std::string& keyspace) const
{
    const std::lock_guard lock(m_mutex);
    const auto own = m_own.find(keyspace);
    return own == m_own.end() ? m_general : own->second;
}

UpkeepPart::UpkeepPart(Parts parts, const config::AgentConfig& config)
    : m_parts(std::move(parts)), m_rules(config),
      m_upkeep({m_parts.repository, m_parts.backups, m_proofs, m_parts.topology,
                [this](const std::string& keyspace) { return m_rules.of(keyspace); }, m_parts.clock,
                m_parts.log},
               settingsOf(config.retention)),
      m_driller({m_parts.engine, m_parts.repository, m_parts.backups, m_drills, m_parts.restores,
                 m_parts.topology, m_parts.jobs, m_parts.journal, m_parts.captured, m_parts.clock,
                 m_parts.log}),
      m_verify({m_parts.repository, m_parts.backups, m_proofs, m_parts.clock, m_parts.log,
                [this](jobs::JobContext& context, ShardId shard, VerifyLevel level) {
                    const auto drilled = m_driller.drill(context, shard, level);
                    return drilled.ok() ? Status() : Status(drilled.error());
                }}),
      m_chores({m_parts.jobs, m_facts, m_parts.clock}, {config.retention.every}),
      m_drillChores({m_parts.topology, m_parts.backups, m_drills, m_facts, m_parts.quietHours,
                     m_parts.jobs, m_parts.clock},
                    {config.drill.enabled, config.drill.every})
{
}

void UpkeepPart::registerHandlers()
{
    m_parts.jobs.registerHandler(JobKind::Upkeep, m_upkeep);
    m_parts.jobs.registerHandler(JobKind::Drill, m_drillHandler);
    m_parts.jobs.registerHandler(JobKind::Verify, m_verify);
}

Status UpkeepPart::tidy()
{
    return drill::dropScratch(m_parts.engine, drill::kDrillMark);
}

Status UpkeepPart::tick()
{
    const Status chores = m_chores.tick();
    const Status drills = m_drillChores.tick();
    return chores.ok() ? drills : chores;
}

std::optional<ByteCount> UpkeepPart::storedBytes()
{
    constexpr std::chrono::minutes kGoodFor{5};
    const Instant now = m_parts.clock.now();
    const std::lock_guard lock(m_usageMutex);
    if (!m_stored || now - m_storedSeen >= kGoodFor) {
        const auto usage = m_parts.repository.usage();
        m_stored = usage.ok() ? std::optional(usage->bytes) : std::nullopt;
        m_storedSeen = now;
    }
    return m_stored;
}

void UpkeepPart::reload(const config::AgentConfig& config)
{
    m_rules.set(config);
    m_drillChores.setWishes({config.drill.enabled, config.drill.every});
}

} // namespace isotherm::runtime
