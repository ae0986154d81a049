// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/statement_source.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::attribution
{

/// A statement that the server logged.
struct LoggedStatement
{
    std::string database;
    std::string text;
    /// By number, from $1; nullopt is NULL. Values that the server cut end with "...".
    std::vector<std::optional<std::string>> parameters;
};

/// What a chunk of log held.
struct LogCounts
{
    std::uint64_t records = 0;
    std::uint64_t statements = 0;
    std::uint64_t malformed = 0; ///< records that could not be read
};

/// Cuts a log (jsonlog or csvlog) into records as its bytes come in, and tells the statements among
/// them: of a prepared one its execution, not its parse or bind. Takes hostile bytes: a record
/// longer than a mebibyte is dropped, a broken one counted and left. Not thread-safe.
class LogReader
{
public:
    using Sink = std::function<void(LoggedStatement)>;

    /// `everything`: statements without a duration count as well (log_statement = all).
    LogReader(engine::LogFormat format, bool everything)
        : m_format(format), m_everything(everything)
    {
    }

    void feed(std::string_view bytes, const Sink& sink);
    /// A new file begins: what was left of the last one is no record.
    void restart();
    [[nodiscard]] const LogCounts& counts() const { return m_counts; }

private:
    [[nodiscard]] std::optional<std::size_t> endOfRecord();
    void take(std::string_view record, const Sink& sink);

    engine::LogFormat m_format;
    bool m_everything;
    std::string m_rest;       ///< of a record that has not ended yet
    std::size_t m_looked = 0; ///< that far into it no end was found
    bool m_quoted = false;    ///< csv: inside of a quoted field there
    bool m_dropping = false;  ///< the record is too long: until its end
    LogCounts m_counts;
};

/// "duration: 0.2 ms  execute P0: select …" → the statement; nullopt: not one that was executed.
[[nodiscard]] std::optional<std::string> statementOf(std::string_view message, bool everything);

/// "parameters: $1 = '5', $2 = NULL" → the values; nullopt when it is not of that form.
[[nodiscard]] std::optional<std::vector<std::optional<std::string>>>
parametersOf(std::string_view detail);

} // namespace isotherm::attribution
