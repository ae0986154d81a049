// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/main/console.h"

#include <QObject>
#include <QString>
#include <QTimer>
#include <chrono>

namespace isotherm
{

/// Waits until the window shows data, then a while, saves a picture of it and ends the application:
/// exit code 0, or 1 with the reason on stderr.
class Screenshot : public QObject
{
    Q_OBJECT

public:
    Screenshot(Console& console, QString file, std::chrono::seconds after, QObject* parent);

private:
    void poll();
    void take();
    void fail(const QString& reason);

    Console& m_console;
    QString m_file;
    std::chrono::seconds m_after;
    QTimer m_poll;
    int m_waited = 0; ///< milliseconds
};

} // namespace isotherm
