// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/base/clock.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::test
{

/// An engine whose tables are maps in memory: for tests of what is built on the port, where a real
/// server would only be slow. Every table has the columns k (its key) and v. Faults and waits are
/// asked for by the test. Thread-safe.
class MemoryEngine final : public engine::Engine
{
public:
    using Rows = std::map<std::int64_t, std::string>;

    explicit MemoryEngine(const Clock& clock) : m_clock(clock) {}

    // What the test does to the database.

    /// A keyspace cut at `cuts`: one shard more than cuts, none of them the default.
    void define(const std::string& keyspace, const std::vector<std::int64_t>& cuts,
                const std::vector<std::string>& tables = {"items"});
    /// Writes a row, and counts it in its leaf.
    void put(const std::string& keyspace, std::size_t table, std::int64_t key,
             const std::string& value);
    /// The table behind a shard is another file from now on (TRUNCATE, VACUUM FULL).
    void rewrite(const std::string& keyspace, std::size_t shard);
    /// Without a rewrite and without counting anything, as databases do it.
    void addColumn(const std::string& keyspace, const std::string& column);
    /// Adds a cut: the shard that holds it is replaced by two new ones.
    void split(const std::string& keyspace, std::int64_t cut);
    void resetCounters();

    // Faults.

    /// Describing this keyspace fails from now on; nullopt: works again.
    void breakDescribe(const std::string& keyspace, std::optional<Error> error);
    void breakSnapshots(std::optional<Error> error);
    /// Row streams wait until they are let go, or stopped.
    void holdReaders(bool hold);
    /// Samples do not say until when they are complete.
    void setIncomplete(bool incomplete);

    // What the test looks at.

    [[nodiscard]] int snapshotsTaken() const;
    [[nodiscard]] int openSnapshots() const;
    [[nodiscard]] int mostOpenSnapshots() const;
    [[nodiscard]] std::vector<std::uint64_t> leafIds(const std::string& keyspace) const;

    Result<engine::ClusterIdentity> identify() override;
    Result<std::unique_ptr<engine::ClusterLock>> lockCluster() override;
    Result<engine::KeyspaceLayout> describeKeyspace(const engine::KeyspaceSpec& spec) override;
    Result<engine::AccessSample> sampleAccess(const std::vector<std::uint64_t>& leafIds) override;
    Result<std::unique_ptr<engine::Snapshot>>
    openSnapshot(const engine::KeyspaceLayout& keyspace, const engine::ShardLayout& shard) override;
    /// Unimplemented: restores are tested on a real server.
    Result<std::unique_ptr<engine::RestoreTarget>> openRestoreTarget() override;

private:
    class MemorySnapshot;
    class MemorySource;

    struct Leaf
    {
        engine::LeafRef ref;
        std::uint64_t writes = 0;
        Rows rows;
    };
    struct Shard
    {
        KeyRange range;
        std::vector<Leaf> leaves;
    };
    struct Keyspace
    {
        std::vector<TableSchema> tables;
        std::vector<Shard> shards;
        std::optional<Error> trouble;
    };

    [[nodiscard]] Leaf makeLeaf(const std::string& table);
    [[nodiscard]] Shard makeShard(const Keyspace& keyspace, const KeyRange& range);

    const Clock& m_clock;
    mutable std::mutex m_mutex;
    std::condition_variable_any m_letGo;
    std::map<std::string, Keyspace> m_keyspaces;
    std::optional<Error> m_snapshotTrouble;
    bool m_hold = false;
    bool m_incomplete = false;
    std::uint64_t m_lastLeaf = 16384;
    std::uint64_t m_lastGeneration = 0;
    std::uint64_t m_resetEpoch = 1;
    int m_taken = 0;
    int m_open = 0;
    int m_mostOpen = 0;
};

} // namespace isotherm::test
