// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QLabel;
class QTableView;
class QVBoxLayout;
class QWidget;

namespace isotherm
{

/// A label that wraps; `name` chooses its style.
[[nodiscard]] QLabel* stepLabel(const QString& said, const char* name, QWidget* parent);

/// The layout of one page of a wizard: a title and what it is about.
[[nodiscard]] QVBoxLayout* stepLayout(QWidget* step, const QString& title,
                                      const QString& explanation);

/// The quiet look that all read-only tables share: whole rows, no grid, no row numbers.
void styleTable(QTableView* table);

} // namespace isotherm
