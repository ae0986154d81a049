// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/backup/catalog.h"
#include "agent/config/agent_config.h"
#include "agent/engine/engine.h"
#include "agent/runtime/heat_import.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/result.h"

#include <string>

/// What an administrator does to an agent's repository while the agent does not run.
/// FailedPrecondition when it does: the repository is locked.
namespace isotherm::runtime
{

/// Gives the repository another passphrase, and the passphrase file its new content; runs and
/// manifests stay as they are. The new passphrase is durable beside the old one (FILE.new) before
/// the repository changes, and takes its place afterwards: interrupted anywhere, calling it again
/// with the same passphrase completes it. InvalidArgument when the passphrase is empty or more
/// than a line.
[[nodiscard]] Status rotatePassphrase(const config::AgentConfig& config,
                                      const std::string& passphrase, const Clock& clock);

/// Makes the catalogue of backups agree with the repository, out of the repository alone: also a
/// new metadata file, when the old one was lost. Reads manifests, never rows.
[[nodiscard]] Result<backup::CatalogueChanges> rebuildCatalogue(const config::AgentConfig& config,
                                                                const Clock& clock, Log& log);

/// importHeat for the keyspaces that the configuration has or the agent has adopted: also before
/// the agent's first start.
[[nodiscard]] Result<ImportedHeat> importRecordedHeat(const config::AgentConfig& config,
                                                      engine::Engine& engine,
                                                      const HeatRecording& recording,
                                                      const Clock& clock, Log& log);

} // namespace isotherm::runtime
