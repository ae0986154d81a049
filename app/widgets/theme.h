// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>
#include <optional>

class QApplication;

namespace isotherm
{

enum class ThemeChoice { System, Light, Dark };

/// The colours that a QPalette has no name for. Two sets, dark and light; a widget takes the one
/// that its palette belongs to.
struct Theme
{
    bool dark = false;
    QColor window; ///< behind everything
    QColor panel;  ///< what content stands on
    QColor raised; ///< cards, tool tips, pressed buttons
    QColor border; ///< hairlines
    QColor text;
    QColor muted;  ///< second-rank text
    QColor accent; ///< selection, links, what can be acted on
    QColor good;
    QColor warning;
    QColor critical;
    QColor hot; ///< temperature dots
    QColor warm;
    QColor cold;
    QColor missing; ///< not measured: ground and stripe of the hatch
    QColor missingStripe;

    [[nodiscard]] static const Theme& of(const QPalette& palette);

    /// The dot of a temperature; `muted` (drawn hollow) when it is not known.
    [[nodiscard]] QColor temperatureColour(std::optional<double> temperature, double warmAbove,
                                           double hotAbove) const;
    /// The colour of a storage tier: the same name always gets the same one.
    [[nodiscard]] QColor tierColour(const QString& tier) const;
};

/// Style, palette and style sheet of the whole application. System: dark if the desktop is.
void applyTheme(QApplication& application, ThemeChoice choice);

/// `over` mixed into `under` by `share` 0…1.
[[nodiscard]] QColor mixed(const QColor& under, const QColor& over, double share);

} // namespace isotherm
