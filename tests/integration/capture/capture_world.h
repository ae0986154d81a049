// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/capture/capture.h"
#include "tests/harness/test_log.h"
#include "tests/integration/capture/stream_fixture.h"

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::test
{

/// The rows of one leaf by their keys.
using LeafRows = std::map<std::string, std::string>;

/// A base backup of one leaf, as taken.
struct TakenBase
{
    engine::LeafRef leaf;
    std::string visibility;
    Lsn lsn;
    LeafRows rows;
};

/// How a base and the journal are put together.
enum class Alignment {
    ByVisibility,
    ByLsn, ///< the rule that looks right and loses rows: a negative control
};

/// A database with one keyspace, and capture running on it.
class CaptureWorld
{
public:
    CaptureWorld(PgCluster& cluster, const Clock& clock, Log& log)
        : m_cluster(cluster), m_clock(clock), m_log(log)
    {
    }
    ~CaptureWorld() { stop(); }
    CaptureWorld(const CaptureWorld&) = delete;
    CaptureWorld& operator=(const CaptureWorld&) = delete;

    /// Partition roots; the keyspace is made of the first alone.
    [[nodiscard]] Status start(std::vector<std::string> tables);
    void stop();
    /// Capture from what is in the folder; the journal's position.
    [[nodiscard]] Result<Lsn> begin();
    /// As a killed agent comes back: on what is in the folder.
    [[nodiscard]] Status restart();

    /// Waits until everything that is committed now is durable in the journal.
    [[nodiscard]] Status catchUp();
    [[nodiscard]] Status waitFor(const std::function<bool(const capture::CaptureHealth&)>& enough);

    [[nodiscard]] Result<engine::KeyspaceLayout> layout();
    [[nodiscard]] Result<TakenBase> takeBase(std::size_t shard);
    /// Base and journal together: the leaf as it is at the journal's position.
    [[nodiscard]] Result<LeafRows> replay(const TakenBase& base, Alignment alignment);

    [[nodiscard]] journal::Journal& journal() { return *m_journal; }
    [[nodiscard]] capture::Capture& capture() { return *m_capture; }
    [[nodiscard]] engine::Engine& engine() { return *m_engine; }

private:
    [[nodiscard]] Result<TakenBase> tryBase(std::size_t shard);

    PgCluster& m_cluster;
    const Clock& m_clock;
    Log& m_log;
    TempDir m_folder{"isocap"};
    std::vector<std::string> m_tables;
    std::unique_ptr<engine::Engine> m_engine;
    std::unique_ptr<journal::Journal> m_journal;
    std::unique_ptr<capture::Capture> m_capture;
};

} // namespace isotherm::test
