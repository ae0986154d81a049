// SPDX-License-Identifier: Apache-2.0
#include "agent/predict/replay.h"

#include "agent/predict/forecaster.h"
#include "agent/predict/trace_file.h"
#include "shared/base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <set>
#include <sstream>

namespace isotherm::predict
{
namespace
{

struct FileCloser
{
    void operator()(std::FILE* file) const { std::fclose(file); }
};

/// The forecasts file.
class Output
{
public:
    [[nodiscard]] static Result<Output> open(const ReplayOptions& options)
    {
        Output output(std::fopen(options.output.c_str(), "w"), options.dataset);
        if (output.m_file == nullptr) {
            return errnoError(errno, "cannot write " + options.output.string());
        }
        std::fputs("dataset,kind,origin,series,h,yhat,q10,q90\n", output.m_file.get());
        return output;
    }

    struct Cell
    {
        char kind;
        const std::string& origin;
        const std::string& series;
        std::int64_t horizon;
    };
    void value(const Cell& cell, double count)
    {
        std::fprintf(m_file.get(), "%s,%c,%s,%s,%lld,%.7g,,\n", m_dataset.c_str(), cell.kind,
                     cell.origin.c_str(), cell.series.c_str(), static_cast<long long>(cell.horizon),
                     count);
    }
    void quantiles(const Cell& cell, const MixedForecast& forecast)
    {
        std::fprintf(m_file.get(), "%s,%c,%s,%s,%lld,%.7g,%.7g,%.7g\n", m_dataset.c_str(),
                     cell.kind, cell.origin.c_str(), cell.series.c_str(),
                     static_cast<long long>(cell.horizon), countOf(forecast.value),
                     countOf(forecast.low), countOf(forecast.high));
    }

    [[nodiscard]] Status close()
    {
        const bool failed = std::ferror(m_file.get()) != 0 || std::fclose(m_file.release()) != 0;
        return failed ? Status(errnoError(errno, "cannot write the forecasts")) : Status();
    }

private:
    Output(std::FILE* file, std::string dataset) : m_file(file), m_dataset(std::move(dataset)) {}
    std::unique_ptr<std::FILE, FileCloser> m_file;
    std::string m_dataset;
};

Result<std::set<std::int64_t>> readOrigins(const std::filesystem::path& path)
{
    ISO_ASSIGN(const std::string text, readFile(path));
    std::set<std::int64_t> origins;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) {
            continue;
        }
        ISO_ASSIGN(const std::int64_t minute, parseMinute(line));
        if (minute % 60 != 0) {
            return makeError(Code::InvalidArgument, "an origin is not a full hour: " + line,
                             "forecasts are made on full hours");
        }
        origins.insert(minute);
    }
    return origins;
}

/// Shards in the order in which their first series stands: "k7.r" and "k7.w" belong to "k7".
struct Shards
{
    std::vector<std::string> names;
    std::vector<std::size_t> ofSeries;

    explicit Shards(const std::vector<std::string>& series)
    {
        for (const std::string& name : series) {
            const std::string shard = name.substr(0, name.find('.'));
            const auto found = std::find(names.begin(), names.end(), shard);
            ofSeries.push_back(static_cast<std::size_t>(found - names.begin()));
            if (found == names.end()) {
                names.push_back(shard);
            }
        }
    }
};

Status check(const ReplayOptions& options)
{
    if (options.horizons.empty() || std::any_of(options.horizons.begin(), options.horizons.end(),
                                                [](std::int64_t horizon) { return horizon < 1; })) {
        return makeError(Code::InvalidArgument, "horizons are numbers of steps from 1 on",
                         "for example --horizons 1,6,36,144,1008");
    }
    return {};
}

Status writeOrigin(Output& output, Forecaster& forecaster, const ReplayOptions& options,
                   const TraceFile& trace, const Shards& shards)
{
    const std::string origin = formatMinute(forecaster.nextMinute());
    for (std::size_t which = 0; which < options.horizons.size(); ++which) {
        const std::vector<MixedForecast> points = forecaster.points(which);
        for (std::size_t i = 0; i < points.size(); ++i) {
            output.quantiles({'P', origin, trace.series()[i], options.horizons[which]}, points[i]);
        }
    }
    ISO_ASSIGN(const auto hours, forecaster.hours());
    ISO_ASSIGN(const auto decisions, forecaster.decisions());
    for (std::size_t shard = 0; shard < shards.names.size(); ++shard) {
        const std::string& name = shards.names[shard];
        for (std::size_t hour = 0; hour < Forecaster::kHours; ++hour) {
            output.value({'H', origin, name, static_cast<std::int64_t>(hour) + 1},
                         hours[shard][hour]);
        }
        output.value({'D', origin, name, 1}, decisions[shard].nextHour);
        output.value({'D', origin, name, 24}, decisions[shard].busiestOfDay);
    }
    return {};
}

} // namespace

Status replayTrace(const ReplayOptions& options)
{
    ISO_TRY(check(options));
    ISO_ASSIGN(const std::set<std::int64_t> origins, readOrigins(options.origins));
    ISO_ASSIGN(const auto trace, TraceFile::open(options.input, options.stepMinutes));
    ISO_ASSIGN(Output output, Output::open(options));
    const Shards shards(trace->series());
    std::unique_ptr<Forecaster> forecaster;
    while (true) {
        ISO_ASSIGN(const auto row, trace->next());
        if (!row) {
            return output.close();
        }
        if (!forecaster) {
            ForecasterShape shape{shards.ofSeries, options.stepMinutes, row->minute,
                                  options.horizons};
            forecaster = std::make_unique<Forecaster>(std::move(shape));
        }
        // Origins in a gap before this row come first: they know nothing of it.
        for (auto origin = origins.upper_bound(forecaster->nextMinute());
             origin != origins.end() && *origin <= row->minute; ++origin) {
            ISO_TRY(forecaster->skipTo(*origin));
            ISO_TRY(writeOrigin(output, *forecaster, options, *trace, shards));
        }
        ISO_TRY(forecaster->observe(row->minute, row->counts));
        if (origins.contains(forecaster->nextMinute())) {
            ISO_TRY(writeOrigin(output, *forecaster, options, *trace, shards));
        }
    }
}

} // namespace isotherm::predict
