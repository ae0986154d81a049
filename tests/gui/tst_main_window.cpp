// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/screenshot.h"
#include "app/main/view_exporter.h"
#include "app/pages/audit_page.h"
#include "app/pages/backups_page.h"
#include "app/pages/cli_panel.h"
#include "app/pages/heat_page.h"
#include "app/pages/jobs_panel.h"
#include "app/pages/navigator_panel.h"
#include "app/widgets/message_strip.h"
#include "app/widgets/theme.h"
#include "tests/gui/console_fixture.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>
#include <QTreeView>

using namespace isotherm;
using namespace std::chrono_literals;

class TestMainWindow : public QObject
{
    Q_OBJECT

    test::WorldOptions calm() const { return {.shards = 8, .trouble = false}; }

private Q_SLOTS:
    void cleanup() { applyTheme(*qApp, ThemeChoice::Light); }

    void keys_ctrlNumbers_switchViews()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        QCOMPARE(fixture.window().currentView(), View::Heat);
        QVERIFY(QTest::qWaitForWindowExposed(&fixture.window()));
        fixture.window().activateWindow();
        QTest::keyClick(&fixture.window(), Qt::Key_3, Qt::ControlModifier);
        QCOMPARE(fixture.window().currentView(), View::Backups);
        QTest::keyClick(&fixture.window(), Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(fixture.window().currentView(), View::Overview);
    }

    void disconnected_isPlainToSee_andHeals()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        QVERIFY(!fixture.window().strip().isVisible());
        fixture.agent().disconnect("connection refused");
        QTRY_VERIFY(fixture.window().strip().isVisible());
        const QString said = fixture.window().strip().message();
        QVERIFY(said.contains(QStringLiteral("db-a:7443")) &&
                said.contains(QStringLiteral("connection refused")));
        QVERIFY(said.contains(QStringLiteral("Next try")));
        const double edge = fixture.console().view().range().end;
        QTest::qWait(1200);
        QCOMPARE(fixture.console().view().range().end,
                 edge); // the picture stays where its data ends
        fixture.agent().reconnect();
        QTRY_VERIFY(!fixture.window().strip().isVisible());
    }

    void following_live_movesTheRightEdge()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        const double edge = fixture.console().view().visible().end;
        QTRY_VERIFY(fixture.console().view().visible().end > edge);
        fixture.window().heatPage().commands().follow->trigger();
        QVERIFY(!fixture.console().view().following());
        const double held = fixture.console().view().visible().end;
        QTest::qWait(1200);
        QCOMPARE(fixture.console().view().visible().end, held);
    }

    void longRange_isAskedForInsteadOfStreamed()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.console().view().setLive(6h);
        QTRY_VERIFY(fixture.agent().called("heat"));
        QTRY_VERIFY(!fixture.console().feed().loading());
        QVERIFY(fixture.console().feed().matrix().forecastFrom <= 1536);
        QVERIFY(fixture.console().feed().matrix().step > 1000ms);
    }

    void metric_changed_followsInTheStream()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.console().view().setMetric(HeatMetric::Temperature);
        QTRY_COMPARE(fixture.console().feed().matrix().metric, HeatMetric::Temperature);
        QTRY_COMPARE(fixture.window().heatPage().heatView().canvas().scale().top, 1.0);
    }

    void navigator_selection_isSharedByAllViews()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.window().navigator().filter().setText(QStringLiteral("orders"));
        QTreeView& tree = fixture.window().navigator().tree();
        QModelIndex index = tree.model()->index(0, 0);
        while (tree.model()->rowCount(index) > 0) {
            index = tree.model()->index(0, 0, index);
        }
        tree.selectionModel()->select(index, QItemSelectionModel::ClearAndSelect);
        const auto& shards = fixture.console().view().selection().shards;
        QCOMPARE(shards.size(), std::size_t{1});
        QCOMPARE(fixture.console().state().shard(shards.front())->keyspace, std::string("orders"));
    }

    void theme_switch_changesPaletteAndPicture()
    {
        test::ConsoleFixture fixture(calm());
        applyTheme(*qApp, ThemeChoice::Light);
        QVERIFY(fixture.start());
        QVERIFY(!Theme::of(fixture.window().palette()).dark);
        for (QAction* action : fixture.window().findChildren<QAction*>()) {
            if (action->objectName() == QStringLiteral("theme%1").arg(int(ThemeChoice::Dark))) {
                action->trigger();
            }
        }
        QVERIFY(Theme::of(fixture.window().palette()).dark);
        QCOMPARE(fixture.console().settings().theme(), ThemeChoice::Dark);
        const QImage picture = fixture.window().grab().toImage();
        QVERIFY(picture.pixelColor(3, 3).lightness() < 90);
    }

    void layout_closedDock_isRememberedAndReset()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        QDockWidget* navigator = fixture.window().docks().front();
        QVERIFY(navigator->isVisible());
        navigator->close();
        fixture.restart();
        fixture.window().show();
        QVERIFY(!fixture.window().docks().front()->isVisible());
        fixture.window().resetLayout();
        QVERIFY(fixture.window().docks().front()->isVisible());
    }

    void heatStyle_isRemembered()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        HeatStyle style;
        style.map = viewmath::ColourMap::Cividis;
        style.logarithmic = true;
        style.brightness = 0.25;
        fixture.window().heatPage().setHeatStyle(style);
        fixture.restart();
        QVERIFY(fixture.window().heatPage().heatStyle() == style);
    }

    void backupsPage_backUpNow_asksForTheSelection()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.console().view().setSelection({{ShardId(100), ShardId(101)}, std::nullopt});
        fixture.window().showView(View::Backups);
        for (QPushButton* button : fixture.window().backupsPage().findChildren<QPushButton*>()) {
            if (button->text().startsWith(QStringLiteral("Back up"))) {
                QTest::mouseClick(button, Qt::LeftButton);
            }
        }
        QTRY_VERIFY(fixture.agent().called("runBackup"));
        const auto calls = fixture.agent().calls();
        const auto call = std::ranges::find(calls, "runBackup", &test::RecordedCall::name);
        QCOMPARE(call->detail, std::string("accounts 100,101"));
    }

    void jobsPanel_cancel_asksTheAgent()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        JobsPanel& jobs = fixture.window().jobsPanel();
        QVERIFY(!jobs.cancelButton().isEnabled());
        jobs.selectJob(JobId(9));
        QVERIFY(jobs.cancelButton().isEnabled());
        QTest::mouseClick(&jobs.cancelButton(), Qt::LeftButton);
        QTRY_VERIFY(fixture.agent().called("cancelJob"));
    }

    void auditPage_shown_readsTheLogNewestFirst()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.window().showView(View::Audit);
        QTRY_COMPARE(fixture.window().auditPage().model().rowCount(), 18);
        QCOMPARE(fixture.window().auditPage().model().record(0).sequence, std::uint64_t{18});
    }

    void export_pngAndCsv_areWritten()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        const QTemporaryDir folder;
        QVERIFY(fixture.window().heatPage().exportPng(folder.filePath(QStringLiteral("h.png"))));
        QVERIFY(fixture.window().heatPage().exportCsv(folder.filePath(QStringLiteral("h.csv"))));
        QVERIFY(QImage(folder.filePath(QStringLiteral("h.png"))).width() > 400);
        QVERIFY(
            !fixture.window().heatPage().exportCsv(folder.filePath(QStringLiteral("none/h.csv"))));
    }

    void export_everyView_writesPicturesAndItsTable()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        const QTemporaryDir folder;
        for (int i = 0; i < kViews; ++i) {
            fixture.window().showView(static_cast<View>(i));
            const QString base = folder.filePath(QString::number(i));
            QVERIFY(exportView(fixture.window(), ExportFormat::Png, base + QStringLiteral(".png")));
            QVERIFY(exportView(fixture.window(), ExportFormat::Svg, base + QStringLiteral(".svg")));
            QVERIFY(exportView(fixture.window(), ExportFormat::Csv, base + QStringLiteral(".csv")));
            QVERIFY(QImage(base + QStringLiteral(".png")).width() > 300);
            QFile svg(base + QStringLiteral(".svg"));
            QVERIFY(svg.open(QIODevice::ReadOnly) && svg.readAll().contains("<svg"));
            QFile csv(base + QStringLiteral(".csv"));
            QVERIFY(csv.open(QIODevice::ReadOnly) && csv.readLine().contains(','));
        }
        QVERIFY(!exportView(fixture.window(), ExportFormat::Png,
                            folder.filePath(QStringLiteral("none/x.png"))));
    }

    void cli_dock_followsTheView()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.console().view().setSelection({{ShardId(101)}, std::nullopt});
        QVERIFY(fixture.window().cliPanel().content().contains(QStringLiteral("heat show")));
        QVERIFY(fixture.window().cliPanel().content().contains(QStringLiteral("--shard 101")));
        fixture.window().showView(View::Changes);
        QVERIFY(fixture.window().cliPanel().content().contains(QStringLiteral("change list")));
    }

    void backups_drill_asksForTheSelection()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.window().showView(View::Backups);
        fixture.console().view().setSelection({{ShardId(101)}, std::nullopt});
        QTest::mouseClick(&fixture.window().backupsPage().drillButton(), Qt::LeftButton);
        QTRY_VERIFY(fixture.agent().called("runDrill"));
    }

    void backups_rotationAhead_reachesItsEnd()
    {
        test::ConsoleFixture fixture(calm());
        QVERIFY(fixture.start());
        fixture.window().showView(View::Backups);
        BackupLanesView& lanes = fixture.window().backupsPage().lanes();
        QTRY_VERIFY(!lanes.content().ahead.empty());
        QVERIFY(lanes.shownTime().length() < 2.0 * 86'400.0);
        QTest::mouseClick(&fixture.window().backupsPage().rotationButton(), Qt::LeftButton);
        QVERIFY(lanes.shownTime().length() > 6.0 * 86'400.0);
    }

    void screenshot_withData_savesAndEndsWell()
    {
        test::ConsoleFixture fixture(calm());
        fixture.window().resize(1200, 800);
        QVERIFY(fixture.start());
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("s.png"));
        const Screenshot screenshot(fixture.console(), file, 0s, nullptr);
        QCOMPARE(QApplication::exec(), 0);
        QCOMPARE(QImage(file).size(), QSize(1200, 800));
    }
};

QTEST_MAIN(TestMainWindow)
#include "tst_main_window.moc"
