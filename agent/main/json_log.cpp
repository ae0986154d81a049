// SPDX-License-Identifier: Apache-2.0
#include "agent/main/json_log.h"

#include "shared/base/time_text.h"

#include <nlohmann/json.hpp>
#include <string>

namespace isotherm
{
namespace
{

const char* levelName(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return "debug";
    case LogLevel::Info:
        return "info";
    case LogLevel::Warning:
        return "warning";
    case LogLevel::Error:
        return "error";
    }
    return "unknown";
}

} // namespace

void JsonLog::write(LogLevel level, std::string_view event, std::string_view message,
                    std::vector<LogField> fields)
{
    if (level < m_least) {
        return;
    }
    nlohmann::ordered_json line = {{"time", formatUtc(m_clock.wallNow())},
                                   {"level", levelName(level)},
                                   {"event", event},
                                   {"message", message}};
    for (const LogField& field : fields) {
        std::visit([&](const auto& value) { line[field.name] = value; }, field.value);
    }
    // Names from the database may hold any bytes: what is not UTF-8 is shown as replacement
    // characters.
    const std::string text =
        line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    const std::lock_guard lock(m_mutex);
    std::fwrite(text.data(), 1, text.size(), m_output);
    std::fflush(m_output);
}

} // namespace isotherm
