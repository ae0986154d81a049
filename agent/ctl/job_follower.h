// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ctl/session.h"

#include <vector>

namespace isotherm::ctl
{

/// Looks at jobs until all have ended, with progress on standard error. The jobs are the agent's:
/// when this program ends, they go on. An agent that is away for less than a minute is waited for.
/// The records as they ended, in the order given.
[[nodiscard]] Result<std::vector<JobRecord>> followJobs(Session& session,
                                                        const std::vector<JobId>& jobs);

/// One line: "job 12 · copy rows · 45 % · 4.0 MB of 9.0 MB · 2.0 MB/s".
[[nodiscard]] std::string progressLine(const JobRecord& job);

/// Done when all are, Failed when none is, else Partial; VerificationFailed when a verification
/// failed. Says what failed on standard error.
[[nodiscard]] ExitCode reportOutcome(Session& session, const std::vector<JobRecord>& jobs);

[[nodiscard]] Listing jobTable(const std::vector<JobRecord>& jobs);

} // namespace isotherm::ctl
