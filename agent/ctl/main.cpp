// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/command_line.h"
#include "agent/ctl/passphrase.h"
#include "shared/client/agent_client.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sys/ioctl.h>
#include <thread>
#include <unistd.h>

namespace isotherm::ctl
{
namespace
{

bool isSet(const char* variable)
{
    const char* value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

bool localeIsUtf8()
{
    for (const char* variable : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        if (isSet(variable)) {
            const std::string value = std::getenv(variable);
            return value.find("UTF-8") != std::string::npos ||
                   value.find("utf8") != std::string::npos;
        }
    }
    return false;
}

std::size_t terminalWidth()
{
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
        return size.ws_col;
    }
    const int columns = isSet("COLUMNS") ? std::atoi(std::getenv("COLUMNS")) : 0;
    return columns >= 40 && columns <= 1'000 ? static_cast<std::size_t>(columns) : 100;
}

Terminal openTerminal()
{
    const bool outIsTty = ::isatty(STDOUT_FILENO) == 1;
    const bool errIsTty = ::isatty(STDERR_FILENO) == 1;
    const char* kind = std::getenv("TERM");
    return Terminal{.out = std::cout,
                    .err = std::cerr,
                    .in = std::cin,
                    .canAsk = ::isatty(STDIN_FILENO) == 1 && errIsTty,
                    .errIsTty = errIsTty,
                    .colour = outIsTty && !isSet("NO_COLOR") && kind != nullptr &&
                              std::strcmp(kind, "dumb") != 0,
                    .utf8 = localeIsUtf8(),
                    .width = terminalWidth()};
}

/// No passphrase is no error here: the profile may not need one.
Result<std::string> findPassphrase(const Invocation& invocation, const Terminal& terminal,
                                   const std::filesystem::path& profile)
{
    std::string file = invocation.passphraseFile;
    if (file.empty() && isSet("ISOTHERM_PASSPHRASE_FILE")) {
        file = std::getenv("ISOTHERM_PASSPHRASE_FILE");
    }
    if (!file.empty()) {
        return readPassphraseFile(file);
    }
    ISO_ASSIGN(const bool needed, client::profileNeedsPassphrase(profile));
    if (!needed) {
        return std::string();
    }
    if (invocation.noInput || !terminal.canAsk) {
        return std::string();
    }
    return askPassphrase("passphrase of " + profile.string() + ": ");
}

ExitCode runWithAgent(const Invocation& invocation, Terminal& terminal)
{
    const std::filesystem::path file = invocation.profile.empty()
                                           ? client::defaultProfilePath()
                                           : std::filesystem::path(invocation.profile);
    const Result<std::string> passphrase = findPassphrase(invocation, terminal, file);
    if (!passphrase.ok()) {
        return reportError(terminal, passphrase.error());
    }
    const Result<client::Profile> profile = client::loadProfile(file, passphrase.value());
    if (!profile.ok()) {
        const ExitCode code = reportError(terminal, profile.error());
        const bool nobodyToAsk = passphrase->empty() &&
                                 profile.error().code == Code::Unauthenticated &&
                                 (invocation.noInput || !terminal.canAsk);
        return nobodyToAsk ? ExitCode::NotConfirmed : code;
    }
    const auto agent = client::connectAgent(profile.value(), {});
    if (!agent.ok()) {
        return reportError(terminal, agent.error());
    }
    const SystemClock clock;
    Session session{
        .agent = *agent.value(),
        .terminal = terminal,
        .clock = clock,
        .format = invocation.format,
        .assumeYes = invocation.assumeYes,
        .noInput = invocation.noInput,
        .confirm = invocation.confirm,
        .pause = [](std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }};
    return invocation.run(session);
}

int run(int argc, char** argv)
{
    std::signal(SIGPIPE, SIG_DFL); // "isothermctl … | head" ends quietly
    const CommandLine line = parseCommandLine({argv + 1, argv + argc});
    std::cout << line.out << std::flush;
    std::cerr << line.err << std::flush;
    if (!line.invocation) {
        return static_cast<int>(line.exitCode);
    }
    Terminal terminal = openTerminal();
    return static_cast<int>(runWithAgent(*line.invocation, terminal));
}

} // namespace
} // namespace isotherm::ctl

int main(int argc, char** argv)
{
    return isotherm::ctl::run(argc, argv);
}
