// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/trace_file.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <string_view>
#include <zlib.h>

namespace isotherm::predict
{
namespace
{

constexpr std::int64_t kMicrosPerMinute = 60'000'000;

gzFile fileOf(void* file)
{
    return static_cast<gzFile>(file);
}

std::vector<std::string_view> split(std::string_view line)
{
    std::vector<std::string_view> fields;
    std::size_t begin = 0;
    while (true) {
        const std::size_t end = line.find(',', begin);
        fields.push_back(line.substr(begin, end - begin));
        if (end == std::string_view::npos) {
            return fields;
        }
        begin = end + 1;
    }
}

} // namespace

Result<std::int64_t> parseMinute(const std::string& text)
{
    ISO_ASSIGN(const WallTime time, parseInstant(text, WallTime{}));
    const std::int64_t micros = toUnixMicros(time);
    if (micros % kMicrosPerMinute != 0) {
        return makeError(Code::InvalidArgument, "not a full minute: " + text,
                         "rows are stamped like 2016-11-05T00:10:00Z");
    }
    return micros / kMicrosPerMinute;
}

std::string formatMinute(std::int64_t minute)
{
    return formatUtc(fromUnixMicros(minute * kMicrosPerMinute));
}

Result<std::unique_ptr<TraceFile>> TraceFile::openHead(const std::filesystem::path& path,
                                                       int stepMinutes)
{
    const gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) {
        return makeError(Code::NotFound, "cannot read the trace " + path.string(),
                         "check the path and its permissions");
    }
    std::unique_ptr<TraceFile> trace(new TraceFile(file, stepMinutes));
    ISO_ASSIGN(const auto head, trace->readLine());
    if (!head || head->rfind("t,", 0) != 0) {
        return makeError(Code::InvalidArgument, path.string() + " is not a trace",
                         "the first line begins with \"t,\" and names the series");
    }
    const auto fields = split(*head);
    trace->m_series.assign(fields.begin() + 1, fields.end());
    return trace;
}

Result<std::unique_ptr<TraceFile>> TraceFile::open(const std::filesystem::path& path,
                                                   int stepMinutes)
{
    constexpr int kLookedAt = 100;
    if (stepMinutes <= 0 || 60 % stepMinutes != 0) {
        return makeError(Code::InvalidArgument, "the step does not divide an hour",
                         "use 1, 2, 3, 5, 10, 15, 20, 30 or 60 minutes");
    }
    // With too small a step every second row or more would seem to be missing.
    ISO_ASSIGN(const auto head, openHead(path, stepMinutes));
    std::optional<std::int64_t> before;
    std::optional<std::int64_t> apart;
    for (int i = 0; i < kLookedAt; ++i) {
        ISO_ASSIGN(const auto row, head->next());
        if (!row) {
            break;
        }
        if (before) {
            apart = std::min(apart.value_or(row->minute - *before), row->minute - *before);
        }
        before = row->minute;
    }
    if (apart && *apart != stepMinutes) {
        return makeError(Code::InvalidArgument,
                         "the rows of " + path.string() + " are " + std::to_string(*apart) +
                             " minutes apart, not " + std::to_string(stepMinutes),
                         "say --step-min " + std::to_string(*apart));
    }
    return openHead(path, stepMinutes);
}

TraceFile::~TraceFile()
{
    gzclose(fileOf(m_file));
}

Result<std::optional<std::string>> TraceFile::readLine()
{
    std::string line;
    std::array<char, 4096> part{};
    while (gzgets(fileOf(m_file), part.data(), static_cast<int>(part.size())) != nullptr) {
        line += part.data();
        if (line.back() == '\n') {
            break;
        }
    }
    int code = Z_OK;
    const char* why = gzerror(fileOf(m_file), &code);
    if (code != Z_OK && code != Z_STREAM_END) {
        return makeError(Code::InvalidArgument,
                         "cannot read line " + std::to_string(m_line + 1) + " of the trace: " + why,
                         "is the file cut off?");
    }
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) {
        line.pop_back();
    }
    ++m_line;
    return line.empty() ? std::nullopt : std::optional(line);
}

Status TraceFile::checkTime(std::int64_t minute, const std::string& where) const
{
    if (m_last && minute <= *m_last) {
        return makeError(Code::InvalidArgument, where + " is not later than the one before",
                         "rows are in order of time");
    }
    if (m_last && (minute - *m_last) % m_stepMinutes != 0) {
        return makeError(Code::InvalidArgument, where + " is not on the grid of the steps",
                         "say --step-min as the trace has it");
    }
    return {};
}

Result<std::optional<TraceRow>> TraceFile::next()
{
    ISO_ASSIGN(const auto line, readLine());
    if (!line) {
        return std::optional<TraceRow>();
    }
    const auto fields = split(*line);
    const std::string where = "line " + std::to_string(m_line) + " of the trace";
    if (fields.size() != m_series.size() + 1) {
        return makeError(Code::InvalidArgument, where + " has the wrong number of fields",
                         "one field a series; empty where nothing was measured");
    }
    auto minute = parseMinute(std::string(fields[0]));
    if (!minute.ok()) {
        return minute.error().within(where);
    }
    ISO_TRY(checkTime(*minute, where));
    m_last = *minute;
    TraceRow row{*minute, {}};
    for (std::size_t i = 1; i < fields.size(); ++i) {
        double count = std::numeric_limits<double>::quiet_NaN();
        const char* end = fields[i].data() + fields[i].size();
        const auto read = std::from_chars(fields[i].data(), end, count);
        if (!fields[i].empty() && (read.ec != std::errc() || read.ptr != end)) {
            return makeError(Code::InvalidArgument,
                             where + ": not a number: " + std::string(fields[i]),
                             "counts are numbers, or empty");
        }
        row.counts.push_back(count);
    }
    return std::optional(std::move(row));
}

} // namespace isotherm::predict
