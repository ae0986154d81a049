// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isotherm
{

enum class LogLevel { Debug, Info, Warning, Error };

/// One named value of a log event. Never a secret, never a row's content.
struct LogField
{
    std::string name;
    std::variant<std::string, std::int64_t, double, bool> value;
};

/// Where events go. Implementations are thread-safe. `event` is a stable dotted name
/// ("backup.finished") that operators alert on; `message` is for people: lower case, no full stop.
class Log
{
public:
    virtual ~Log() = default;
    virtual void write(LogLevel level, std::string_view event, std::string_view message,
                       std::vector<LogField> fields) = 0;

    void info(std::string_view event, std::string_view message, std::vector<LogField> fields = {})
    {
        write(LogLevel::Info, event, message, std::move(fields));
    }
    void warning(std::string_view event, std::string_view message,
                 std::vector<LogField> fields = {})
    {
        write(LogLevel::Warning, event, message, std::move(fields));
    }
    void error(std::string_view event, std::string_view message, std::vector<LogField> fields = {})
    {
        write(LogLevel::Error, event, message, std::move(fields));
    }
};

} // namespace isotherm
