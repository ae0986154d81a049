// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/sharding_part.h"

#include <utility>

namespace isotherm::runtime
{
namespace
{

constexpr std::size_t kAllJobs = 100'000;

sharding::Policy policyOf(const config::ChangesSection& changes)
{
    constexpr std::uint64_t kMegabyte = 1'000'000;
    sharding::Policy policy;
    policy.splitAbove = changes.splitAbove;
    policy.childTarget = changes.childTarget;
    policy.mergeBelow = changes.mergeBelow;
    policy.maxPerHour = changes.maxPerHour;
    policy.outcomeAfter = changes.outcomeAfter;
    policy.margin = changes.margin;
    policy.nodeBusyAbove = changes.nodeBusyAbove;
    policy.leastSize = ByteCount(changes.minSizeMb * kMegabyte);
    policy.mostSize = ByteCount(changes.maxSizeMb * kMegabyte);
    return policy;
}

sharding::ApprovalRules rulesOf(const config::ChangesSection& changes)
{
    return {parseRole(changes.approveRole).value_or(Role::Operator), changes.secondPerson};
}

PlannerWishes wishesOf(const config::ChangesSection& changes)
{
    return {changes.mode, changes.windows};
}

} // namespace

ShardingPart::ShardingPart(const Parts& parts, const config::ChangesSection& changes,
                           ShardingView::KeySource keys)
    : m_parts(parts), m_grace(changes.grace), m_store(parts.database),
      m_book({m_store, parts.clock, parts.log,
              [this](const ChangeRecord& change) {
                  return m_parts.jobs.submit(reshardJobOf(change, m_grace));
              }},
             rulesOf(changes)),
      m_view({parts.engine, parts.topology, parts.heat, parts.temperatures, parts.jobs, m_book,
              parts.clock, parts.log},
             {parts.forecasts.steps(), std::move(keys)}, policyOf(changes), changes.nodeCores),
      m_planner({m_view, m_book, parts.health, parts.clock, parts.log, dryRun(), parts.nearLimit},
                wishesOf(changes)),
      m_core({parts.engine, parts.topology, parts.jobs, m_book, m_view, m_planner, dryRun(),
              parts.preflight, parts.control, changes.grace})
{
}

Planner::Preflight ShardingPart::dryRun() const
{
    if (!m_parts.preflight) {
        return {};
    }
    return [this](ChangeRecord& change) -> Status {
        ISO_ASSIGN(const engine::PreflightReport report,
                   m_parts.preflight(reshardRequestOf(change, m_grace)));
        describePreflight(change, report);
        return {};
    };
}

Status ShardingPart::start()
{
    ISO_ASSIGN(const auto jobs, m_parts.jobs.jobs({/*activeOnly=*/false, kAllJobs}));
    ISO_TRY(m_book.recover(jobs));
    m_planner.start();
    return {};
}

void ShardingPart::reload(const config::ChangesSection& changes)
{
    m_book.setRules(rulesOf(changes));
    m_view.setPolicy(policyOf(changes));
    m_planner.setWishes(wishesOf(changes));
}

void ShardingPart::noteJob(const JobRecord& job)
{
    if (const Status noted = m_book.noteJob(job); !noted.ok()) {
        m_parts.log.warning("change.not_noted", noted.error().text());
    }
}

std::vector<api::ExtraGauge> ShardingPart::gauges() const
{
    std::vector<api::ExtraGauge> gauges;
    for (const auto& [what, count] : m_book.counts()) {
        gauges.push_back({"isotherm_changes_total",
                          "Splits and merges since the agent started, by what became of them",
                          {{"kind", std::string(changeKindName(what.first))},
                           {"result", std::string(changeStateName(what.second))}},
                          static_cast<double>(count)});
    }
    gauges.push_back({"isotherm_shards_hot_refused",
                      "Shards that are too hot and are not split; isothermctl change why",
                      {},
                      static_cast<double>(m_planner.refusals().size())});
    return gauges;
}

} // namespace isotherm::runtime
