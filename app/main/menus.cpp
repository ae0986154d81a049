// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/menus.h"

#include "app/main/main_window.h"
#include "app/main/view_exporter.h"
#include "app/pages/heat_page.h"
#include "app/widgets/message_strip.h"

#include <QAction>
#include <QActionGroup>
#include <QApplication>
#include <QCoreApplication>
#include <QDockWidget>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <array>
#include <utility>

namespace isotherm
{
namespace
{

struct Menus
{
    Q_DECLARE_TR_FUNCTIONS(Menus)
};

void buildCluster(MainWindow& window)
{
    QMenu* menu = window.menuBar()->addMenu(Menus::tr("&Cluster"));
    menu->addAction(Menus::tr("&Connect…"), QKeySequence(QStringLiteral("Ctrl+O")), &window,
                    &MainWindow::connectRequested);
    menu->addAction(Menus::tr("&Refresh"), QKeySequence(Qt::Key_F5), &window,
                    &MainWindow::refreshAll);
    menu->addSeparator();
    menu->addAction(Menus::tr("&Quit"), QKeySequence(QKeySequence::Quit), &window, &QWidget::close);
}

void addThemes(QMenu* menu, MainWindow& window)
{
    QMenu* themes = menu->addMenu(Menus::tr("&Theme"));
    auto* group = new QActionGroup(themes);
    const std::array<std::pair<ThemeChoice, QString>, 3> choices = {
        {{ThemeChoice::System, Menus::tr("As the &desktop")},
         {ThemeChoice::Light, Menus::tr("&Light")},
         {ThemeChoice::Dark, Menus::tr("D&ark")}}};
    for (const auto& [choice, title] : choices) {
        QAction* action = group->addAction(title);
        action->setCheckable(true);
        action->setChecked(window.settings().theme() == choice);
        action->setObjectName(QStringLiteral("theme%1").arg(static_cast<int>(choice)));
        QObject::connect(action, &QAction::triggered, &window, [&window, chosen = choice] {
            window.settings().setTheme(chosen);
            applyTheme(*qApp, chosen);
        });
    }
    themes->addActions(group->actions());
}

void addLanguages(QMenu* menu, MainWindow& window)
{
    QMenu* languages = menu->addMenu(Menus::tr("L&anguage"));
    auto* group = new QActionGroup(languages);
    const std::array<std::pair<QString, QString>, 4> choices = {
        {{QString(), Menus::tr("As the desktop")},
         {QStringLiteral("en"), QStringLiteral("English")},
         {QStringLiteral("de"), QStringLiteral("Deutsch")},
         {QStringLiteral("zh_CN"), QStringLiteral("简体中文")}}};
    for (const auto& [name, title] : choices) {
        QAction* action = group->addAction(title);
        action->setCheckable(true);
        action->setChecked(window.settings().language() == name);
        QObject::connect(action, &QAction::triggered, &window, [&window, chosen = name] {
            window.settings().setLanguage(chosen);
            window.say(Menus::tr("The language changes when the console is started again."), false);
        });
    }
    languages->addActions(group->actions());
}

void addExports(QMenu* menu, MainWindow& window)
{
    QMenu* exports = menu->addMenu(Menus::tr("E&xport the view"));
    const std::array<std::pair<ExportFormat, QString>, 3> choices = {
        {{ExportFormat::Png, Menus::tr("As P&NG…")},
         {ExportFormat::Svg, Menus::tr("As &SVG…")},
         {ExportFormat::Csv, Menus::tr("As &CSV…")}}};
    for (const auto& [format, title] : choices) {
        exports->addAction(title, &window,
                           [&window, chosen = format] { exportView(window, chosen); });
    }
}

void buildView(MainWindow& window)
{
    QMenu* menu = window.menuBar()->addMenu(Menus::tr("&View"));
    for (int i = 0; i < kViews; ++i) {
        const auto view = static_cast<View>(i);
        menu->addAction(MainWindow::viewTitle(view),
                        QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)), &window,
                        [&window, view] { window.showView(view); });
    }
    menu->addSeparator();
    menu->addAction(Menus::tr("&Search…"), QKeySequence(QStringLiteral("Ctrl+K")), &window,
                    &MainWindow::openSearch);
    menu->addAction(Menus::tr("&Range…"), &window, &MainWindow::chooseRange);
    menu->addSeparator();
    addExports(menu, window);
    menu->addSeparator();
    addThemes(menu, window);
    addLanguages(menu, window);
}

void buildRestore(MainWindow& window)
{
    QMenu* menu = window.menuBar()->addMenu(Menus::tr("&Restore"));
    menu->addAction(window.heatPage().commands().restoreSelection);
    menu->addAction(Menus::tr("&History"), &window, [&window] { window.showView(View::Restores); });
}

void buildWindow(MainWindow& window)
{
    QMenu* menu = window.menuBar()->addMenu(Menus::tr("&Window"));
    for (QDockWidget* dock : window.docks()) {
        menu->addAction(dock->toggleViewAction());
    }
    menu->addSeparator();
    menu->addAction(Menus::tr("&Reset the layout"), &window, &MainWindow::resetLayout);
}

void showKeys(MainWindow& window)
{
    QMessageBox::information(
        &window, Menus::tr("Keys"),
        Menus::tr("<table cellpadding='4'>"
                  "<tr><td>Ctrl+1 … Ctrl+6</td><td>views</td></tr>"
                  "<tr><td>Ctrl+K</td><td>search</td></tr>"
                  "<tr><td>F5</td><td>refresh</td></tr>"
                  "<tr><td>drag</td><td>select shards and a time</td></tr>"
                  "<tr><td>wheel, + and −, 0</td><td>zoom the time, all of it</td></tr>"
                  "<tr><td>Ctrl+wheel</td><td>zoom the keys</td></tr>"
                  "<tr><td>Shift+wheel, Alt+drag</td><td>move</td></tr>"
                  "<tr><td>Enter, Backspace</td><td>zoom to the selection, and back</td></tr>"
                  "<tr><td>arrows, Shift+arrows</td><td>move the cell, select</td></tr>"
                  "<tr><td>Space</td><td>pin the numbers</td></tr>"
                  "<tr><td>R</td><td>restore the selection</td></tr>"
                  "<tr><td>L</td><td>follow live</td></tr>"
                  "<tr><td>F</td><td>show forecasts</td></tr>"
                  "<tr><td>Esc</td><td>cancel</td></tr></table>"));
}

void buildHelp(MainWindow& window)
{
    QMenu* menu = window.menuBar()->addMenu(Menus::tr("&Help"));
    menu->addAction(Menus::tr("&Keys…"), QKeySequence(Qt::Key_F1), &window,
                    [&window] { showKeys(window); });
    menu->addAction(Menus::tr("&About Isotherm…"), &window, [&window] {
        QMessageBox::about(
            &window, Menus::tr("About Isotherm"),
            Menus::tr("<h3>Isotherm %1</h3><p>Runs a sharded database by temperature.</p>"
                      "<p>The console is free software under the GNU General Public License, "
                      "version 3 or later.</p>")
                .arg(QCoreApplication::applicationVersion()));
    });
}

} // namespace

void buildMenus(MainWindow& window)
{
    buildCluster(window);
    buildView(window);
    window.heatPage().commands().addTo(window.menuBar()->addMenu(Menus::tr("H&eat")));
    buildRestore(window);
    buildWindow(window);
    buildHelp(window);
}

} // namespace isotherm
