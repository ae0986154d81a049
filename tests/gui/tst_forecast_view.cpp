// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/pages/forecast_panel.h"
#include "app/pages/heat_page.h"
#include "app/pages/inspector_panel.h"
#include "app/pages/why_hot_panel.h"
#include "app/widgets/forecast_charts.h"
#include "app/widgets/share_bars.h"
#include "tests/gui/console_fixture.h"

#include <QAction>
#include <QBarSeries>
#include <QBarSet>
#include <QChart>
#include <QDockWidget>
#include <QTest>
#include <algorithm>
#include <cmath>

using namespace isotherm;
using namespace std::chrono_literals;

namespace
{

HeatCanvas& canvasOf(test::ConsoleFixture& fixture)
{
    return fixture.window().heatPage().heatView().canvas();
}

bool showsForecast(test::ConsoleFixture& fixture)
{
    const HeatMatrix& matrix = fixture.console().feed().matrix();
    return matrix.forecastFrom < matrix.columns;
}

} // namespace

class TestForecastView : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void live_forecast_isRightOfNowAndFollows()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QTRY_VERIFY_WITH_TIMEOUT(showsForecast(fixture), 30'000);
        const ViewContext& view = fixture.console().view();
        QVERIFY(view.full().end > view.range().end);
        QTRY_VERIFY_WITH_TIMEOUT(view.visible().end > view.range().end, 30'000);
        const HeatMatrix& matrix = fixture.console().feed().matrix();
        QVERIFY(std::abs(viewmath::measuredEnd(matrix) - view.range().end) < 30.0);
        const double before = viewmath::measuredEnd(matrix);
        QTRY_VERIFY_WITH_TIMEOUT(viewmath::measuredEnd(matrix) > before, 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(viewmath::toSeconds(matrix.end()) >= view.full().end - 15.0,
                                 30'000);
    }

    void forecastCell_tip_hasTheInterval()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QTRY_VERIFY_WITH_TIMEOUT(showsForecast(fixture), 30'000);
        const HeatMatrix& matrix = fixture.console().feed().matrix();
        const QString tip =
            canvasOf(fixture).describe({0, matrix.forecastFrom + 2}).join(QLatin1Char('\n'));
        QVERIFY2(tip.contains(QStringLiteral("expected")), qPrintable(tip));
        QVERIFY2(tip.contains(QStringLiteral("80 %")), qPrintable(tip));
        const QString measured = canvasOf(fixture).describe({0, 0}).join(QLatin1Char('\n'));
        QVERIFY(!measured.contains(QStringLiteral("80 %")));
    }

    void toggledOff_future_isGone()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QTRY_VERIFY_WITH_TIMEOUT(showsForecast(fixture), 30'000);
        fixture.window().heatPage().commands().forecast->trigger();
        QVERIFY(!showsForecast(fixture));
        QCOMPARE(fixture.console().view().visible().end, fixture.console().view().range().end);
        fixture.window().heatPage().commands().forecast->trigger();
        QVERIFY(showsForecast(fixture));
    }

    void metricWithoutForecast_map_endsNow()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QTRY_VERIFY_WITH_TIMEOUT(showsForecast(fixture), 30'000);
        fixture.console().view().setMetric(HeatMetric::Writes);
        QTRY_COMPARE(fixture.console().feed().matrix().metric, HeatMetric::Writes);
        QVERIFY(!showsForecast(fixture));
    }

    void zoomedInThePast_forecast_doesNotPullBack()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QTRY_VERIFY_WITH_TIMEOUT(showsForecast(fixture), 30'000);
        ViewContext& view = fixture.console().view();
        const viewmath::Span old{view.range().begin + 10.0, view.range().begin + 40.0};
        view.setVisible(old);
        QTest::qWait(1300);
        QVERIFY(view.visible().end < view.range().end);
        QVERIFY(std::abs(view.visible().length() - 30.0) < 0.1);
    }

    void longRange_forecast_followsTheQuery()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        fixture.console().view().setLive(6h);
        QTRY_VERIFY_WITH_TIMEOUT(!fixture.console().feed().loading(), 30'000);
        QTRY_VERIFY_WITH_TIMEOUT(showsForecast(fixture), 30'000);
        QTest::qWait(400);
        const auto calls = fixture.agent().calls();
        const auto heat = std::ranges::count(calls, "heat", &test::RecordedCall::name);
        QVERIFY2(heat <= 3, qPrintable(QString::number(heat))); // the future is not asked for again
    }

    void pastForecasts_toggle_areAskedForAndTold()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QVERIFY(!fixture.agent().called("pastForecasts"));
        QAction* past = fixture.window().heatPage().commands().pastForecasts;
        const QImage before = canvasOf(fixture).grab().toImage();
        past->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(fixture.agent().called("pastForecasts"), 30'000);
        const auto told = [&] {
            const std::size_t column = fixture.console().feed().matrix().forecastFrom - 30;
            return canvasOf(fixture).describe({0, column}).join(QLatin1Char('\n'));
        };
        QTRY_VERIFY_WITH_TIMEOUT(told().contains(QStringLiteral("was expected")), 30'000);
        past->trigger();
        QVERIFY(!told().contains(QStringLiteral("was expected")));
    }

    void errorChart_quality_isDrawnBesideNaive()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        ForecastPanel& panel = fixture.window().forecastPanel();
        QTRY_VERIFY_WITH_TIMEOUT(panel.stateText().contains(QStringLiteral("live")), 30'000);
        const auto series = panel.errors().chart().series();
        QCOMPARE(series.size(), 1);
        const auto* bars = qobject_cast<QBarSeries*>(series.front());
        QVERIFY(bars != nullptr);
        QCOMPARE(bars->barSets().size(), 2);
        QCOMPARE(bars->barSets()[0]->count(), 3);
        QCOMPARE(bars->barSets()[0]->at(0), 0.17);
        QCOMPARE(bars->barSets()[1]->at(2), 0.31);
    }

    void shardChart_selectedShard_hasMeasuredAndExpected()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QTRY_VERIFY_WITH_TIMEOUT(showsForecast(fixture), 30'000);
        for (QDockWidget* dock : fixture.window().docks()) {
            if (dock->objectName() == QLatin1String("forecast")) {
                dock->raise();
            }
        }
        ForecastPanel& panel = fixture.window().forecastPanel();
        QTRY_VERIFY_WITH_TIMEOUT(panel.isVisible(), 30'000);
        QVERIFY(panel.shard().chart().series().isEmpty());
        fixture.console().view().setSelection({{ShardId(100)}, std::nullopt});
        QVERIFY(panel.shard().chart().series().size() >= 3); // the band, expected, measured
    }

    void whyHot_oneShard_explainsAndNamesKeys()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        auto* inspector = fixture.window().findChild<InspectorPanel*>();
        QVERIFY(inspector != nullptr);
        QVERIFY(!inspector->whyHot().isVisible());
        fixture.console().view().setSelection({{ShardId(101)}, std::nullopt});
        QTRY_VERIFY_WITH_TIMEOUT(
            inspector->whyHot().explanation().contains(QStringLiteral("99th percentile")), 30'000);
        QTRY_COMPARE(inspector->whyHot().keys().bars().size(), std::size_t{3});
        QCOMPARE(inspector->whyHot().keys().bars()[0].label, QStringLiteral("84376"));
        QCOMPARE(inspector->whyHot().statements().bars().size(), std::size_t{2});
        QVERIFY(inspector->whyHot().mix().contains(QStringLiteral("80")));
        fixture.console().view().setSelection({{ShardId(101), ShardId(102)}, std::nullopt});
        QVERIFY(!inspector->whyHot().isVisible());
    }

    void limits_reference_isTheAgents()
    {
        test::ConsoleFixture fixture;
        QVERIFY(fixture.start());
        QTRY_VERIFY_WITH_TIMEOUT(fixture.console().forecast().reference().has_value(), 30'000);
        QCOMPARE(*fixture.console().forecast().reference(), 9'000.0);
    }
};

QTEST_MAIN(TestForecastView)
#include "tst_forecast_view.moc"
