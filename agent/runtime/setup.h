// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/config/agent_config.h"
#include "agent/metadata/keyspace_store.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/client/profile.h"
#include "shared/model/records.h"

#include <filesystem>
#include <string>
#include <vector>

/// What has to be there before an agent can run, and where it is.
namespace isotherm::runtime
{

struct StatePaths
{
    std::filesystem::path metadata;
    std::filesystem::path tls;
    std::filesystem::path audit;
};
[[nodiscard]] StatePaths statePaths(const config::AgentConfig& config);

/// The keyspaces that the configuration names; the agent adopts them.
[[nodiscard]] std::vector<metadata::StoredKeyspace>
configuredKeyspaces(const config::AgentConfig& config);

/// The first line of the passphrase file. FailedPrecondition when none is configured, or others can
/// read it.
[[nodiscard]] Result<std::string> repositoryPassphrase(const config::AgentConfig& config);

/// Makes what is missing: state folder, certificate authority, passphrase file, repository. Running
/// it twice changes nothing. Returns what was made, a line each.
[[nodiscard]] Result<std::vector<std::string>> initialise(const config::AgentConfig& config,
                                                          const Clock& clock);

struct Enrolment
{
    std::string name;
    Role role = Role::Viewer;
    std::string address =
        {}; ///< host:port that the client will use; empty: where the agent listens
};

/// Issues a certificate and makes the profile that console and CLI import. AlreadyExists when the
/// name is taken.
[[nodiscard]] Result<client::Profile> enrol(const config::AgentConfig& config,
                                            const Enrolment& enrolment, const Clock& clock);

} // namespace isotherm::runtime
