// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/main/main_window.h"
#include "shared/base/result.h"

#include <QSize>
#include <QString>
#include <chrono>
#include <optional>

class QCoreApplication;

namespace isotherm
{

/// What was asked for on the command line.
struct Options
{
    QString profile;
    QString passphraseFile;
    std::optional<View> view;
    std::optional<ThemeChoice> theme;
    std::optional<QSize> size;
    QString screenshot;
    std::chrono::seconds screenshotAfter{2};
};

/// Handles --help and --version by itself (prints and exits). InvalidArgument for what cannot be
/// understood.
[[nodiscard]] Result<Options> readOptions(const QCoreApplication& application);

} // namespace isotherm
