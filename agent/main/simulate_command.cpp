// SPDX-License-Identifier: Apache-2.0
#include "agent/main/commands.h"
#include "agent/simulate/simulation.h"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace isotherm
{
namespace
{

using nlohmann::ordered_json;
using simulate::ClassCount;
using simulate::Policy;
using simulate::PolicyReport;
using simulate::SimulationReport;

ordered_json jsonOf(const ClassCount& count)
{
    return {{"hours", count.hours}, {"violated", count.violated}};
}

/// How much less than `base`, in per cent; 0 of nothing.
double lessThan(double base, double value)
{
    return base > 0 ? 100 * (base - value) / base : 0.0;
}

const PolicyReport* find(const SimulationReport& report, Policy policy)
{
    const auto found =
        std::find_if(report.policies.begin(), report.policies.end(),
                     [policy](const PolicyReport& one) { return one.policy == policy; });
    return found == report.policies.end() ? nullptr : &*found;
}

ordered_json comparison(const PolicyReport& fixed, const PolicyReport& predictive)
{
    return {{"fewer_bytes_percent", lessThan(fixed.bytes(), predictive.bytes())},
            {"fewer_run_bytes_percent", lessThan(fixed.runBytes, predictive.runBytes)},
            {"fewer_violations_percent", lessThan(static_cast<double>(fixed.violations()),
                                                  static_cast<double>(predictive.violations()))},
            {"fewer_bytes", predictive.bytes() < fixed.bytes()},
            {"fewer_violations", predictive.violations() < fixed.violations()}};
}

void printJson(const SimulationReport& report)
{
    ordered_json policies = ordered_json::array();
    for (const PolicyReport& one : report.policies) {
        policies.push_back({{"policy", simulate::policyName(one.policy)},
                            {"backups", one.backups},
                            {"skipped", one.skipped},
                            {"bytes", one.bytes()},
                            {"run_bytes", one.runBytes},
                            {"row_bytes", one.rowBytes},
                            {"rpo_violations", one.violations()},
                            {"hot", jsonOf(one.hot)},
                            {"warm", jsonOf(one.warm)},
                            {"cold", jsonOf(one.cold)},
                            {"rows_at_risk_mean", one.rowsAtRisk},
                            {"busy_share", one.busyShare}});
    }
    ordered_json document = {{"schema", "isotherm/v1"}, {"kind", "simulation"},
                             {"from", report.from},     {"to", report.to},
                             {"shards", report.shards}, {"policies", std::move(policies)}};
    const PolicyReport* fixed = find(report, Policy::Fixed);
    const PolicyReport* predictive = find(report, Policy::Predictive);
    if (fixed != nullptr && predictive != nullptr) {
        document["predictive_against_fixed"] = comparison(*fixed, *predictive);
    }
    std::printf("%s\n", document.dump(1).c_str());
}

std::string share(const ClassCount& count)
{
    return std::to_string(count.violated) + "/" + std::to_string(count.hours);
}

void printTable(const SimulationReport& report)
{
    std::printf("%zu shards, %s to %s\n\n", report.shards, report.from.c_str(), report.to.c_str());
    std::printf("%-11s %8s %8s %10s %10s %10s %14s %14s %14s %11s %6s\n", "POLICY", "BACKUPS",
                "SKIPPED", "MB", "MB OF RUNS", "VIOLATIONS", "HOT HOURS", "WARM HOURS",
                "COLD HOURS", "AT RISK", "BUSY");
    for (const PolicyReport& one : report.policies) {
        std::printf("%-11s %8llu %8llu %10.2f %10.2f %10llu %14s %14s %14s %11.1f %6.2f\n",
                    std::string(simulate::policyName(one.policy)).c_str(),
                    static_cast<unsigned long long>(one.backups),
                    static_cast<unsigned long long>(one.skipped), one.bytes() / 1e6,
                    one.runBytes / 1e6, static_cast<unsigned long long>(one.violations()),
                    share(one.hot).c_str(), share(one.warm).c_str(), share(one.cold).c_str(),
                    one.rowsAtRisk, one.busyShare);
    }
    const PolicyReport* fixed = find(report, Policy::Fixed);
    const PolicyReport* predictive = find(report, Policy::Predictive);
    if (fixed != nullptr && predictive != nullptr) {
        const ordered_json against = comparison(*fixed, *predictive);
        std::printf("\npredictive against fixed: %.1f %% fewer bytes (%.1f %% fewer of runs), "
                    "%.1f %% fewer violations\n",
                    against["fewer_bytes_percent"].get<double>(),
                    against["fewer_run_bytes_percent"].get<double>(),
                    against["fewer_violations_percent"].get<double>());
    }
}

Policy policyOf(const std::string& name)
{
    return name == "fixed" ? Policy::Fixed
                           : (name == "reactive" ? Policy::Reactive : Policy::Predictive);
}

} // namespace

int simulateTrace(const SimulateChoice& choice)
{
    simulate::SimulationOptions options;
    options.trace = choice.trace;
    options.stepMinutes = choice.stepMinutes;
    for (const std::string& name : choice.policies) {
        options.policies.push_back(policyOf(name));
    }
    options.fixed = choice.fixed;
    options.warmUp = std::chrono::hours(24 * choice.warmUpDays);
    options.bytes = {choice.runBytes, choice.rowBytes, choice.written};
    const auto report = simulate::simulate(options);
    if (!report.ok()) {
        printError(report.error());
        return report.error().code == Code::InvalidArgument ? 2 : 1;
    }
    if (choice.json) {
        printJson(*report);
    } else {
        printTable(*report);
    }
    return 0;
}

} // namespace isotherm
