// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/heat_picture.h"

#include "agent/ctl/output.h"
#include "shared/base/time_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace isotherm::ctl
{
namespace
{

/// Inferno in xterm's 256 colours, dark to bright.
constexpr std::array<int, 10> kColours = {16, 17, 54, 53, 89, 125, 161, 202, 214, 229};
constexpr std::array<const char*, 5> kShades = {" ", "░", "▒", "▓", "█"};
constexpr std::array<const char*, 5> kAsciiShades = {".", ":", "+", "%", "@"};

std::size_t levelOf(double value, double top, std::size_t levels)
{
    const double part = top > 0 ? std::clamp(value / top, 0.0, 1.0) : 0.0;
    return std::min(levels - 1, static_cast<std::size_t>(part * static_cast<double>(levels)));
}

std::string cell(float value, double top, const PictureStyle& style)
{
    if (std::isnan(value)) {
        return style.utf8 ? "·" : "?"; // never the look of zero
    }
    if (style.colour) {
        const int colour = kColours[levelOf(value, top, kColours.size())];
        return "\x1b[48;5;" + std::to_string(colour) + "m ";
    }
    const auto& shades = style.utf8 ? kShades : kAsciiShades;
    return shades[levelOf(value, top, shades.size())];
}

std::string cutLabel(const std::string& label, std::size_t width)
{
    if (displayWidth(label) <= width) {
        return label + std::string(width - displayWidth(label), ' ');
    }
    std::string cut;
    for (const char c : label) {
        if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U && displayWidth(cut) + 1 >= width) {
            break;
        }
        cut += c;
    }
    return cut + "~";
}

/// A scale's end that a person can read off: 1, 2 or 5 times a power of ten, not below `value`.
double roundUp(double value)
{
    if (!(value > 0)) {
        return 1.0;
    }
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (value <= factor * power * (1 + 1e-6)) {
            return factor * power;
        }
    }
    return 10.0 * power;
}

std::string legend(const HeatMatrix& matrix, double top, const PictureStyle& style)
{
    std::string text = std::string(heatMetricName(matrix.metric)) + "  0 ";
    const std::size_t levels = style.colour ? kColours.size() : kShades.size();
    for (std::size_t level = 0; level < levels; ++level) {
        const double value = top * (static_cast<double>(level) + 0.5) / static_cast<double>(levels);
        text += cell(static_cast<float>(value), top, style);
        text += style.colour ? cell(static_cast<float>(value), top, style) : "";
    }
    text += style.colour ? "\x1b[0m" : "";
    text += " " + shortNumber(top);
    if (!heatUnit(matrix.metric).empty()) {
        text += " " + std::string(heatUnit(matrix.metric));
    } else {
        const auto limit = [](double value) { return forPeople(Value(RatioValue{value})); };
        text += "  (hot > " + limit(style.hotAbove) + ", warm > " + limit(style.warmAbove) + ")";
    }
    return text + "  " + (style.utf8 ? "·" : "?") + " not measured\n";
}

/// Under the columns that are forecast, where there are any.
std::string forecastMark(const HeatMatrix& matrix, std::size_t labelWidth, std::size_t columns,
                         const PictureStyle& style)
{
    if (matrix.forecastFrom >= matrix.columns) {
        return {};
    }
    // A pooled column that holds a forecast is marked.
    const std::size_t first = matrix.forecastFrom * columns / matrix.columns;
    std::string text(labelWidth + 1 + first, ' ');
    for (std::size_t i = first; i < columns; ++i) {
        text += style.utf8 ? "╱" : "/";
    }
    return text + "\n" + std::string(labelWidth + 1, ' ') + (style.utf8 ? "╱" : "/") +
           " forecast\n";
}

std::string timeAxis(const HeatMatrix& matrix, std::size_t labelWidth, std::size_t columns)
{
    const std::string from = formatUtc(std::chrono::floor<std::chrono::seconds>(matrix.start));
    const std::string to = formatUtc(std::chrono::floor<std::chrono::seconds>(matrix.end()));
    const std::string indent(labelWidth + 1, ' ');
    if (columns < from.size() + to.size() + 1) {
        return indent + from + " .. " + to + "\n";
    }
    return indent + from + std::string(columns - from.size() - to.size(), ' ') + to + "\n";
}

} // namespace

std::string_view heatUnit(HeatMetric metric)
{
    switch (metric) {
    case HeatMetric::Reads:
        return "reads/s";
    case HeatMetric::Writes:
        return "writes/s";
    case HeatMetric::Rows:
        return "rows/s";
    case HeatMetric::Bytes:
        return "B/s";
    case HeatMetric::Temperature:
        break;
    }
    return "";
}

PooledHeat poolHeat(const HeatMatrix& matrix, std::size_t rows, std::size_t columns)
{
    PooledHeat pooled;
    pooled.rows = std::min(std::max<std::size_t>(1, rows), matrix.rows.size());
    pooled.columns = std::min(std::max<std::size_t>(1, columns), matrix.columns);
    pooled.values.assign(pooled.rows * pooled.columns, kMissingHeat);
    pooled.labels.assign(pooled.rows, {});
    for (std::size_t row = 0; row < matrix.rows.size(); ++row) {
        const std::size_t target = row * pooled.rows / matrix.rows.size();
        if (pooled.labels[target].empty()) {
            pooled.labels[target] =
                std::to_string(matrix.rows[row].shard.get()) + " " + matrix.rows[row].label;
        }
        for (std::size_t column = 0; column < matrix.columns; ++column) {
            float& slot =
                pooled.values[target * pooled.columns + column * pooled.columns / matrix.columns];
            slot = std::fmax(slot, matrix.maxAt(row, column)); // fmax passes over NaN
        }
    }
    return pooled;
}

std::string drawHeat(const HeatMatrix& matrix, const PictureStyle& style)
{
    if (matrix.rows.empty() || matrix.columns == 0) {
        return "no samples in this time\n";
    }
    std::size_t labelWidth = 0;
    for (const HeatRow& row : matrix.rows) {
        labelWidth = std::max(labelWidth,
                              displayWidth(row.label) + std::to_string(row.shard.get()).size() + 1);
    }
    labelWidth = std::min<std::size_t>(labelWidth, 28);
    const std::size_t room = style.width > labelWidth + 11 ? style.width - labelWidth - 1 : 10;
    const PooledHeat pooled = poolHeat(matrix, style.height, room);
    double highest = 0;
    for (const float value : pooled.values) {
        highest = std::isnan(value) ? highest : std::max(highest, static_cast<double>(value));
    }
    const double top = matrix.metric == HeatMetric::Temperature ? 1.0 : roundUp(highest);
    std::string text;
    for (std::size_t row = 0; row < pooled.rows; ++row) {
        text += cutLabel(pooled.labels[row], labelWidth) + " ";
        for (std::size_t column = 0; column < pooled.columns; ++column) {
            const float value = pooled.values[row * pooled.columns + column];
            text += style.colour && std::isnan(value) ? "\x1b[0m" : "";
            text += cell(value, top, style);
        }
        text += style.colour ? "\x1b[0m\n" : "\n";
    }
    return text + forecastMark(matrix, labelWidth, pooled.columns, style) +
           timeAxis(matrix, labelWidth, pooled.columns) + legend(matrix, top, style);
}

} // namespace isotherm::ctl
