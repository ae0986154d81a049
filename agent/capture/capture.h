// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/capture/change_tap.h"
#include "agent/engine/change_stream.h"
#include "agent/journal/journal.h"
#include "shared/base/clock.h"
#include "shared/base/log.h"
#include "shared/base/result.h"
#include "shared/model/records.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Continuous capture: from the engine's change stream into the journal.
namespace isotherm::capture
{

struct CaptureOptions
{
    engine::FeedSpec feed = {};
    std::filesystem::path spoolFolder; ///< emptied at every start
    /// The tables to capture, asked for again with every look at the feed.
    std::function<std::vector<std::string>()> tables;
    std::chrono::milliseconds sealEvery{500};    ///< journal and confirm at least this often
    std::chrono::milliseconds lookEvery{10'000}; ///< health and heartbeat
    std::chrono::milliseconds retryAfter{2'000};
    /// Above this the oldest part of the journal goes, read or not: shards that had not been backed
    /// up since need full backups. Never before a warning.
    ByteCount journalLimit{16ULL << 30U};
    ChangeTap* tap = nullptr; ///< outlives the capture; nullptr: nobody listens
};

enum class CaptureState : std::uint8_t {
    Starting = 1,
    Streaming = 2,
    Retrying = 3,    ///< see the diagnostics
    Unsupported = 4, ///< the server cannot: full backups only
    Stopped = 5
};

/// For status, metrics and alerts.
struct CaptureHealth
{
    CaptureState state = CaptureState::Stopped;
    std::string error;                  ///< why it is not streaming
    Lsn position;                       ///< durable in the journal
    ByteCount lag;                      ///< what the server wrote since, as of the last look
    std::optional<WallTime> caughtUpTo; ///< server's clock of the newest durable heartbeat
    engine::FeedState feed;             ///< as of the last look
    journal::JournalUsage journal;
    std::uint32_t epoch = 0;
    std::uint64_t transactions = 0; ///< journaled since start
    std::uint64_t changes = 0;
    std::uint64_t gaps = 0;             ///< since start
    std::uint64_t openTransactions = 0; ///< in the spool
    ByteCount spooled;                  ///< on disk
    std::vector<engine::TableCoverage> tables;
    std::vector<Diagnostic> diagnostics; ///< codes start with "capture."
};

/// Runs on two threads of its own. Thread-safe.
class Capture
{
public:
    struct Parts
    {
        engine::Engine& engine;
        journal::Journal& journal; ///< this is its one writer
        const Clock& clock;
        Log& log;
    };

    [[nodiscard]] static std::unique_ptr<Capture> make(Parts parts, CaptureOptions options);

    virtual ~Capture() = default;

    /// Returns at once: a server that is down is no error.
    virtual void start() = 0;
    virtual void stop() = 0;
    /// The tables, or what they are made of, may have changed: look soon.
    virtual void nudge() = 0;
    [[nodiscard]] virtual CaptureHealth health() const = 0;
};

} // namespace isotherm::capture
