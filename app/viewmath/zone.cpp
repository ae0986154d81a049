// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/viewmath/zone.h"

#include <QDateTime>
#include <QLocale>

namespace isotherm
{
namespace
{

qint64 toMillis(WallTime time)
{
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

} // namespace

Zone::Zone() : m_zone(QTimeZone::utc()) {}

QDateTime Zone::dateTime(WallTime time) const
{
    return QDateTime::fromMSecsSinceEpoch(toMillis(time), m_zone);
}

QString Zone::offsetText(WallTime time) const
{
    const int seconds = m_zone.offsetFromUtc(dateTime(time));
    const int minutes = std::abs(seconds) / 60;
    return QStringLiteral("%1%2:%3")
        .arg(seconds < 0 ? QLatin1Char('-') : QLatin1Char('+'))
        .arg(minutes / 60, 2, 10, QLatin1Char('0'))
        .arg(minutes % 60, 2, 10, QLatin1Char('0'));
}

QString Zone::full(WallTime time) const
{
    return dateTime(time).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss ")) + offsetText(time);
}

QString Zone::clock(WallTime time) const
{
    return dateTime(time).toString(QStringLiteral("HH:mm:ss"));
}

QString Zone::brief(WallTime time) const
{
    return day(time) + dateTime(time).toString(QStringLiteral(" HH:mm"));
}

QString Zone::day(WallTime time) const
{
    const QLocale locale;
    const bool chinese = locale.language() == QLocale::Chinese;
    return locale.toString(dateTime(time).date(),
                           chinese ? QStringLiteral("MMMd日") : QStringLiteral("d MMM"));
}

QString Zone::name(WallTime time) const
{
    if (m_zone == QTimeZone::utc()) {
        return QStringLiteral("UTC");
    }
    return QString::fromLatin1(m_zone.id()) + QLatin1Char(' ') + offsetText(time);
}

viewmath::UtcOffset Zone::offset() const
{
    return [zone = m_zone](WallTime time) {
        const QDateTime at = QDateTime::fromMSecsSinceEpoch(toMillis(time), Qt::UTC);
        return std::chrono::seconds(zone.offsetFromUtc(at));
    };
}

} // namespace isotherm
