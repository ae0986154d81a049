// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/widgets/theme.h"

#include <QApplication>
#include <QFile>
#include <QStyleFactory>
#include <QVariant>
#include <array>
#include <utility>

namespace isotherm
{
namespace
{

const Theme& darkTheme()
{
    static const Theme theme{.dark = true,
                             .window = QColor(0x12, 0x15, 0x1a),
                             .panel = QColor(0x18, 0x1c, 0x22),
                             .raised = QColor(0x22, 0x28, 0x31),
                             .border = QColor(0x2c, 0x33, 0x3d),
                             .text = QColor(0xdd, 0xe2, 0xe9),
                             .muted = QColor(0x8d, 0x98, 0xa7),
                             .accent = QColor(0x4f, 0xc3, 0xd9),
                             .good = QColor(0x5b, 0xb9, 0x8c),
                             .warning = QColor(0xe2, 0xb0, 0x4a),
                             .critical = QColor(0xf0, 0x6a, 0x5f),
                             .hot = QColor(0xf8, 0x8a, 0x2d),
                             .warm = QColor(0xe6, 0xc2, 0x5c),
                             .cold = QColor(0x5b, 0x86, 0xb8),
                             .missing = QColor(0x24, 0x2a, 0x33),
                             .missingStripe = QColor(0x38, 0x41, 0x4d)};
    return theme;
}

const Theme& lightTheme()
{
    static const Theme theme{.dark = false,
                             .window = QColor(0xee, 0xf0, 0xf3),
                             .panel = QColor(0xff, 0xff, 0xff),
                             .raised = QColor(0xf5, 0xf7, 0xf9),
                             .border = QColor(0xd3, 0xd8, 0xdf),
                             .text = QColor(0x1b, 0x22, 0x2c),
                             .muted = QColor(0x5f, 0x6b, 0x7a),
                             .accent = QColor(0x0b, 0x7c, 0x93),
                             .good = QColor(0x1f, 0x84, 0x58),
                             .warning = QColor(0xa8, 0x6f, 0x06),
                             .critical = QColor(0xc2, 0x36, 0x2c),
                             .hot = QColor(0xdd, 0x62, 0x10),
                             .warm = QColor(0xd0, 0x9a, 0x1c),
                             .cold = QColor(0x4a, 0x7a, 0xb0),
                             .missing = QColor(0xe7, 0xea, 0xee),
                             .missingStripe = QColor(0xcb, 0xd1, 0xd9)};
    return theme;
}

QPalette paletteOf(const Theme& theme)
{
    QPalette palette;
    palette.setColor(QPalette::Window, theme.window);
    palette.setColor(QPalette::WindowText, theme.text);
    palette.setColor(QPalette::Base, theme.panel);
    palette.setColor(QPalette::AlternateBase, mixed(theme.panel, theme.raised, 0.5));
    palette.setColor(QPalette::Text, theme.text);
    palette.setColor(QPalette::PlaceholderText, theme.muted);
    palette.setColor(QPalette::Button, theme.raised);
    palette.setColor(QPalette::ButtonText, theme.text);
    palette.setColor(QPalette::BrightText, theme.critical);
    palette.setColor(QPalette::ToolTipBase, theme.raised);
    palette.setColor(QPalette::ToolTipText, theme.text);
    palette.setColor(QPalette::Highlight,
                     mixed(theme.panel, theme.accent, theme.dark ? 0.35 : 0.22));
    palette.setColor(QPalette::HighlightedText, theme.text);
    palette.setColor(QPalette::Link, theme.accent);
    palette.setColor(QPalette::LinkVisited, theme.accent);
    palette.setColor(QPalette::Mid, theme.border);
    palette.setColor(QPalette::Midlight, theme.border);
    palette.setColor(QPalette::Light, mixed(theme.raised, theme.text, 0.08));
    palette.setColor(QPalette::Dark, theme.border);
    palette.setColor(QPalette::Shadow, Qt::black);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, mixed(theme.panel, theme.muted, 0.65));
    }
    return palette;
}

QString styleSheetOf(const Theme& theme)
{
    QFile file(QStringLiteral(":/isotherm/styles/console.qss"));
    if (!file.open(QIODevice::ReadOnly)) {
        return {};
    }
    QString sheet = QString::fromUtf8(file.readAll());
    const std::array<std::pair<const char*, QColor>, 11> colours = {
        {{"@window@", theme.window},
         {"@panel@", theme.panel},
         {"@raised@", theme.raised},
         {"@border@", theme.border},
         {"@text@", theme.text},
         {"@muted@", theme.muted},
         {"@accent@", theme.accent},
         {"@accentSoft@", mixed(theme.panel, theme.accent, theme.dark ? 0.24 : 0.14)},
         {"@warning@", theme.warning},
         {"@critical@", theme.critical},
         {"@good@", theme.good}}};
    for (const auto& [name, colour] : colours) {
        sheet.replace(QLatin1String(name), colour.name());
    }
    return sheet;
}

bool isDark(const QPalette& palette)
{
    return palette.color(QPalette::Window).lightness() < 128;
}

/// What the desktop wanted before we set a palette of our own.
bool systemIsDark(QApplication& application)
{
    constexpr auto kKey = "isotherm.systemDark";
    if (!application.property(kKey).isValid()) {
        application.setProperty(kKey, isDark(application.palette()));
    }
    return application.property(kKey).toBool();
}

} // namespace

const Theme& Theme::of(const QPalette& palette)
{
    return isDark(palette) ? darkTheme() : lightTheme();
}

QColor Theme::temperatureColour(std::optional<double> temperature, double warmAbove,
                                double hotAbove) const
{
    if (!temperature) {
        return muted;
    }
    if (*temperature > hotAbove) {
        return hot;
    }
    return *temperature > warmAbove ? warm : cold;
}

QColor Theme::tierColour(const QString& tier) const
{
    const std::array<QColor, 4> colours = {
        accent, dark ? QColor(0x9a, 0x8f, 0xe0) : QColor(0x6a, 0x5a, 0xc4),
        dark ? QColor(0x86, 0xa8, 0x4f) : QColor(0x56, 0x7d, 0x1e),
        dark ? QColor(0xc9, 0x86, 0xb0) : QColor(0xa3, 0x4c, 0x84)};
    if (tier.isEmpty() || tier == QLatin1String("local")) {
        return colours[0];
    }
    std::size_t sum = 0;
    for (const QChar letter : tier) {
        sum = sum * 31 + letter.unicode();
    }
    return colours.at(1 + sum % 3);
}

QColor mixed(const QColor& under, const QColor& over, double share)
{
    const auto channel = [share](int a, int b) {
        return static_cast<int>(a + (b - a) * share + 0.5);
    };
    return {channel(under.red(), over.red()), channel(under.green(), over.green()),
            channel(under.blue(), over.blue())};
}

void applyTheme(QApplication& application, ThemeChoice choice)
{
    const bool system = systemIsDark(application);
    const bool dark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && system);
    const Theme& theme = dark ? darkTheme() : lightTheme();
    if (QStyle* style = QStyleFactory::create(QStringLiteral("Fusion"))) {
        QApplication::setStyle(style);
    }
    QApplication::setPalette(paletteOf(theme));
    application.setStyleSheet(styleSheetOf(theme));
}

} // namespace isotherm
