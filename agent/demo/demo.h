// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "agent/engine/statement_source.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

namespace isotherm::demo
{

struct DemoOptions
{
    bool headless = false;
    std::chrono::seconds duration{90};
    std::filesystem::path report;     ///< empty: none
    std::filesystem::path screenshot; ///< empty: none
    bool keep = false;                ///< the folder with server, repository and logs
    std::string version;
    /// The engine is chosen by main: the demo knows only the port.
    std::function<Result<std::unique_ptr<engine::Engine>>(const std::string& conninfo,
                                                          const Clock& clock)>
        openEngine;
    /// Where it reads which statements are run; none: no reads by key.
    std::function<std::unique_ptr<engine::StatementSource>(const std::string& conninfo)>
        openStatements;
    /// The rights that the agent needs, as SQL for an administrator.
    std::function<std::string(const std::string& database)> initSql;
};

/// Tells Isotherm's story on a private PostgreSQL: a breathing, wandering load, heat, backups by
/// temperature, a hot range that is split live, an accident, and a restore across the split that
/// brings the rows back. Everything is real, only the
/// day is short. Ends by itself or on Ctrl-C, and leaves no process, port or (without `keep`)
/// folder behind.
[[nodiscard]] Status runDemo(const DemoOptions& options);

} // namespace isotherm::demo
