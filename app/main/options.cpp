// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/options.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <array>
#include <utility>

namespace isotherm
{
namespace
{

Result<std::optional<View>> parseView(const QString& name)
{
    const std::array<std::pair<const char*, View>, kViews> views = {{{"overview", View::Overview},
                                                                     {"heat", View::Heat},
                                                                     {"backups", View::Backups},
                                                                     {"restores", View::Restores},
                                                                     {"audit", View::Audit}}};
    if (name.isEmpty()) {
        return std::optional<View>();
    }
    for (const auto& [known, view] : views) {
        if (name == QLatin1String(known)) {
            return std::optional(view);
        }
    }
    return makeError(Code::InvalidArgument, "unknown view '" + name.toStdString() + "'",
                     "one of overview, heat, backups, restores, audit");
}

Result<std::optional<QSize>> parseSize(const QString& said)
{
    if (said.isEmpty()) {
        return std::optional<QSize>();
    }
    const QStringList parts = said.split(QLatin1Char('x'));
    const QSize size = parts.size() == 2 ? QSize(parts[0].toInt(), parts[1].toInt()) : QSize();
    if (size.width() < 400 || size.height() < 300 || size.width() > 16'000 ||
        size.height() > 16'000) {
        return makeError(Code::InvalidArgument, "bad size '" + said.toStdString() + "'",
                         "width and height in pixels, for example 1600x1000");
    }
    return std::optional(size);
}

Result<std::optional<ThemeChoice>> parseTheme(const QString& name)
{
    if (name.isEmpty()) {
        return std::optional<ThemeChoice>();
    }
    if (name == QLatin1String("dark")) {
        return std::optional(ThemeChoice::Dark);
    }
    if (name == QLatin1String("light")) {
        return std::optional(ThemeChoice::Light);
    }
    return makeError(Code::InvalidArgument, "unknown theme '" + name.toStdString() + "'",
                     "dark or light");
}

} // namespace

Result<Options> readOptions(const QCoreApplication& application)
{
    const auto option = [](const char* name, const char* what, const char* value) {
        return QCommandLineOption(QString::fromLatin1(name), QString::fromLatin1(what),
                                  QString::fromLatin1(value));
    };
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral("The desktop console of Isotherm."));
    parser.addHelpOption();
    parser.addVersionOption();
    const auto profile = option("profile", "Connect with this profile.", "FILE");
    const auto passphrase =
        option("passphrase-file", "Read the profile's passphrase from this file.", "FILE");
    const auto view = option("view", "Show overview, heat, backups, restores or audit.", "VIEW");
    const auto screenshot =
        option("screenshot", "Save a picture once data is shown, and end.", "FILE");
    const auto after = option("screenshot-after", "Wait this long after data is shown.", "SECONDS");
    const auto size = option("size", "Size of the window in pixels.", "WxH");
    const auto theme = option("theme", "dark or light, for this run.", "THEME");
    for (const QCommandLineOption& one :
         {profile, passphrase, view, screenshot, after, size, theme}) {
        parser.addOption(one);
    }
    parser.process(application);
    Options options;
    options.profile = parser.value(profile);
    options.passphraseFile = parser.value(passphrase);
    options.screenshot = parser.value(screenshot);
    ISO_ASSIGN(options.view, parseView(parser.value(view)));
    ISO_ASSIGN(options.size, parseSize(parser.value(size)));
    ISO_ASSIGN(options.theme, parseTheme(parser.value(theme)));
    if (parser.isSet(after)) {
        bool fine = false;
        options.screenshotAfter = std::chrono::seconds(parser.value(after).toInt(&fine));
        if (!fine || options.screenshotAfter.count() < 0) {
            return makeError(Code::InvalidArgument, "bad --screenshot-after",
                             "a whole number of seconds");
        }
    }
    return options;
}

} // namespace isotherm
