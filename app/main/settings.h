// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/models/view_context.h"
#include "app/widgets/heat_canvas.h"
#include "app/widgets/theme.h"

#include <QByteArray>
#include <QString>

class QSettings;

namespace isotherm
{

enum class ZoneChoice { Utc, Local };

[[nodiscard]] Zone makeZone(ZoneChoice choice);

/// What the console remembers from one start to the next. A thin, typed layer over QSettings.
class Settings
{
public:
    /// `store` must outlive the settings.
    explicit Settings(QSettings& store) : m_store(store) {}

    [[nodiscard]] ThemeChoice theme() const;
    void setTheme(ThemeChoice theme);
    /// A locale name, or empty for the desktop's.
    [[nodiscard]] QString language() const;
    void setLanguage(const QString& language);
    [[nodiscard]] ZoneChoice zone() const;
    void setZone(ZoneChoice zone);
    [[nodiscard]] HeatStyle heatStyle() const;
    void setHeatStyle(const HeatStyle& style);
    [[nodiscard]] QString profile() const;
    void setProfile(const QString& file);

    [[nodiscard]] QByteArray geometry() const;
    [[nodiscard]] QByteArray layout() const;
    void setWindow(const QByteArray& geometry, const QByteArray& layout);

private:
    QSettings& m_store;
};

} // namespace isotherm
