// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/heat_export.h"

#include "shared/base/time_text.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace isotherm
{
namespace
{

QByteArray quoted(const std::string& field)
{
    QByteArray bytes = QByteArray::fromStdString(field);
    bytes.replace('"', "\"\"");
    return '"' + bytes + '"';
}

QByteArray number(float value)
{
    return std::isnan(value) ? QByteArray()
                             : QByteArray::number(static_cast<double>(value), 'g', 7);
}

std::size_t clampedIndex(double value, std::size_t count)
{
    return static_cast<std::size_t>(std::clamp(value, 0.0, static_cast<double>(count)));
}

} // namespace

QByteArray heatToCsv(const HeatMatrix& matrix, const viewmath::Viewport& viewport)
{
    QByteArray csv("keyspace,key_range,from,to,metric,mean,max,forecast\r\n");
    const double step = std::chrono::duration<double>(matrix.step).count();
    if (step <= 0.0) {
        return csv;
    }
    const double start = viewmath::toSeconds(matrix.start);
    const std::size_t firstColumn =
        clampedIndex(std::floor((viewport.time.begin - start) / step), matrix.columns);
    const std::size_t endColumn =
        clampedIndex(std::ceil((viewport.time.end - start) / step), matrix.columns);
    const std::size_t firstRow = clampedIndex(std::floor(viewport.rows.begin), matrix.rows.size());
    const std::size_t endRow = clampedIndex(std::ceil(viewport.rows.end), matrix.rows.size());
    const std::string_view metricName = heatMetricName(matrix.metric);
    const QByteArray metric(metricName.data(), static_cast<qsizetype>(metricName.size()));
    for (std::size_t row = firstRow; row < endRow; ++row) {
        const QByteArray key =
            quoted(matrix.rows[row].keyspace) + ',' + quoted(matrix.rows[row].label) + ',';
        for (std::size_t column = firstColumn; column < endColumn; ++column) {
            csv += key + QByteArray::fromStdString(formatUtc(matrix.columnStart(column))) + ',' +
                   QByteArray::fromStdString(formatUtc(matrix.columnStart(column + 1))) + ',' +
                   metric + ',' + number(matrix.meanAt(row, column)) + ',' +
                   number(matrix.maxAt(row, column)) + ',' +
                   (column >= matrix.forecastFrom ? "true" : "false") + "\r\n";
        }
    }
    return csv;
}

} // namespace isotherm
