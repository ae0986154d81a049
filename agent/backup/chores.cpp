// SPDX-License-Identifier: Apache-2.0
#include "agent/backup/chores.h"

#include "agent/backup/upkeep_handler.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace isotherm::backup
{
namespace
{

constexpr const char* kLastUpkeep = "upkeep.last";

} // namespace

Result<WallTime> Chores::lastUpkeep()
{
    if (!m_lastUpkeep) {
        ISO_ASSIGN(const auto stored, m_parts.facts.get(kLastUpkeep));
        std::int64_t micros = 0;
        const bool known =
            stored && std::from_chars(stored->data(), stored->data() + stored->size(), micros).ec ==
                          std::errc();
        if (known) {
            m_lastUpkeep = fromUnixMicros(micros);
        } else {
            ISO_TRY(noteUpkeep(m_parts.clock.wallNow()));
        }
    }
    return *m_lastUpkeep;
}

Status Chores::noteUpkeep(WallTime when)
{
    ISO_TRY(m_parts.facts.set(kLastUpkeep, std::to_string(toUnixMicros(when))));
    m_lastUpkeep = when;
    return {};
}

Result<bool> Chores::isUnderWay(JobKind kind)
{
    ISO_ASSIGN(const auto active, m_parts.jobs.jobs({/*activeOnly=*/true, /*limit=*/100'000}));
    return std::any_of(active.begin(), active.end(),
                       [kind](const JobRecord& job) { return job.kind == kind; });
}

Status Chores::tick()
{
    const WallTime now = m_parts.clock.wallNow();
    ISO_ASSIGN(const WallTime last, lastUpkeep());
    const bool clockSetBack = last > now + m_options.upkeepEvery;
    if (now < last + m_options.upkeepEvery && !clockSetBack) {
        return {};
    }
    ISO_ASSIGN(const bool underWay, isUnderWay(JobKind::Upkeep));
    if (!underWay) {
        jobs::JobSpec job;
        job.kind = JobKind::Upkeep;
        job.title = "apply retention and collect garbage";
        job.requestedBy = "scheduler";
        job.params = upkeepParams("");
        ISO_TRY(m_parts.jobs.submit(job));
    }
    return noteUpkeep(now);
}

} // namespace isotherm::backup
