// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

class QAbstractItemModel;
class QWidget;

namespace isotherm
{

/// What is on screen, as a picture of pixels or of lines.
[[nodiscard]] QByteArray widgetToPng(QWidget& widget);
[[nodiscard]] QByteArray widgetToSvg(QWidget& widget);

/// All rows as people read them, with a header (RFC 4180, UTF-8).
[[nodiscard]] QByteArray modelToCsv(const QAbstractItemModel& model);

} // namespace isotherm
