// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/gui/console_fixture.h"

#include "app/pages/heat_page.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QTimer>

namespace isotherm::test
{
namespace
{

constexpr qint64 kPatience = 60'000;

WallTime nowTime()
{
    return std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
}

} // namespace

ConsoleFixture::ConsoleFixture(const WorldOptions& options, Role role)
    : m_store(std::make_unique<QSettings>(m_folder.filePath(QStringLiteral("console.ini")),
                                          QSettings::IniFormat)),
      m_agent(std::make_shared<FakeConsoleAgent>(DemoWorld(options, nowTime() - options.history))),
      m_console(std::make_unique<Console>(*m_store)), m_role(role)
{
}

bool ConsoleFixture::start()
{
    m_console->open(m_agent, {QStringLiteral("db-a:7443"), QStringLiteral("ana"), m_role,
                              QStringLiteral("orders-prod")});
    window().show();
    QElapsedTimer waited;
    waited.start();
    while (!ready() && waited.elapsed() < kPatience) {
        QEventLoop loop;
        QTimer::singleShot(20, &loop, &QEventLoop::quit);
        loop.exec();
    }
    return ready();
}

bool ConsoleFixture::ready() const
{
    // The first stream is for the range before the agent said how much history there is.
    const HeatMatrix& matrix = m_console->feed().matrix();
    return m_console->window().heatPage().showsData() &&
           viewmath::toSeconds(matrix.start) <= m_console->view().visible().begin + 30.0;
}

void ConsoleFixture::restart()
{
    window().close();
    m_console.reset();
    m_console = std::make_unique<Console>(*m_store);
}

} // namespace isotherm::test
