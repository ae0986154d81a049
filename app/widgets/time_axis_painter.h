// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/viewmath/viewport.h"
#include "app/viewmath/zone.h"

#include <QRectF>
#include <vector>

class QPainter;

namespace isotherm
{

struct Theme;

/// The pixels of ticks, for grid lines that belong to the axis.
struct AxisTick
{
    double x = 0;
    bool dayStart = false;
};

/// Draws tick labels along the top edge of `area`, and the zone once at its right end. Returns the
/// ticks. Shared by all views with a time axis, so that their times line up.
std::vector<AxisTick> paintTimeAxis(QPainter& painter, const QRectF& area, viewmath::Span time,
                                    const Zone& zone, const Theme& theme);

} // namespace isotherm
