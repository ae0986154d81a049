// SPDX-License-Identifier: Apache-2.0
#include "agent/main/single_cluster.h"

#include "agent/config/load_config.h"

namespace isotherm
{

Result<config::AgentConfig> loadSingleCluster(const std::filesystem::path& file)
{
    ISO_ASSIGN(config::AgentConfig config, config::loadConfig(file, config::processEnvironment()));
    if (config.clusters.size() != 1) {
        return makeError(Code::InvalidArgument,
                         file.string() + ": " + std::to_string(config.clusters.size()) +
                             " clusters are configured",
                         "one agent manages one cluster: write one [cluster.NAME], and run another "
                         "agent for the next");
    }
    if (config.tiers.size() != 1) {
        return makeError(Code::InvalidArgument,
                         file.string() + ": " + std::to_string(config.tiers.size()) +
                             " tiers are configured",
                         "write one [tier.NAME] with kind = \"directory\" and a path");
    }
    if (config.agent.roles != std::vector<std::string>{"all"}) {
        return makeError(Code::InvalidArgument, file.string() + ": roles must be [\"all\"]",
                         "separate roles need a broker, which this version does not have");
    }
    return config;
}

} // namespace isotherm
