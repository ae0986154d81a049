// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace isotherm
{

class MainWindow;

/// The menu bar with all keys. Called once, when pages and docks exist.
void buildMenus(MainWindow& window);

} // namespace isotherm
