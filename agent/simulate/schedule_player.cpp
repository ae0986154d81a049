// SPDX-License-Identifier: Apache-2.0
#include "agent/simulate/schedule_player.h"

#include <cmath>
#include <utility>

namespace isotherm::simulate
{
namespace
{

backup::SchedulePolicy ruleOf(Policy policy, const SimulationOptions& options)
{
    backup::SchedulePolicy rule = options.schedule;
    rule.followForecasts = policy == Policy::Predictive;
    if (policy == Policy::Fixed) {
        rule.hot = rule.warm = rule.cold = options.fixed;
    }
    return rule;
}

} // namespace

SchedulePlayer::SchedulePlayer(Policy policy, const SimulationOptions& options, std::size_t shards)
    : m_policy(policy), m_rule(ruleOf(policy, options)),
      m_ledger(shards,
               {options.schedule.hotAbove, options.schedule.warmAbove, options.schedule.hot,
                options.schedule.warm, options.schedule.cold},
               options.bytes)
{
}

void SchedulePlayer::play(const std::vector<Step>& steps, const std::vector<double>& temperatures,
                          const std::vector<std::vector<backup::ComingHeat>>& coming,
                          std::pair<WallTime, WallTime> span)
{
    const auto [from, to] = span;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        m_ledger.change(i, steps[i].changed, from, to);
        backup::ShardFacts facts;
        facts.shard = ShardId(i + 1);
        if (!std::isnan(temperatures[i])) {
            facts.temperature = temperatures[i];
        }
        if (m_policy == Policy::Predictive) {
            facts.coming = coming[i];
        }
        // The agent asks every second: a backup may fall due inside of the step, and the next too.
        for (WallTime now = from;;) {
            facts.lastBackup = m_ledger.lastBackup(i);
            const backup::DueTime due = backup::nextBackup(facts, m_rule, now);
            if (due.due >= to) {
                break;
            }
            now = due.due;
            m_ledger.backUp(i, now);
        }
    }
}

PolicyReport SchedulePlayer::report(WallTime now) const
{
    PolicyReport report = m_ledger.report(now);
    report.policy = m_policy;
    return report;
}

} // namespace isotherm::simulate
