// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/zone.h"

#include <QDateTimeEdit>

namespace isotherm
{

/// A date and time as clocks of a zone show it. QDateTimeEdit itself knows only local time and UTC.
/// Of the two instants of an hour that clocks show twice, the first is meant.
class ZonedTimeEdit : public QDateTimeEdit
{
    Q_OBJECT

public:
    explicit ZonedTimeEdit(QWidget* parent = nullptr);

    void setInstant(WallTime instant, const Zone& zone);
    /// To the second.
    [[nodiscard]] WallTime instant() const;

private:
    Zone m_zone;
};

} // namespace isotherm
