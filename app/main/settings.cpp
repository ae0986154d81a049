// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/settings.h"

#include "app/viewmath/text.h"

#include <QSettings>
#include <QTimeZone>
#include <algorithm>

namespace isotherm
{
namespace
{

const QString kTheme = QStringLiteral("view/theme");
const QString kLanguage = QStringLiteral("view/language");
const QString kZone = QStringLiteral("view/zone");
const QString kColours = QStringLiteral("heat/colours");
const QString kLogarithmic = QStringLiteral("heat/logarithmic");
const QString kBrightness = QStringLiteral("heat/brightness");
const QString kMean = QStringLiteral("heat/mean");
const QString kProfile = QStringLiteral("connection/profile");
const QString kGeometry = QStringLiteral("window/geometry");
const QString kLayout = QStringLiteral("window/layout");

} // namespace

Zone makeZone(ZoneChoice choice)
{
    return choice == ZoneChoice::Utc ? Zone() : Zone(QTimeZone::systemTimeZone());
}

ThemeChoice Settings::theme() const
{
    const QString name = m_store.value(kTheme).toString();
    if (name == QLatin1String("dark")) {
        return ThemeChoice::Dark;
    }
    return name == QLatin1String("light") ? ThemeChoice::Light : ThemeChoice::System;
}

void Settings::setTheme(ThemeChoice theme)
{
    const char* name = theme == ThemeChoice::Dark    ? "dark"
                       : theme == ThemeChoice::Light ? "light"
                                                     : "system";
    m_store.setValue(kTheme, QString::fromLatin1(name));
}

QString Settings::language() const
{
    return m_store.value(kLanguage).toString();
}

void Settings::setLanguage(const QString& language)
{
    m_store.setValue(kLanguage, language);
}

ZoneChoice Settings::zone() const
{
    return m_store.value(kZone).toString() == QLatin1String("utc") ? ZoneChoice::Utc
                                                                   : ZoneChoice::Local;
}

void Settings::setZone(ZoneChoice zone)
{
    m_store.setValue(kZone,
                     zone == ZoneChoice::Utc ? QStringLiteral("utc") : QStringLiteral("local"));
}

HeatStyle Settings::heatStyle() const
{
    HeatStyle style;
    const std::string map = m_store.value(kColours).toString().toStdString();
    style.map = viewmath::parseColourMap(map).value_or(style.map);
    style.logarithmic = m_store.value(kLogarithmic, style.logarithmic).toBool();
    style.brightness = std::clamp(m_store.value(kBrightness, 0.0).toDouble(), -1.0, 1.0);
    style.statistic =
        m_store.value(kMean, false).toBool() ? viewmath::Statistic::Mean : viewmath::Statistic::Max;
    return style;
}

void Settings::setHeatStyle(const HeatStyle& style)
{
    m_store.setValue(kColours, text::fromUtf8(viewmath::colourMapName(style.map)));
    m_store.setValue(kLogarithmic, style.logarithmic);
    m_store.setValue(kBrightness, style.brightness);
    m_store.setValue(kMean, style.statistic == viewmath::Statistic::Mean);
}

QString Settings::profile() const
{
    return m_store.value(kProfile).toString();
}

void Settings::setProfile(const QString& file)
{
    m_store.setValue(kProfile, file);
}

QByteArray Settings::geometry() const
{
    return m_store.value(kGeometry).toByteArray();
}

QByteArray Settings::layout() const
{
    return m_store.value(kLayout).toByteArray();
}

void Settings::setWindow(const QByteArray& geometry, const QByteArray& layout)
{
    m_store.setValue(kGeometry, geometry);
    m_store.setValue(kLayout, layout);
}

} // namespace isotherm
