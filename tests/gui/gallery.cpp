// SPDX-License-Identifier: GPL-3.0-or-later
// isotherm-gallery FOLDER [SHARDS]: pictures of every page, dark and light, from made-up data.
#include "app/pages/audit_page.h"
#include "app/pages/backups_page.h"
#include "app/pages/heat_page.h"
#include "app/pages/restore_wizard.h"
#include "app/pages/restores_page.h"
#include "app/widgets/theme.h"
#include "tests/gui/console_fixture.h"

#include <QAction>
#include <QApplication>
#include <QDir>
#include <QDockWidget>
#include <QEventLoop>
#include <QPushButton>
#include <QTimer>
#include <cstdio>

namespace
{

using namespace isotherm;

void pause(int millis)
{
    QEventLoop loop;
    QTimer::singleShot(millis, &loop, &QEventLoop::quit);
    loop.exec();
}

class Gallery
{
public:
    Gallery(QApplication& application, QDir folder, std::size_t shards)
        : m_application(application), m_folder(std::move(folder)), m_shards(shards)
    {
    }

    bool draw(const QString& theme)
    {
        applyTheme(m_application,
                   theme == QLatin1String("dark") ? ThemeChoice::Dark : ThemeChoice::Light);
        test::ConsoleFixture fixture({.shards = m_shards});
        fixture.window().resize(1600, 1000);
        if (!fixture.start()) {
            return false;
        }
        m_prefix = theme;
        pause(1500);
        save(fixture, "heat");
        fixture.window().showView(View::Overview);
        save(fixture, "overview");
        fixture.window().showView(View::Backups);
        save(fixture, "backups");
        fixture.window().backupsPage().rotationButton().click();
        save(fixture, "rotation");
        fixture.window().showView(View::Changes);
        save(fixture, "changes");
        fixture.window().showView(View::Audit);
        save(fixture, "audit");
        drawSelection(fixture);
        drawRestore(fixture);
        fixture.agent().disconnect("connection refused; hint: is the agent running?");
        fixture.window().showView(View::Heat);
        save(fixture, "disconnected");
        return true;
    }

private:
    void save(test::ConsoleFixture& fixture, const char* name)
    {
        pause(900);
        const QString file =
            m_folder.filePath(QStringLiteral("%1-%2.png").arg(m_prefix, QString::fromLatin1(name)));
        fixture.window().grab().save(file);
        std::printf("%s\n", qPrintable(file));
    }

    void drawSelection(test::ConsoleFixture& fixture)
    {
        const auto& shards = fixture.console().state().shards();
        const viewmath::Span visible = fixture.console().view().visible();
        fixture.window().showView(View::Heat);
        fixture.console().view().setSelection(
            {{shards[1].id, shards[2].id},
             viewmath::Span{visible.valueAt(0.5), visible.valueAt(0.6)}});
        fixture.window().heatPage().heatView().canvas().setCursorCell(viewmath::CellIndex{
            3, 2400 % std::max<std::size_t>(1, fixture.console().feed().matrix().columns)});
        fixture.window().heatPage().heatView().canvas().setFocus();
        for (QDockWidget* dock : fixture.window().docks()) {
            if (dock->objectName() == QLatin1String("forecast")) {
                dock->raise();
            }
        }
        fixture.window().heatPage().commands().pastForecasts->setChecked(true);
        save(fixture, "selection");
    }

    void drawRestore(test::ConsoleFixture& fixture)
    {
        fixture.window().restoreSelection();
        RestoreWizard& wizard = fixture.window().restoresPage().wizard();
        save(fixture, "restore-what");
        wizard.nextButton().click();
        save(fixture, "restore-when");
        pause(400);
        save(fixture, "restore-when-list");
        wizard.nextButton().click();
        save(fixture, "restore-where");
        wizard.nextButton().click();
        save(fixture, "restore-plan");
        wizard.nextButton().click();
        pause(700);
        save(fixture, "restore-done");
        wizard.previewButton().click();
        pause(700);
        save(fixture, "rows");
        fixture.window().restoresPage().showHistory();
        save(fixture, "restores");
    }

    QApplication& m_application;
    QDir m_folder;
    std::size_t m_shards;
    QString m_prefix;
};

} // namespace

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() < 2) {
        std::fprintf(stderr, "usage: isotherm-gallery FOLDER [SHARDS]\n");
        return 2;
    }
    const QDir folder(arguments[1]);
    folder.mkpath(QStringLiteral("."));
    const auto shards = static_cast<std::size_t>(arguments.size() > 2 ? arguments[2].toInt() : 12);
    Gallery gallery(application, folder, shards);
    return gallery.draw(QStringLiteral("dark")) && gallery.draw(QStringLiteral("light")) ? 0 : 1;
}
