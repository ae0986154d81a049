// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/log.h"

#include <cstdio>
#include <mutex>

namespace isotherm
{

/// One JSON object a line, for journald or any collector: time, level, event, message, then the
/// event's fields.
class JsonLog final : public Log
{
public:
    /// `output` stays open for as long as the log lives.
    JsonLog(std::FILE* output, const Clock& clock, LogLevel least = LogLevel::Info)
        : m_output(output), m_clock(clock), m_least(least)
    {
    }

    void write(LogLevel level, std::string_view event, std::string_view message,
               std::vector<LogField> fields) override;

private:
    std::FILE* m_output;
    const Clock& m_clock;
    const LogLevel m_least;
    std::mutex m_mutex;
};

} // namespace isotherm
