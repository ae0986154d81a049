// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/commands.h"
#include "agent/ctl/heat_picture.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace isotherm::ctl
{
namespace
{

using Align = Column::Align;
using nlohmann::ordered_json;

Result<HeatMetric> parseMetric(const std::string& name)
{
    for (const HeatMetric metric : {HeatMetric::Reads, HeatMetric::Writes, HeatMetric::Rows,
                                    HeatMetric::Bytes, HeatMetric::Temperature}) {
        if (heatMetricName(metric) == name) {
            return metric;
        }
    }
    return makeError(Code::InvalidArgument, "there is no metric \"" + name + "\"",
                     "one of reads, writes, rows, bytes, temperature");
}

Result<HeatMatrix> ask(Session& session, const HeatArguments& arguments, std::size_t columns)
{
    HeatQuery query;
    const WallTime now = session.clock.wallNow();
    ISO_ASSIGN(query.metric, parseMetric(arguments.metric));
    ISO_ASSIGN(query.from, parseInstant(arguments.from, now));
    ISO_ASSIGN(query.to, parseInstant(arguments.to, now));
    query.columnLimit = columns;
    query.keyspace = arguments.selection.keyspace;
    query.shards = toShardIds(arguments.selection.shards);
    return session.agent.heat(query);
}

ordered_json finite(float value)
{
    return std::isfinite(value) ? ordered_json(value) : ordered_json(nullptr);
}

/// The matrix itself: the row arrays are in the order of the columns' times.
std::string matrixJson(const HeatMatrix& matrix, int indent)
{
    ordered_json rows = ordered_json::array();
    for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
        ordered_json mean = ordered_json::array();
        ordered_json max = ordered_json::array();
        for (std::size_t column = 0; column < matrix.columns; ++column) {
            mean.push_back(finite(matrix.meanAt(row, column)));
            max.push_back(finite(matrix.maxAt(row, column)));
        }
        rows.push_back({{"shard", matrix.rows[row].shard.get()},
                        {"keyspace", matrix.rows[row].keyspace},
                        {"range", matrix.rows[row].label},
                        {"mean", std::move(mean)},
                        {"max", std::move(max)}});
    }
    const ordered_json document = {
        {"schema", "isotherm/v1"},
        {"kind", "heat"},
        {"metric", heatMetricName(matrix.metric)},
        {"unit", heatUnit(matrix.metric)},
        {"start", formatUtc(matrix.start)},
        {"step_seconds", std::chrono::duration<double>(matrix.step).count()},
        {"columns", matrix.columns},
        {"forecast_from", matrix.forecastFrom},
        {"rows", std::move(rows)}};
    return document.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Listing cellList(const HeatMatrix& matrix)
{
    Listing listing{"heat",
                    {{"time", "TIME"},
                     {"shard", "SHARD"},
                     {"range", "RANGE"},
                     {"mean", "MEAN"},
                     {"max", "MAX"},
                     {"forecast", ""}},
                    {}};
    for (std::size_t column = 0; column < matrix.columns; ++column) {
        for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
            listing.rows.push_back(
                {matrix.columnStart(column), matrix.rows[row].shard.get(), matrix.rows[row].label,
                 static_cast<double>(matrix.meanAt(row, column)),
                 static_cast<double>(matrix.maxAt(row, column)), column >= matrix.forecastFrom});
        }
    }
    return listing;
}

/// Mean and peak of one row over the measured columns; nothing when none was measured.
struct RowLoad
{
    std::size_t row = 0;
    double mean = 0;
    double peak = 0;
};

std::vector<RowLoad> loads(const HeatMatrix& matrix)
{
    std::vector<RowLoad> found;
    for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
        RowLoad load{row, 0, 0};
        std::size_t measured = 0;
        for (std::size_t column = 0; column < matrix.forecastFrom; ++column) {
            if (const float mean = matrix.meanAt(row, column); !std::isnan(mean)) {
                load.mean += mean;
                load.peak = std::max<double>(load.peak, matrix.maxAt(row, column));
                ++measured;
            }
        }
        if (measured > 0) {
            load.mean /= static_cast<double>(measured);
            found.push_back(load);
        }
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const RowLoad& a, const RowLoad& b) { return a.mean > b.mean; });
    return found;
}

} // namespace

ExitCode showHeat(Session& session, const HeatArguments& arguments)
{
    const std::size_t columns = arguments.columns > 0 ? arguments.columns
                                : session.format == Format::Table
                                    ? std::max<std::size_t>(session.terminal.width, 120)
                                    : 600;
    const Result<HeatMatrix> matrix = ask(session, arguments, columns);
    if (!matrix.ok()) {
        return reportError(session.terminal, matrix.error());
    }
    switch (session.format) {
    case Format::Json:
        session.terminal.out << matrixJson(matrix.value(), 1) << std::flush;
        return ExitCode::Done;
    case Format::Csv:
    case Format::JsonLines:
        return show(session, cellList(matrix.value()));
    case Format::Table:
        break;
    }
    PictureStyle style;
    style.colour = session.terminal.colour;
    style.utf8 = session.terminal.utf8;
    style.width = session.terminal.width;
    if (const Result<ClusterStatus> status = session.agent.status(); status.ok()) {
        style.hotAbove = status->hotAbove;
        style.warmAbove = status->warmAbove;
    }
    session.terminal.out << drawHeat(matrix.value(), style) << std::flush;
    return ExitCode::Done;
}

ExitCode topHeat(Session& session, const HeatArguments& arguments)
{
    const Result<HeatMatrix> answer = ask(session, arguments, 1'536);
    if (!answer.ok()) {
        return reportError(session.terminal, answer.error());
    }
    const HeatMatrix& matrix = answer.value();
    const std::string_view unit = heatUnit(matrix.metric);
    const auto value = [&](double number) {
        return unit.empty() ? Value(RatioValue{number}) : Value(RateValue{number, unit});
    };
    Listing listing{"hottest",
                    {{"shard", "SHARD", Align::Right},
                     {"keyspace", "KEYSPACE"},
                     {"range", "RANGE"},
                     {"mean", "MEAN", Align::Right},
                     {"peak", "PEAK", Align::Right}},
                    {}};
    for (const RowLoad& load : loads(matrix)) {
        if (listing.rows.size() == arguments.limit) {
            break;
        }
        const HeatRow& row = matrix.rows[load.row];
        listing.rows.push_back(
            {row.shard.get(), row.keyspace, row.label, value(load.mean), value(load.peak)});
    }
    return show(session, listing);
}

} // namespace isotherm::ctl
