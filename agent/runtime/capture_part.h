// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/api/metrics_endpoint.h"
#include "agent/capture/capture.h"
#include "agent/config/agent_config.h"
#include "agent/engine/engine.h"
#include "agent/journal/journal.h"
#include "agent/metadata/keyspace_store.h"
#include "agent/repository/repository.h"
#include "agent/runtime/health_board.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::runtime
{

/// Where the journal and the spool of open transactions are.
struct CapturePaths
{
    std::filesystem::path journal;
    std::filesystem::path spool;
};
[[nodiscard]] CapturePaths capturePaths(const config::AgentConfig& config);

/// The journal and continuous capture as one part of the agent: what it finds wrong goes to the
/// health board. A small thread of its own beside capture's. Thread-safe.
class CapturePart
{
public:
    struct Parts
    {
        engine::Engine& engine;
        repository::Repository& repository;
        metadata::KeyspaceStore& keyspaces;
        HealthBoard& health;
        std::function<void(journal::Journal&)> onLook; ///< every second, on a thread of the part's
        const Clock& clock;
        Log& log;
        capture::ChangeTap* tap = nullptr;
    };

    /// An error when the journal cannot be opened: the agent does without capture, and says so.
    [[nodiscard]] static Result<std::unique_ptr<CapturePart>>
    open(const Parts& parts, const config::AgentConfig& config);

    ~CapturePart();
    CapturePart(const CapturePart&) = delete;
    CapturePart& operator=(const CapturePart&) = delete;

    void start();
    void stop();
    /// The keyspaces may have changed.
    void nudge() { m_capture->nudge(); }

    [[nodiscard]] journal::Journal& journal() { return *m_journal; }
    [[nodiscard]] capture::CaptureHealth health() const { return m_capture->health(); }
    [[nodiscard]] std::vector<api::ExtraGauge> gauges() const;
    /// Of the captured tables, a few seconds old at most.
    [[nodiscard]] std::vector<SequenceValue> sequences() const
    {
        return m_capture->health().feed.sequences;
    }

    /// What is committed by now is before it; 0: the server cannot be asked.
    [[nodiscard]] Lsn serverPosition() const;

private:
    CapturePart(const Parts& parts, std::unique_ptr<journal::Journal> journal,
                capture::CaptureOptions options);
    void report();

    const Parts m_parts;
    const engine::FeedSpec m_feed;
    std::unique_ptr<journal::Journal> m_journal;
    std::unique_ptr<capture::Capture> m_capture;
    std::set<std::string> m_raised; ///< codes on the board; of m_thread
    std::size_t m_keyspaces = 0;    ///< that capture was told of; of m_thread
    std::jthread m_thread;
};

} // namespace isotherm::runtime
