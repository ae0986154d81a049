// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::predict
{

/// Minutes since 1970-01-01 of "2016-11-05T00:00:00Z", and back. InvalidArgument for anything else.
[[nodiscard]] Result<std::int64_t> parseMinute(const std::string& text);
[[nodiscard]] std::string formatMinute(std::int64_t minute);

struct TraceRow
{
    std::int64_t minute = 0;
    std::vector<double> counts; ///< NaN: an empty field
};

/// A recorded trace, read row by row: a CSV, plain or gzip-compressed, whose first column is the
/// time and whose others are one series each. Rows are in order of time on a grid of steps, some
/// may be missing. Not thread-safe.
class TraceFile
{
public:
    /// `stepMinutes` divides an hour. InvalidArgument when it does not, when the file is no trace,
    /// and when its first rows are another step apart.
    [[nodiscard]] static Result<std::unique_ptr<TraceFile>> open(const std::filesystem::path& path,
                                                                 int stepMinutes);
    ~TraceFile();
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;

    [[nodiscard]] const std::vector<std::string>& series() const { return m_series; }
    /// nullopt at the end. InvalidArgument names the line.
    [[nodiscard]] Result<std::optional<TraceRow>> next();

private:
    TraceFile(void* file, int stepMinutes) : m_file(file), m_stepMinutes(stepMinutes) {}
    [[nodiscard]] static Result<std::unique_ptr<TraceFile>>
    openHead(const std::filesystem::path& path, int stepMinutes);
    [[nodiscard]] Result<std::optional<std::string>> readLine();
    [[nodiscard]] Status checkTime(std::int64_t minute, const std::string& where) const;

    void* m_file; ///< gzFile
    const int m_stepMinutes;
    std::vector<std::string> m_series;
    std::uint64_t m_line = 0;
    std::optional<std::int64_t> m_last; ///< minute of the row before
};

} // namespace isotherm::predict
