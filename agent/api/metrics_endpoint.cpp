// SPDX-License-Identifier: Apache-2.0
#include "agent/api/metrics_endpoint.h"

#include "agent/api/metrics_source.h"

#include <exception>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

namespace isotherm::api
{
namespace
{

/// What prometheus-cpp asks at every scrape.
class Collector final : public prometheus::Collectable
{
public:
    explicit Collector(MetricsSource::Parts parts) : m_source(std::move(parts)) {}

    std::vector<prometheus::MetricFamily> Collect() const override
    {
        std::vector<prometheus::MetricFamily> families;
        for (const MetricFamily& family : m_source.collect()) {
            prometheus::MetricFamily made;
            made.name = family.name;
            made.help = family.help;
            made.type = prometheus::MetricType::Gauge;
            for (const MetricFamily::Sample& sample : family.samples) {
                prometheus::ClientMetric metric;
                for (const auto& [name, value] : sample.labels) {
                    metric.label.push_back({name, value});
                }
                metric.gauge.value = sample.value;
                made.metric.push_back(std::move(metric));
            }
            families.push_back(std::move(made));
        }
        return families;
    }

private:
    mutable MetricsSource m_source; ///< thread-safe; the interface wants const
};

class PrometheusEndpoint final : public MetricsEndpoint
{
public:
    PrometheusEndpoint(const MetricsEndpointOptions& options)
        : m_collector(
              std::make_shared<Collector>(MetricsSource::Parts{.service = options.service,
                                                               .clock = options.clock,
                                                               .version = options.version,
                                                               .extraGauges = options.extraGauges,
                                                               .shardLimit = options.shardLimit})),
          m_exposer(options.listen, 2)
    {
        m_exposer.RegisterCollectable(m_collector);
    }

    int port() const override
    {
        const std::vector<int> ports = m_exposer.GetListeningPorts();
        return ports.empty() ? 0 : ports.front();
    }

private:
    std::shared_ptr<Collector> m_collector;
    prometheus::Exposer m_exposer;
};

Status requireLoopback(const std::string& listen)
{
    if (listen.starts_with("127.") || listen.starts_with("[::1]:")) {
        return {};
    }
    return makeError(Code::InvalidArgument,
                     "the metrics address " + listen + " is not a loopback address",
                     "use 127.0.0.1:PORT; let a local collector or a proxy with authentication "
                     "carry it further");
}

} // namespace

Result<std::unique_ptr<MetricsEndpoint>>
MetricsEndpoint::start(const MetricsEndpointOptions& options)
{
    ISO_TRY(requireLoopback(options.listen));
    try {
        auto endpoint = std::make_unique<PrometheusEndpoint>(options);
        options.log.info("metrics.listening", "metrics on http://" + options.listen + "/metrics",
                         {{"port", std::int64_t{endpoint->port()}}});
        return std::unique_ptr<MetricsEndpoint>(std::move(endpoint));
    } catch (const std::exception& error) { // the web server inside throws when it cannot listen
        return makeError(Code::Unavailable,
                         "cannot serve metrics on " + options.listen + ": " + error.what(),
                         "the port may be taken; see [metrics] listen");
    }
}

} // namespace isotherm::api
