// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/metrics_endpoint.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::api
{

/// One family as it will be shown; a plain value, so that it can be tested without a server.
struct MetricFamily
{
    std::string name;
    std::string help;
    struct Sample
    {
        std::map<std::string, std::string> labels;
        double value = 0;
    };
    std::vector<Sample> samples;
};

/// Works out the isotherm_* families from the service. Thread-safe. What cannot be asked now is
/// left out, never shown as zero; isotherm_up says whether the service answered.
class MetricsSource
{
public:
    struct Parts
    {
        AgentService& service;
        const Clock& clock;
        std::string version;
        std::function<std::vector<ExtraGauge>()> extraGauges;
        std::size_t shardLimit = 2'000;
    };

    explicit MetricsSource(Parts parts) : m_parts(std::move(parts)) {}

    [[nodiscard]] std::vector<MetricFamily> collect();

private:
    [[nodiscard]] std::optional<bool> auditIntact();
    [[nodiscard]] std::optional<std::vector<RestorableRange>> ranges();

    const Parts m_parts;
    std::mutex m_mutex;
    std::optional<bool> m_auditIntact;
    Instant m_auditChecked{};
    std::optional<std::vector<RestorableRange>> m_ranges;
    Instant m_rangesRead{};
};

} // namespace isotherm::api
