// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/records.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The commands of isotherm-agent. Each returns the process's exit code (CONSOLE: 0 done, 1 failed,
/// 2 usage or configuration) after it has told the person at the terminal what went wrong.
namespace isotherm
{

struct ConfigChoice
{
    std::filesystem::path file = "/etc/isotherm/agent.toml";
};

/// Runs the agent until SIGTERM or SIGINT; SIGHUP reloads the configuration.
[[nodiscard]] int runAgent(const ConfigChoice& choice);

[[nodiscard]] int checkConfig(const ConfigChoice& choice);

/// Makes state folder, certificate authority, passphrase and repository.
[[nodiscard]] int initAgent(const ConfigChoice& choice);

struct InitDatabaseChoice
{
    ConfigChoice config;
    std::string role = "isotherm";
    bool reshard = false;   ///< also what splitting and merging needs
    bool writeBack = false; ///< also the rights to change the managed tables
    bool readLog = false;
};
/// Prints the SQL that gives the agent's database role the rights it needs.
[[nodiscard]] int printInitSql(const InitDatabaseChoice& choice);

struct EnrolChoice
{
    ConfigChoice config;
    std::string name;
    Role role = Role::Viewer;
    std::filesystem::path output;
    std::string address;                  ///< empty: where the agent listens
    std::filesystem::path passphraseFile; ///< empty: asked for at the terminal
    bool withoutPassphrase = false;
};
[[nodiscard]] int enrolClient(const EnrolChoice& choice);

[[nodiscard]] int revokeClient(const ConfigChoice& choice, const std::string& name);

struct RotatePassphraseChoice
{
    ConfigChoice config;
    std::filesystem::path passphraseFile; ///< the new one; empty: asked for at the terminal
};
/// Gives the repository another passphrase, without rewriting any backup. The agent must not run.
[[nodiscard]] int rotatePassphrase(const RotatePassphraseChoice& choice);

/// Makes the catalogue of backups anew from the repository alone. The agent must not run.
[[nodiscard]] int rebuildCatalog(const ConfigChoice& choice);

struct ImportHeatChoice
{
    ConfigChoice config;
    std::filesystem::path trace;
    int stepMinutes = 60;
};
/// Makes heat that was recorded elsewhere the shards' past. The agent must not run.
[[nodiscard]] int importHeat(const ImportHeatChoice& choice);

struct ForecastChoice
{
    std::filesystem::path input;
    std::string dataset;
    std::filesystem::path origins;
    std::vector<std::int64_t> horizons;
    int stepMinutes = 10;
    std::filesystem::path output;
};
/// Replays a recorded trace and writes what would have been forecast at each origin.
[[nodiscard]] int forecastTrace(const ForecastChoice& choice);

struct SimulateChoice
{
    std::filesystem::path trace;
    std::vector<std::string> policies = {"fixed", "reactive", "predictive"};
    int stepMinutes = 10;
    std::chrono::milliseconds fixed = std::chrono::hours(6);
    int warmUpDays = 14;
    double runBytes = 4'000;
    double rowBytes = 60;
    double written = 0.3;
    bool json = false;
};
/// Plays a recorded trace to the backup schedule and prints what each policy would have done.
[[nodiscard]] int simulateTrace(const SimulateChoice& choice);

/// Tells an error as all our programs do: "isotherm-agent: …", then "hint: …".
void printError(const struct Error& error);

} // namespace isotherm
