// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/log.h"

#include <QtTest/qtestcase.h>
#include <algorithm>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isotherm::test
{

/// Keeps what was logged, and fails the running Qt test when it is destroyed (or verified) after an
/// Error line that nobody expected. Header only, so that the harness itself needs no Qt. write() is
/// thread-safe; the rest belongs to the test's thread.
class TestLog final : public Log
{
public:
    struct Line
    {
        LogLevel level = LogLevel::Info;
        std::string event;
        std::string message;
        std::vector<LogField> fields;
    };

    TestLog() = default;
    ~TestLog() override { verify(); }
    TestLog(const TestLog&) = delete;
    TestLog& operator=(const TestLog&) = delete;

    void write(LogLevel level, std::string_view event, std::string_view message,
               std::vector<LogField> fields) override
    {
        const std::lock_guard lock(m_mutex);
        m_lines.push_back({level, std::string(event), std::string(message), std::move(fields)});
    }

    /// Error lines of this event are part of the test.
    void expectError(std::string event)
    {
        const std::lock_guard lock(m_mutex);
        m_expected.push_back(std::move(event));
    }

    [[nodiscard]] std::vector<Line> lines() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lines;
    }

    [[nodiscard]] bool has(std::string_view event) const
    {
        const std::lock_guard lock(m_mutex);
        return std::any_of(m_lines.begin(), m_lines.end(),
                           [&](const Line& line) { return line.event == event; });
    }

    /// Fails the test for every unexpected Error line so far, once.
    void verify()
    {
        const std::lock_guard lock(m_mutex);
        for (; m_verified < m_lines.size(); ++m_verified) {
            const Line& line = m_lines[m_verified];
            if (line.level == LogLevel::Error &&
                std::find(m_expected.begin(), m_expected.end(), line.event) == m_expected.end()) {
                const std::string text =
                    "error line in the log: " + line.event + ": " + line.message;
                QTest::qFail(text.c_str(), __FILE__, __LINE__);
            }
        }
    }

private:
    mutable std::mutex m_mutex;
    std::vector<Line> m_lines;
    std::vector<std::string> m_expected;
    std::size_t m_verified = 0;
};

} // namespace isotherm::test
