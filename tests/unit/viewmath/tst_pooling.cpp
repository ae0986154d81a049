// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/heat_raster.h"
#include "app/viewmath/max_pyramid.h"

#include <QTest>
#include <algorithm>
#include <limits>
#include <random>

using namespace isotherm;
using namespace isotherm::viewmath;

namespace
{

HeatMatrix matrixOf(std::size_t rows, std::size_t columns, float value)
{
    HeatMatrix matrix;
    matrix.step = std::chrono::seconds(1);
    matrix.columns = columns;
    matrix.forecastFrom = columns;
    for (std::size_t i = 0; i < rows; ++i) {
        matrix.rows.push_back({ShardId(i + 1), "k", std::to_string(i)});
    }
    matrix.mean.assign(rows * columns, value);
    matrix.max = matrix.mean;
    return matrix;
}

/// A table in which a pixel tells its level: blue channel = level.
RasterColours plainColours()
{
    RasterColours colours;
    for (std::size_t i = 0; i < colours.table.size(); ++i) {
        colours.table[i] = 0xff000000U | static_cast<Rgb>(i);
    }
    colours.missingStripe = 0xff010000U;
    colours.outside = 0xff00ff00U;
    return colours;
}

std::vector<Rgb> draw(HeatScene& scene, const Viewport& viewport, std::size_t width,
                      std::size_t height)
{
    std::vector<Rgb> pixels(width * height);
    HeatRaster raster;
    raster.render(scene, viewport, plainColours(), {pixels.data(), width, height, width});
    return pixels;
}

} // namespace

class TestPooling : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void layer_randomGrid_equalsTheMaximumOfItsCells()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        const std::size_t rows = 37;
        const std::size_t columns = 53;
        std::vector<Level> cells(rows * columns);
        std::ranges::generate(cells, [&] { return static_cast<Level>(random() % 256); });
        MaxPyramid pyramid;
        pyramid.reset(rows, cells);
        for (std::size_t r = 0; r < 4; ++r) {
            for (std::size_t c = 0; c < 4; ++c) {
                const MaxPyramid::Layer& layer = pyramid.layer(r, c);
                std::vector<Level> expected(layer.rows * layer.columns, 0);
                for (std::size_t column = 0; column < columns; ++column) {
                    for (std::size_t row = 0; row < rows; ++row) {
                        Level& cell = expected[(column >> c) * layer.rows + (row >> r)];
                        cell = std::max(cell, cells[column * rows + row]);
                    }
                }
                QVERIFY(expected == layer.cells);
            }
        }
    }

    void writeColumns_afterLayersWereMade_refreshesThem()
    {
        MaxPyramid pyramid;
        pyramid.reset(8, std::vector<Level>(8 * 8, 10));
        (void)pyramid.layer(2, 2);
        std::vector<Level> added(8 * 3, 20);
        added[8 * 2 + 5] = 200;
        pyramid.writeColumns(7, added); // replaces one, appends two
        QCOMPARE(pyramid.columns(), std::size_t{10});
        const MaxPyramid::Layer& layer = pyramid.layer(2, 2);
        QCOMPARE(layer.columns, std::size_t{3});
        QCOMPARE(int(layer.column(0)[0]), 10);
        QCOMPARE(int(layer.column(1)[0]), 20);
        QCOMPARE(int(layer.column(2)[1]), 200);
    }

    void render_onePeakAmongManyCells_staysVisible()
    {
        HeatMatrix matrix = matrixOf(1000, 1440, 0.0F);
        matrix.max[777 * 1000 + 333] = 1.0F;
        HeatScene scene;
        scene.rebuild(matrix, Statistic::Max, {1.0, 0.0, false});
        const auto pixels = draw(scene, {{0.0, 1440.0}, {0.0, 1000.0}}, 100, 50);
        const auto hottest = std::ranges::count(pixels, 0xff0000ffU);
        QVERIFY2(hottest >= 1 && hottest <= 6, qPrintable(QString::number(hottest)));
        const auto found = std::ranges::find(pixels, 0xff0000ffU) - pixels.begin();
        QVERIFY(std::abs(found % 100 - 777 * 100 / 1440) <= 1);
        QVERIFY(std::abs(found / 100 - 333 * 50 / 1000) <= 1);
    }

    void render_randomViewports_neverLoseAPeak()
    {
        const unsigned seed = std::random_device{}();
        qInfo("seed %u", seed);
        std::mt19937 random(seed);
        for (int trial = 0; trial < 200; ++trial) {
            const std::size_t rows = 1 + random() % 300;
            const std::size_t columns = 1 + random() % 300;
            HeatMatrix matrix = matrixOf(rows, columns, 0.0F);
            const std::size_t row = random() % rows;
            const std::size_t column = random() % columns;
            matrix.max[column * rows + row] = 1.0F;
            HeatScene scene;
            scene.rebuild(matrix, Statistic::Max, {1.0, 0.0, false});
            const double margin = 0.3 * static_cast<double>(random() % 3);
            const Viewport viewport{
                {-margin * static_cast<double>(columns), static_cast<double>(columns)},
                {-margin * static_cast<double>(rows), static_cast<double>(rows)}};
            const std::size_t width = 1 + random() % 200;
            const std::size_t height = 1 + random() % 200;
            const auto pixels = draw(scene, viewport, width, height);
            const auto x =
                static_cast<std::size_t>(viewport.time.fraction(static_cast<double>(column) + 0.5) *
                                         static_cast<double>(width));
            const auto y =
                static_cast<std::size_t>(viewport.rows.fraction(static_cast<double>(row) + 0.5) *
                                         static_cast<double>(height));
            QCOMPARE(pixels[y * width + x], 0xff0000ffU);
        }
    }

    void render_missingCells_areHatchedAndNeverCold()
    {
        HeatMatrix matrix = matrixOf(2, 2, 0.0F);
        matrix.mean[0] = matrix.max[0] = kMissingHeat; // row 0, column 0
        HeatScene scene;
        scene.rebuild(matrix, Statistic::Max, {1.0, 0.0, false});
        const auto pixels = draw(scene, {{0.0, 2.0}, {0.0, 2.0}}, 40, 40);
        const Rgb cold = 0xff000001U;
        std::size_t stripes = 0;
        for (std::size_t y = 0; y < 20; ++y) {
            for (std::size_t x = 0; x < 20; ++x) {
                QVERIFY(pixels[y * 40 + x] != cold);
                stripes += pixels[y * 40 + x] == 0xff010000U ? 1 : 0;
            }
        }
        QVERIFY(stripes > 50);
        QCOMPARE(pixels[30 * 40 + 30], cold);
    }

    void render_outsideTheMap_isNeitherColdNorMissing()
    {
        HeatScene scene;
        scene.rebuild(matrixOf(1, 10, 1.0F), Statistic::Max, {1.0, 0.0, false});
        const auto pixels = draw(scene, {{0.0, 20.0}, {0.0, 1.0}}, 20, 1);
        QCOMPARE(pixels[9], 0xff0000ffU);
        QCOMPARE(pixels[10], 0xff00ff00U);
    }

    void render_forecast_isHatched()
    {
        HeatMatrix matrix = matrixOf(1, 10, 0.0F);
        matrix.forecastFrom = 5;
        HeatScene scene;
        scene.rebuild(matrix, Statistic::Max, {1.0, 0.0, false});
        const auto pixels = draw(scene, {{0.0, 10.0}, {0.0, 1.0}}, 100, 1);
        const auto measured = std::count(pixels.begin(), pixels.begin() + 50, 0xff000001U);
        const auto forecast = std::count(pixels.begin() + 50, pixels.end(), 0xff000001U);
        QCOMPARE(measured, 50);
        QVERIFY(forecast < 50 && forecast > 30);
    }

    void refresh_newColumns_drawAsARebuildDoes()
    {
        HeatMatrix matrix = matrixOf(40, 60, 0.2F);
        HeatScene grown;
        grown.rebuild(matrix, Statistic::Max, {1.0, 0.0, false});
        (void)draw(grown, {{0.0, 60.0}, {0.0, 40.0}}, 7, 5);
        for (std::size_t i = 0; i < 40 * 4; ++i) {
            matrix.mean.push_back(static_cast<float>(i) / 200.0F);
            matrix.max.push_back(static_cast<float>(i) / 200.0F);
        }
        matrix.columns += 4;
        matrix.forecastFrom = matrix.columns;
        grown.refresh(matrix, 60);
        HeatScene fresh;
        fresh.rebuild(matrix, Statistic::Max, {1.0, 0.0, false});
        const Viewport all{{0.0, 64.0}, {0.0, 40.0}};
        QVERIFY(draw(grown, all, 9, 6) == draw(fresh, all, 9, 6));
    }
};

QTEST_APPLESS_MAIN(TestPooling)
#include "tst_pooling.moc"
