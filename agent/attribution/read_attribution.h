// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/attribution/log_reader.h"
#include "agent/attribution/statement_cache.h"
#include "agent/heat/cell_map.h"
#include "agent/heat/key_tracker.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"

#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace isotherm::attribution
{

/// How many statements a second on a keyspace's tables were told by key lately, and why not.
struct KeyspaceCounts
{
    double attributed = 0;
    std::array<double, kReasonCount> unattributed{};
};

/// What a statement stands for, and which of its accesses are counted elsewhere.
struct StatementWeight
{
    double weight = 1;           ///< 1 ÷ the part of the statements that was read
    bool writesElsewhere = true; ///< the change stream tells the written keys
};

/// Turns logged statements into accesses by key. What is not told by key is counted, by reason; no
/// value leaves it but as a key of the sketches. Thread-safe; take() and finish() belong to the
/// thread that reads the log.
class ReadAttribution
{
public:
    ReadAttribution(const heat::CellMap& cells, heat::KeyTracker& tracker)
        : m_cells(cells), m_tracker(tracker)
    {
    }

    /// Which tables are managed now. Cheap when they are the same.
    void follow(const std::vector<std::shared_ptr<const topology::KeyspaceView>>& keyspaces,
                const std::string& database);
    void take(const LoggedStatement& statement, const StatementWeight& weight);
    /// Log that nobody read: about so many statements.
    void passOver(double statements);
    /// Hands the accesses on as of `now`.
    void finish(WallTime now);

    [[nodiscard]] KeyspaceCounts counts(const std::string& keyspace) const;
    /// The managed tables that a statement touches, by keyspace.
    [[nodiscard]] std::vector<std::string> keyspacesOf(const std::string& text) const;

private:
    struct Faded
    {
        KeyspaceCounts sums; ///< as of `at`
        KeyspaceCounts fresh;
        WallTime at{};
    };

    void add(const TableAccess& access, const StatementWeight& weight);
    [[nodiscard]] bool spread(const std::string& keyspace, const KeyRange& range,
                              std::vector<heat::KeyAccess>& to, const heat::KeyAccess& what) const;

    const heat::CellMap& m_cells;
    heat::KeyTracker& m_tracker;
    std::vector<std::shared_ptr<const topology::KeyspaceView>> m_followed;
    std::string m_database;
    std::unique_ptr<StatementCache> m_cache;
    std::map<std::string, std::vector<heat::KeyAccess>> m_gathered;
    mutable std::mutex m_mutex;                      ///< guards the rest
    std::shared_ptr<const StatementReader> m_reader; ///< of m_cache
    std::map<std::string, Faded> m_counts;
};

} // namespace isotherm::attribution
