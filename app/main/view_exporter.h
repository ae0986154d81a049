// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace isotherm
{

class MainWindow;

enum class ExportFormat { Png, Svg, Csv };

/// Writes what the current view shows: as a picture, or its table. Asks for a file when `path` is
/// empty. False: nothing was written; the window says why.
bool exportView(MainWindow& window, ExportFormat format, const QString& path = {});

} // namespace isotherm
