// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <vector>

/// The third part of the port: which statements a database runs, as it tells itself.
namespace isotherm::engine
{

struct LogFile
{
    std::string name;
    std::uint64_t size = 0;
    WallTime modified{};
};

/// The files of a server's log, wherever they are.
class LogFiles
{
public:
    virtual ~LogFiles() = default;
    [[nodiscard]] virtual Result<std::vector<LogFile>> list() = 0;
    /// Up to `length` bytes from `offset` on; fewer at the end. NotFound when the file is gone.
    [[nodiscard]] virtual Result<std::string> read(const std::string& name, std::uint64_t offset,
                                                   std::uint64_t length) = 0;
};

enum class LogFormat : std::uint8_t { Json = 1, Csv = 2 };

/// How the server logs statements now.
struct LogSettings
{
    LogFormat format = LogFormat::Json;
    std::string database; ///< the managed one: others log into the same files
    double sampleRate = 0;   ///< the part of the statements that is logged, in (0, 1]
    bool everything = false; ///< statements are logged without their duration, too
    std::string trouble;     ///< why there is nothing to read; empty: there is
    std::string hint;        ///< which settings or rights would help
};

/// Running totals of one statement, with its constants taken out.
struct StatementTotals
{
    std::string id;
    std::string text;
    std::uint64_t calls = 0;
    std::uint64_t rows = 0;
    double milliseconds = 0;
};

/// Thread-safe; every call is bounded by the engine's timeout.
class StatementSource : public LogFiles
{
public:
    [[nodiscard]] virtual Result<LogSettings> logSettings() = 0;
    /// Of the managed database, those with most time first. FailedPrecondition, with a hint, where
    /// the server keeps no statistics of statements.
    [[nodiscard]] virtual Result<std::vector<StatementTotals>> statistics(std::size_t limit) = 0;
};

} // namespace isotherm::engine
