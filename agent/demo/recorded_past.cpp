// SPDX-License-Identifier: Apache-2.0
#include "agent/demo/recorded_past.h"

#include "shared/base/file.h"
#include "shared/base/time_text.h"

#include <chrono>
#include <cmath>
#include <numbers>
#include <random>
#include <string>

namespace isotherm::demo
{
namespace
{

using namespace std::chrono_literals;

std::string header(int shards)
{
    std::string line = "t";
    for (int shard = 1; shard <= shards; ++shard) {
        const std::string leaf = ",public.pgbench_accounts_" + std::to_string(shard);
        line += leaf + ".r" + leaf + ".w";
    }
    return line + "\n";
}

double quietShare(WallTime hour)
{
    const double ofDay =
        std::chrono::duration<double>(hour.time_since_epoch() % 24h) / std::chrono::hours(24);
    return 0.6 - 0.4 * std::cos(2 * std::numbers::pi * ofDay); // least at midnight
}

} // namespace

WallTime nextHour(WallTime now)
{
    return std::chrono::floor<std::chrono::hours>(now) + 1h;
}

Status writeRecordedPast(const RecordedPast& past, WallTime now, const std::filesystem::path& file)
{
    constexpr double kWritten = 0.3; // of the rows
    std::mt19937 random(1);          // NOLINT(cert-msc51-cpp): the same past every time
    std::uniform_real_distribution<double> noise(0.97, 1.03);
    const WallTime end = std::chrono::floor<std::chrono::hours>(now);
    std::string trace = header(past.shards);
    for (WallTime hour = end - past.days * 24h; hour < end; hour += 1h) {
        trace += formatUtc(hour);
        const auto intoDay = (hour - past.busyFrom) % 24h;
        const bool busy = (intoDay + 24h) % 24h < 2h;
        for (int shard = 0; shard < past.shards; ++shard) {
            const double rate =
                busy && shard == past.busyShard ? past.busyRate : past.quietRate * quietShare(hour);
            const double rows = rate * 3600 * noise(random);
            trace += "," + std::to_string(std::llround(rows * (1 - kWritten))) + "," +
                     std::to_string(std::llround(rows * kWritten));
        }
        trace += "\n";
    }
    return writeFileDurably(file, trace);
}

} // namespace isotherm::demo
