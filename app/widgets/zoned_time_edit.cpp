// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/zoned_time_edit.h"

namespace isotherm
{

ZonedTimeEdit::ZonedTimeEdit(QWidget* parent) : QDateTimeEdit(parent)
{
    setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    setCalendarPopup(true);
    // The widget counts in UTC, so that no change of the clocks of this machine disturbs it.
    setTimeSpec(Qt::UTC);
}

void ZonedTimeEdit::setInstant(WallTime instant, const Zone& zone)
{
    m_zone = zone;
    const QDateTime shown = zone.dateTime(instant);
    setDateTime(QDateTime(shown.date(), shown.time(), Qt::UTC));
}

WallTime ZonedTimeEdit::instant() const
{
    const QDateTime meant(date(), time(), m_zone.timeZone());
    return WallTime(std::chrono::seconds(meant.toSecsSinceEpoch()));
}

} // namespace isotherm
