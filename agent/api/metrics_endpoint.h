// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/result.h"
#include "shared/model/agent_service.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::api
{

/// One value for Prometheus that does not come from AgentService, for example what a collector
/// costs. `name` begins with "isotherm_" and ends with its unit; labels are few and of low
/// cardinality.
struct ExtraGauge
{
    std::string name;
    std::string help;
    std::map<std::string, std::string> labels;
    double value = 0;
};

struct MetricsEndpointOptions
{
    std::string listen; ///< "127.0.0.1:9857"; port 0 takes a free one
    AgentService& service;
    const Clock& clock;
    Log& log;
    std::string version;
    std::function<std::vector<ExtraGauge>()> extraGauges = {}; ///< asked at every scrape
    std::size_t shardLimit = 2'000; ///< beyond that, per-shard series are left out, and one says so
};

/// GET /metrics on a loopback address: what AgentService knows, as isotherm_* families, computed at
/// every scrape (the audit chain at most every five minutes). Serves until destroyed.
class MetricsEndpoint
{
public:
    /// InvalidArgument for an address that is not loopback: the page carries no authentication.
    /// Unavailable when it is taken.
    [[nodiscard]] static Result<std::unique_ptr<MetricsEndpoint>>
    start(const MetricsEndpointOptions& options);

    virtual ~MetricsEndpoint() = default;
    [[nodiscard]] virtual int port() const = 0;
};

} // namespace isotherm::api
