// SPDX-License-Identifier: GPL-3.0-or-later
// isotherm-bench-heatmap: pans a map of 10,000 shards × 1,440 columns and 360 of forecast
// offscreen, a frame at a time, beside the naive way (an image of every cell, scaled when drawn),
// alternating. One JSON object a line; the budget of a frame at 60 fps is 16.7 ms.
#include "app/viewmath/colour_map.h"
#include "app/viewmath/value_scale.h"
#include "app/widgets/heat_canvas.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QImage>
#include <QPainter>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

namespace
{

using namespace isotherm;

constexpr std::size_t kShards = 10'000;
constexpr std::size_t kColumns = 1'440;
/// Right of now, hatched: as much as the console shows of the future.
constexpr std::size_t kForecast = 360;
constexpr std::size_t kAll = kColumns + kForecast;
constexpr int kWidth = 1'900;
constexpr int kHeight = 1'000;
constexpr int kFrames = 240;
/// The naive way is slow: fewer frames are enough for its median.
constexpr int kNaiveEvery = 8;

HeatMatrix makeMatrix()
{
    HeatMatrix matrix;
    matrix.step = std::chrono::minutes(1);
    matrix.columns = kAll;
    matrix.forecastFrom = kColumns;
    for (std::size_t i = 0; i < kShards; ++i) {
        matrix.rows.push_back({ShardId(i + 1), "accounts", std::to_string(i)});
    }
    matrix.mean.resize(kShards * kAll);
    for (std::size_t c = 0; c < kAll; ++c) {
        const double centre = (0.5 + 0.4 * std::sin(static_cast<double>(c) / 90.0)) * kShards;
        for (std::size_t r = 0; r < kShards; ++r) {
            const double distance = (static_cast<double>(r) - centre) / 600.0;
            const std::size_t mixed = (r * 2654435761U + c * 40503U) % 997U;
            matrix.mean[c * kShards + r] = static_cast<float>(
                8000.0 * std::exp(-distance * distance) + static_cast<double>(mixed));
        }
    }
    matrix.max = matrix.mean;
    return matrix;
}

viewmath::Viewport viewportOf(int frame)
{
    // Half of the day and two thirds of the keys, moving to and fro.
    const double phase = std::sin(static_cast<double>(frame) / 40.0) * 0.5 + 0.5;
    const double minutes = phase * (kAll - kColumns / 2.0);
    const double rows = phase * kShards / 3.0;
    return {{minutes * 60.0, (minutes + kColumns / 2.0) * 60.0},
            {rows, rows + kShards * 2.0 / 3.0}};
}

double millisOf(const QElapsedTimer& timer)
{
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

/// The peer: all cells in view as an image, built anew for the frame and scaled by the painter.
double naiveFrame(const HeatMatrix& matrix, const viewmath::Viewport& viewport,
                  const viewmath::ColourTable& table, QImage& screen)
{
    QElapsedTimer timer;
    timer.start();
    const viewmath::ValueScale scale{10'000.0, 0.0, false};
    const auto firstColumn = static_cast<std::size_t>(viewport.time.begin / 60.0);
    const auto columns = static_cast<std::size_t>(viewport.time.length() / 60.0);
    const auto firstRow = static_cast<std::size_t>(viewport.rows.begin);
    const auto rows = static_cast<std::size_t>(viewport.rows.length());
    QImage cells(static_cast<int>(columns), static_cast<int>(rows), QImage::Format_RGB32);
    for (std::size_t r = 0; r < rows; ++r) {
        auto* line = reinterpret_cast<QRgb*>(cells.scanLine(static_cast<int>(r)));
        for (std::size_t c = 0; c < columns; ++c) {
            line[c] = table[scale.level(matrix.meanAt(firstRow + r, firstColumn + c))];
        }
    }
    QPainter painter(&screen);
    painter.setRenderHint(QPainter::SmoothPixmapTransform);
    painter.drawImage(QRect(0, 0, kWidth, kHeight), cells);
    painter.end();
    return millisOf(timer);
}

double percentile(std::vector<double> values, double share)
{
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

void report(const char* metric, double ours, double peer, const char* peerName, std::size_t n)
{
    std::printf("{\"bench\":\"heatmap\",\"metric\":\"%s\",\"unit\":\"ms\",\"ours\":%.3f,\"peer\":%."
                "3f,\"peer_name\":\"%s\",\"ratio\":%.4f,\"n\":%zu}\n",
                metric, ours, peer, peerName, ours / peer, n);
}

} // namespace

int main(int argc, char** argv)
{
    if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    const QApplication application(argc, argv);
    const HeatMatrix matrix = makeMatrix();
    HeatCanvas canvas;
    canvas.resize(kWidth, kHeight);
    QElapsedTimer timer;
    timer.start();
    canvas.setMatrix(&matrix, 10'000.0);
    const double load = millisOf(timer);
    canvas.show();
    const auto table = viewmath::colourTable(viewmath::ColourMap::Inferno, 0xff202020U);
    QImage screen(kWidth, kHeight, QImage::Format_RGB32);
    std::vector<double> ours;
    std::vector<double> naive;
    canvas.setViewport(viewportOf(0));
    canvas.render(&screen); // makes the layers of the pyramid, as the first frame of a session does
    for (int frame = 1; frame <= kFrames; ++frame) {
        timer.start();
        canvas.setViewport(viewportOf(frame));
        canvas.render(&screen);
        ours.push_back(millisOf(timer));
        if (frame % kNaiveEvery == 0) {
            naive.push_back(naiveFrame(matrix, viewportOf(frame), table, screen));
        }
    }
    const char* peerName = "image of every cell, rebuilt and scaled";
    report("pan_frame_median", percentile(ours, 0.5), percentile(naive, 0.5), peerName,
           ours.size());
    report("pan_frame_p95", percentile(ours, 0.95), percentile(naive, 0.95), peerName, ours.size());
    report("pan_frame_median_of_budget", percentile(ours, 0.5), 16.7, "60 fps budget", ours.size());
    report("pan_frame_p95_of_budget", percentile(ours, 0.95), 16.7, "60 fps budget", ours.size());
    report("load_all_cells", load, percentile(naive, 0.5), peerName, 1);
    return 0;
}
