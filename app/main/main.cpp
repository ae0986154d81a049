// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/main/connect_dialog.h"
#include "app/main/console.h"
#include "app/main/options.h"
#include "app/main/screenshot.h"
#include "app/viewmath/text.h"
#include "shared/base/file.h"

#include <QApplication>
#include <QFileInfo>
#include <QLibraryInfo>
#include <QLocale>
#include <QSettings>
#include <QTemporaryDir>
#include <QTranslator>
#include <cstdio>
#include <memory>
#include <optional>

namespace isotherm
{
namespace
{

/// Exit codes as isothermctl's: usage is 2, anything else that failed is 1.
constexpr int kFailed = 1;
constexpr int kUsage = 2;

int fail(const Error& error, int code)
{
    std::fprintf(stderr, "isotherm: %s\n", error.text().c_str());
    return code;
}

void installTranslations(QApplication& application, const QString& language)
{
    const QLocale locale = language.isEmpty() ? QLocale::system() : QLocale(language);
    QLocale::setDefault(locale);
    auto* own = new QTranslator(&application);
    // English has a file too: its plurals. It also serves whoever has none of our languages.
    if (own->load(locale, QStringLiteral("isotherm"), QStringLiteral("_"),
                  QStringLiteral(":/i18n")) ||
        own->load(QStringLiteral(":/i18n/isotherm_en.qm"))) {
        QCoreApplication::installTranslator(own);
    }
    auto* qt = new QTranslator(&application);
    if (qt->load(locale, QStringLiteral("qtbase"), QStringLiteral("_"),
                 QLibraryInfo::path(QLibraryInfo::TranslationsPath))) {
        QCoreApplication::installTranslator(qt);
    }
}

AgentIdentity identityOf(const client::Profile& profile)
{
    return {text::fromUtf8(profile.address), text::fromUtf8(profile.name), profile.role,
            text::fromUtf8(profile.cluster)};
}

/// Connects with the profile of the command line, or the one used last.
Status openProfile(Console& console, const QString& file, const QString& passphraseFile)
{
    std::string passphrase;
    if (!passphraseFile.isEmpty()) {
        ISO_ASSIGN(passphrase, readFile(passphraseFile.toStdString(), 4096));
        while (!passphrase.empty() && (passphrase.back() == '\n' || passphrase.back() == '\r')) {
            passphrase.pop_back();
        }
    }
    ISO_ASSIGN(const client::Profile profile, client::loadProfile(file.toStdString(), passphrase));
    ISO_ASSIGN(std::unique_ptr<client::AgentClient> agent, client::connectAgent(profile, {}));
    console.open(std::move(agent), identityOf(profile));
    return {};
}

void askForProfile(Console& console, const QString& file, const Error* problem)
{
    ConnectDialog dialog(file, &console.window());
    if (problem != nullptr) {
        dialog.showProblem(*problem);
    }
    if (dialog.exec() == QDialog::Accepted) {
        console.settings().setProfile(dialog.file());
        console.open(dialog.takeClient(), identityOf(dialog.profile()));
    }
}

QString firstProfile(const Options& options, const Settings& settings)
{
    if (!options.profile.isEmpty()) {
        return options.profile;
    }
    const QString last = settings.profile();
    return last.isEmpty() ? text::fromUtf8(client::defaultProfilePath().string()) : last;
}

int run(QApplication& application, const Options& options)
{
    // A screenshot must not depend on how somebody left the window, nor change it.
    const QTemporaryDir scratch;
    std::unique_ptr<QSettings> store =
        options.screenshot.isEmpty()
            ? std::make_unique<QSettings>()
            : std::make_unique<QSettings>(scratch.filePath(QStringLiteral("console.ini")),
                                          QSettings::IniFormat);
    const Settings settings(*store);
    installTranslations(application, settings.language());
    const bool picture = !options.screenshot.isEmpty();
    applyTheme(application, options.theme.value_or(picture ? ThemeChoice::Dark : settings.theme()));
    Console console(*store);
    if (options.size) {
        console.window().resize(*options.size);
    }
    if (options.view) {
        console.window().showView(*options.view);
    }
    QObject::connect(&console.window(), &MainWindow::connectRequested, &console.window(),
                     [&console] { askForProfile(console, console.settings().profile(), nullptr); });
    console.window().show();
    const QString file = firstProfile(options, settings);
    const bool named = !options.profile.isEmpty();
    const Status opened = named || QFileInfo::exists(file)
                              ? openProfile(console, file, options.passphraseFile)
                              : Status(makeError(Code::NotFound, "no profile yet"));
    if (!opened.ok() && picture) {
        return fail(opened.error(), kFailed);
    }
    std::optional<Screenshot> screenshot;
    if (picture) {
        screenshot.emplace(console, options.screenshot, options.screenshotAfter, nullptr);
    } else if (!opened.ok()) {
        const bool firstRun = !named && !QFileInfo::exists(file);
        askForProfile(console, firstRun ? QString() : file, firstRun ? nullptr : &opened.error());
    }
    return QApplication::exec();
}

} // namespace
} // namespace isotherm

int main(int argc, char** argv)
{
    QApplication::setOrganizationName(QStringLiteral("isotherm"));
    QApplication::setApplicationName(QStringLiteral("isotherm"));
    QApplication::setApplicationVersion(QStringLiteral("0.1.0"));
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Isotherm"));
    const auto options = isotherm::readOptions(application);
    if (!options.ok()) {
        return isotherm::fail(options.error(), isotherm::kUsage);
    }
    return isotherm::run(application, options.value());
}
