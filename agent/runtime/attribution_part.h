// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/metrics_endpoint.h"
#include "agent/attribution/log_tail.h"
#include "agent/attribution/read_attribution.h"
#include "agent/attribution/sample_advice.h"
#include "agent/config/agent_config.h"
#include "agent/engine/statement_source.h"
#include "agent/runtime/health_board.h"
#include "agent/runtime/hotkeys_core.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::runtime
{

/// Reads by key, as one part of the agent: follows the server's log once a second, and its
/// statistics of statements twice a minute. Where the server has neither, it says so on the health
/// board (Info) and looks again now and then. A thread of its own. Thread-safe.
class AttributionPart
{
public:
    struct Parts
    {
        engine::StatementSource& source;
        const topology::Topology& topology;
        const heat::CellMap& cells;
        heat::KeyTracker& tracker;
        HealthBoard& health;
        const Clock& clock;
        Log& log;
        std::function<bool()> writes; ///< true while the change stream tells the written keys
    };

    AttributionPart(Parts parts, const config::AttributionSection& config);
    ~AttributionPart();
    AttributionPart(const AttributionPart&) = delete;
    AttributionPart& operator=(const AttributionPart&) = delete;

    void start();
    void stop();

    /// Fills what is known of reads and statements.
    void describe(const std::string& keyspace, KeySources& sources) const;
    [[nodiscard]] std::vector<api::ExtraGauge> gauges() const;

private:
    struct Statement
    {
        engine::StatementTotals totals;
        std::vector<std::string> keyspaces; ///< whose tables it touches
        TopStatement rates;
    };

    void run(const std::stop_token& stop);
    [[nodiscard]] Status lookAtSettings();
    [[nodiscard]] Status followLog();
    void lookAtStatements();
    void say(const std::string& trouble, const std::string& hint);
    /// That the server logs more than helps, while it does.
    void advise(std::uint64_t statements);

    const Parts m_parts;
    const std::unique_ptr<engine::LogFiles> m_local; ///< null: through the source
    attribution::ReadAttribution m_reads;
    std::unique_ptr<attribution::LogTail> m_tail; ///< of m_thread
    engine::LogSettings m_settings;               ///< of m_thread
    attribution::SampleAdvice m_advice;           ///< of m_thread
    std::optional<Instant> m_followedAt;          ///< of m_thread
    std::atomic<std::uint64_t> m_statements{0};
    std::atomic<std::uint64_t> m_malformed{0};
    std::atomic<std::uint64_t> m_passedOver{0};
    mutable std::mutex m_mutex; ///< guards the rest
    std::string m_trouble = "the server's log was not looked at yet";
    std::string m_statementTrouble = "not looked at yet";
    std::map<std::string, Statement> m_known; ///< by id
    std::optional<Instant> m_statementsAt;
    std::jthread m_thread;
};

} // namespace isotherm::runtime
