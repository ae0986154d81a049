// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/harness/pg_cluster.h"

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace isotherm::test
{

/// What every transaction did to the shop, row by row: kept by triggers, so that the rows of any
/// past snapshot can be worked out. Run it before the first row is written.
[[nodiscard]] std::string historySql();

/// A part of the key space as one snapshot shows it.
struct Moment
{
    std::int64_t fromCustomer = 0; ///< inclusive
    std::int64_t toCustomer = 0;   ///< exclusive
    std::string visibility;        ///< as pg_current_snapshot() prints it
};

/// How many rows differ, either way, between `table` and what the history says that shop.`source`
/// held at `moments` (which together are all that `table` should hold).
[[nodiscard]] std::int64_t differencesFromHistory(PgSession& session, const std::string& table,
                                                  const std::string& source,
                                                  const std::vector<Moment>& moments);

/// Clients that insert, upsert, update, delete, move rows between shards, and roll back, until they
/// are stopped.
class Customers
{
public:
    Customers(const PgCluster& cluster, unsigned count, std::uint64_t seed);
    ~Customers() { stop(); }
    Customers(const Customers&) = delete;
    Customers& operator=(const Customers&) = delete;

    void stop();
    [[nodiscard]] std::uint64_t committed() const { return m_committed; }
    [[nodiscard]] std::uint64_t rolledBack() const { return m_rolledBack; }
    /// Statements that failed otherwise than by losing a race for a key.
    [[nodiscard]] std::uint64_t failed() const { return m_failed; }

private:
    void shop(const std::string& conninfo, std::uint64_t seed, const std::stop_token& stop);

    std::atomic<std::uint64_t> m_committed{0};
    std::atomic<std::uint64_t> m_rolledBack{0};
    std::atomic<std::uint64_t> m_failed{0};
    std::vector<std::jthread> m_threads;
};

} // namespace isotherm::test
