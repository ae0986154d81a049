// SPDX-License-Identifier: Apache-2.0
#include "agent/main/terminal.h"

#include <array>
#include <cstdio>
#include <pwd.h>
#include <termios.h>
#include <unistd.h>

namespace isotherm
{
namespace
{

/// Echo is off while it lives.
class SilentTerminal
{
public:
    SilentTerminal()
    {
        ::tcgetattr(STDIN_FILENO, &m_before);
        termios silent = m_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
    }
    ~SilentTerminal() { ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before); }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

private:
    termios m_before{};
};

std::string readLine()
{
    std::string line;
    for (int c = std::getchar(); c != EOF && c != '\n'; c = std::getchar()) {
        line.push_back(static_cast<char>(c));
    }
    return line;
}

} // namespace

Result<std::string> askNewSecret(const std::string& what)
{
    if (::isatty(STDIN_FILENO) == 0) {
        return makeError(Code::FailedPrecondition, "no terminal to ask for the " + what,
                         "give --passphrase-file, or --no-passphrase");
    }
    const SilentTerminal silent;
    std::fprintf(stderr, "%s: ", what.c_str());
    const std::string first = readLine();
    std::fprintf(stderr, "\nagain: ");
    const std::string second = readLine();
    std::fprintf(stderr, "\n");
    if (first != second) {
        return makeError(Code::FailedPrecondition, "the two are not the same", "try again");
    }
    if (first.size() < 8) {
        return makeError(Code::FailedPrecondition, "the passphrase is shorter than 8 characters",
                         "take a longer one");
    }
    return first;
}

std::string localUser()
{
    std::array<char, 256> host{};
    ::gethostname(host.data(), host.size() - 1);
    const passwd* entry = ::getpwuid(::geteuid());
    const std::string user =
        entry != nullptr ? entry->pw_name : "uid " + std::to_string(::geteuid());
    return user + "@" + host.data();
}

} // namespace isotherm
