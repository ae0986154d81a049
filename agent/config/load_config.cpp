// SPDX-License-Identifier: Apache-2.0
#include "agent/config/load_config.h"

#include "agent/config/document.h"
#include "agent/config/environment.h"
#include "agent/config/sections.h"

#include <algorithm>
#include <system_error>
#include <vector>

namespace isotherm::config
{
namespace
{

std::vector<std::filesystem::path> furtherFiles(const std::filesystem::path& file)
{
    std::vector<std::filesystem::path> files;
    std::error_code ignored; // no folder, no further files
    const auto folder = file.parent_path() / "conf.d";
    for (std::filesystem::directory_iterator entry(folder, ignored), end; entry != end;
         entry.increment(ignored)) {
        if (entry->path().extension() == ".toml") {
            files.push_back(entry->path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

Result<AgentConfig> loadConfig(const std::filesystem::path& file, const Environment& environment)
{
    ISO_ASSIGN(Table document, readToml(file));
    std::string unreadable;
    for (const auto& further : furtherFiles(file)) {
        auto table = readToml(further);
        if (table.ok()) {
            merge(document, std::move(table).value());
        } else {
            unreadable += (unreadable.empty() ? "" : "\n") + table.error().text();
        }
    }
    applyEnvironment(document, environment);
    Problems problems;
    AgentConfig config = readSections(document, problems);
    if (!problems.empty()) {
        unreadable += (unreadable.empty() ? "" : "\n") + problems.text();
    }
    if (!unreadable.empty()) {
        return makeError(Code::InvalidArgument, unreadable);
    }
    return config;
}

} // namespace isotherm::config
