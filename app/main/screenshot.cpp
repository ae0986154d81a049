// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/screenshot.h"

#include "app/pages/heat_page.h"

#include <QCoreApplication>
#include <QPixmap>
#include <cstdio>

namespace isotherm
{
namespace
{

constexpr int kPollMillis = 100;
/// An agent answers at once, and its first sample is at most 10 s away.
constexpr int kPatienceMillis = 25'000;

} // namespace

Screenshot::Screenshot(Console& console, QString file, std::chrono::seconds after, QObject* parent)
    : QObject(parent), m_console(console), m_file(std::move(file)), m_after(after)
{
    m_poll.setInterval(kPollMillis);
    connect(&m_poll, &QTimer::timeout, this, &Screenshot::poll);
    m_poll.start();
}

void Screenshot::poll()
{
    m_waited += kPollMillis;
    const bool shown = m_console.state().connected() && m_console.state().status() &&
                       m_console.window().heatPage().showsData();
    if (shown) {
        m_poll.stop();
        QTimer::singleShot(m_after, this, &Screenshot::take);
    } else if (m_waited >= kPatienceMillis) {
        m_poll.stop();
        fail(m_console.state().connected()
                 ? tr("connected, but no heat arrived within %1 s").arg(kPatienceMillis / 1000)
                 : tr("cannot connect to %1: %2")
                       .arg(m_console.state().identity().address, m_console.state().linkReason()));
    }
}

void Screenshot::take()
{
    if (!m_console.window().grab().save(m_file, "PNG")) {
        fail(tr("cannot write %1").arg(m_file));
        return;
    }
    QCoreApplication::exit(0);
}

void Screenshot::fail(const QString& reason)
{
    std::fprintf(stderr, "isotherm: %s\n", qPrintable(reason));
    QCoreApplication::exit(1);
}

} // namespace isotherm
