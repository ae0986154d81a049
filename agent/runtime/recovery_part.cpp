// SPDX-License-Identifier: Apache-2.0
#include "agent/runtime/recovery_part.h"

namespace isotherm::runtime
{

RecoveryPart::RecoveryPart(const Parts& parts, jobs::JobHandler& side)
    : m_store(parts.database), m_files(parts.folder, parts.key),
      m_planner({parts.engine, parts.repository, parts.restores, m_store, parts.topology, m_files,
                 parts.clock}),
      m_diffs({parts.engine, parts.repository, parts.restores, m_store, parts.topology, m_files,
               parts.clock, parts.log}),
      m_edits({parts.engine, m_store, m_files, parts.clock, parts.log}),
      m_replaces({parts.engine, parts.repository, parts.restores, m_store, parts.topology,
                  parts.clock, parts.log, parts.onSwapped}),
      m_drops({parts.engine, parts.restores, m_store, parts.clock}),
      m_elsewhere({parts.engine, parts.repository, parts.restores, m_store, parts.topology,
                   parts.clock, parts.log, parts.places, parts.openEngine}),
      m_jobs(side)
{
    m_jobs.add(recovery::kDiffMode, m_diffs);
    m_jobs.add(recovery::kEditMode, m_edits);
    m_jobs.add(recovery::kReplaceMode, m_replaces);
    m_jobs.add(recovery::kDropMode, m_drops);
    m_jobs.add(recovery::kElsewhereMode, m_elsewhere);
}

} // namespace isotherm::runtime
