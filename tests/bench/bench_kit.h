// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"
#include "tests/harness/pg_cluster.h"

#include <functional>
#include <string>
#include <vector>

namespace isotherm::bench
{

/// One line of output. Medians of `n` alternated repetitions, ours and the peer's in the same run,
/// since machines are noisy.
struct Measurement
{
    std::string bench;
    std::string metric;
    std::string unit;
    double ours = 0;
    double peer = 0; ///< 0 with an empty peerName: there is no peer, or it is a budget
    std::string peerName;
    std::size_t n = 0;
};

/// Prints {"bench","metric","unit","ours","peer","peer_name","ratio","n"} on standard output; ratio
/// = ours ÷ peer.
void print(const Measurement& measurement);

/// Progress for the person who waits, on standard error.
void tell(const std::string& line);

/// What one run cost.
struct Cost
{
    double seconds = 0;    ///< wall clock
    double cpuSeconds = 0; ///< of this process, its ended children, and the server
};

[[nodiscard]] double median(std::vector<double> values);

/// Measures runs against a private server, whose CPU time counts too.
class CostMeter
{
public:
    explicit CostMeter(test::PgCluster& cluster) : m_cluster(cluster) {}
    /// The error of `work`, or what it cost.
    [[nodiscard]] Result<Cost> measure(const std::function<Status()>& work);

private:
    [[nodiscard]] double cpuNow();
    test::PgCluster& m_cluster;
};

/// Runs a bash script with pipefail; its error output as the error.
[[nodiscard]] Status runShell(const std::string& script);

/// Bytes of all files below `folder`.
[[nodiscard]] double folderBytes(const std::string& folder);

/// How large the bench's tables are: $ISOTHERM_BENCH_ROWS, else `fallback`.
[[nodiscard]] std::uint64_t benchRows(std::uint64_t fallback);
/// $ISOTHERM_BENCH_REPEATS, else 5.
[[nodiscard]] std::size_t benchRepeats();

/// A server set up as a modest production one.
[[nodiscard]] Result<std::unique_ptr<test::PgCluster>>
startBenchCluster(const std::string& walLevel = "replica");

} // namespace isotherm::bench
