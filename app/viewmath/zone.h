// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/time_ticks.h"
#include "shared/base/clock.h"

#include <QString>
#include <QTimeZone>

namespace isotherm
{

/// A zone, ready to format with. A plain value.
class Zone
{
public:
    Zone();
    explicit Zone(QTimeZone zone) : m_zone(std::move(zone)) {}

    [[nodiscard]] const QTimeZone& timeZone() const { return m_zone; }

    /// "2026-11-22 14:05:31 +01:00"
    [[nodiscard]] QString full(WallTime time) const;
    /// "14:05:31": beside something that names day and zone.
    [[nodiscard]] QString clock(WallTime time) const;
    /// "22 Nov 14:05", in the words of the locale.
    [[nodiscard]] QString brief(WallTime time) const;
    /// "22 Nov"
    [[nodiscard]] QString day(WallTime time) const;
    /// "UTC" or "Europe/Berlin +01:00" at `time`.
    [[nodiscard]] QString name(WallTime time) const;
    [[nodiscard]] QString offsetText(WallTime time) const;
    [[nodiscard]] QDateTime dateTime(WallTime time) const;
    [[nodiscard]] viewmath::UtcOffset offset() const;

private:
    QTimeZone m_zone;
};

} // namespace isotherm
