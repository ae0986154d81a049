// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/harness/pg_cluster.h"
#include "tests/integration/oracle/odd_types.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::test
{

inline constexpr int kOracleLeaves = 4;
inline constexpr int kOracleKeysPerLeaf = 250;

/// The two tables o.a and o.b of the oracle's keyspace, of random odd types, and whatever can
/// happen to them: several clients, and one that alters the schema. Each transaction is done while
/// the gate is held shared; who holds it alone knows that none is committing.
class OracleWorkload
{
public:
    OracleWorkload(std::string conninfo, std::uint64_t seed);
    ~OracleWorkload();
    OracleWorkload(const OracleWorkload&) = delete;
    OracleWorkload& operator=(const OracleWorkload&) = delete;

    /// Schema and first rows.
    [[nodiscard]] std::string setupSql() const;

    /// With a synchronous standby that is slow now and then.
    void start(int clients);
    /// `act` while the standby does not answer: whoever committed waits, his commit in the log and
    /// in the stream already, but seen by no snapshot.
    void whileCommitsWait(const std::function<void()>& act);
    void stop();
    /// Commits what is prepared still.
    [[nodiscard]] Status settle();

    [[nodiscard]] std::shared_mutex& gate() { return m_gate; }
    [[nodiscard]] std::uint64_t committed() const { return m_committed; }
    /// What happened how often: "truncate", "drop column", …
    [[nodiscard]] std::map<std::string, int> events() const;

private:
    class Client;
    class Builder;

    void slowDownCommits();
    bool setStandby(const std::string& name);
    void note(const std::string& event);
    bool reload(PgSession& session);

    const std::string m_conninfo;
    const std::uint64_t m_seed;
    std::vector<OddType> m_types; ///< of the columns t0, t1, … of both tables
    std::shared_mutex m_gate;
    std::mutex m_standby; ///< who holds it makes commits wait
    std::atomic<bool> m_stop{false};
    std::atomic<std::uint64_t> m_committed{0};
    mutable std::mutex m_mutex; ///< guards the rest
    std::map<std::string, int> m_events;
    std::vector<std::string> m_added; ///< columns of o.a that were added, and are there
    std::vector<std::thread> m_threads;
};

} // namespace isotherm::test
