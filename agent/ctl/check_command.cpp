// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <limits>

namespace isotherm::ctl
{
namespace
{

using std::chrono::milliseconds;

/// What monitoring systems understand; not our own exit codes.
enum class Verdict { Ok = 0, Warning = 1, Critical = 2, Unknown = 3 };

/// Share of the objective from which on it is close.
constexpr double kClose = 0.9;

struct Limits
{
    std::optional<milliseconds> warning;
    std::optional<milliseconds> critical;
};

struct Finding
{
    Verdict verdict = Verdict::Ok;
    double share = 0; ///< of what is allowed
    std::string text; ///< "shard 3 (orders [1, 500)): 2h old, 1h allowed"
};

ExitCode end(Session& session, Verdict verdict, const std::string& text)
{
    static constexpr std::array<const char*, 4> kNames = {"OK", "WARNING", "CRITICAL", "UNKNOWN"};
    session.terminal.out << "RPO " << kNames.at(static_cast<std::size_t>(verdict)) << ": " << text
                         << "\n"
                         << std::flush;
    return static_cast<ExitCode>(static_cast<int>(verdict));
}

Result<Limits> parseLimits(const CheckArguments& arguments)
{
    Limits limits;
    if (!arguments.warning.empty()) {
        ISO_ASSIGN(limits.warning, parseDuration(arguments.warning));
    }
    if (!arguments.critical.empty()) {
        ISO_ASSIGN(limits.critical, parseDuration(arguments.critical));
    }
    return limits;
}

/// nullopt: nothing says what is allowed.
std::optional<Finding> judge(const ShardRecord& shard, WallTime now, const Limits& limits)
{
    const std::string name = "shard " + std::to_string(shard.id.get()) + " (" + shard.keyspace +
                             " " + shard.rangeText + ")";
    if (!shard.lastBackup) {
        return Finding{Verdict::Critical, std::numeric_limits<double>::infinity(),
                       name + ": no backup"};
    }
    const auto critical = shard.rpoObjective ? shard.rpoObjective : limits.critical;
    if (!critical && !limits.warning) {
        return std::nullopt;
    }
    const auto age = std::chrono::duration_cast<milliseconds>(now - *shard.lastBackup);
    const auto share = [age](milliseconds allowed) {
        return static_cast<double>(age.count()) / static_cast<double>(allowed.count());
    };
    Finding finding;
    finding.share = share(critical.value_or(*limits.warning));
    if (critical && age > *critical) {
        finding.verdict = Verdict::Critical;
    } else if (limits.warning ? age > *limits.warning : finding.share > kClose) {
        finding.verdict = Verdict::Warning;
    }
    finding.text = name + ": " + formatDuration(std::max(age, milliseconds(0))) + " old, " +
                   formatDuration(critical.value_or(*limits.warning)) + " allowed";
    return finding;
}

std::string performance(const Finding& worst, std::size_t failing)
{
    std::array<char, 96> text{};
    std::snprintf(text.data(), text.size(), " | worst=%.3f;%.2f;1 failing=%zu", worst.share, kClose,
                  failing);
    return text.data();
}

} // namespace

ExitCode checkRpo(Session& session, const CheckArguments& arguments)
{
    const Result<Limits> limits = parseLimits(arguments);
    if (!limits.ok()) {
        return end(session, Verdict::Unknown, limits.error().message);
    }
    const Result<ClusterStatus> status = session.agent.status();
    const Result<std::vector<ShardRecord>> shards = session.agent.shards({arguments.keyspace});
    if (!status.ok() || !shards.ok()) {
        return end(session, Verdict::Unknown,
                   status.ok() ? shards.error().message : status.error().message);
    }
    Finding worst;
    std::size_t judged = 0;
    std::size_t failing = 0;
    for (const ShardRecord& shard : shards.value()) {
        const auto finding = judge(shard, status->now, limits.value());
        if (!finding) {
            continue;
        }
        ++judged;
        failing += finding->verdict == Verdict::Ok ? 0 : 1;
        const bool worse = finding->verdict != worst.verdict ? finding->verdict > worst.verdict
                                                             : finding->share >= worst.share;
        if (worse) {
            worst = *finding;
        }
    }
    if (judged == 0) {
        return end(session, Verdict::Unknown,
                   shards->empty() ? "there are no shards"
                                   : "no shard has an objective; give --critical");
    }
    const std::string shown = worst.verdict == Verdict::Ok
                                  ? std::to_string(judged) + " shards within their objective, "
                                  : std::to_string(failing) + " of " + std::to_string(judged) +
                                        " shards are not, ";
    return end(session, worst.verdict,
               shown + "worst " + worst.text + performance(worst, failing));
}

} // namespace isotherm::ctl
