// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/passphrase.h"

#include "shared/base/file.h"

#include <cerrno>
#include <iostream>
#include <termios.h>
#include <unistd.h>

namespace isotherm::ctl
{
namespace
{

/// Echo off for as long as it lives.
class SilentTerminal
{
public:
    SilentTerminal() : m_known(::tcgetattr(STDIN_FILENO, &m_before) == 0)
    {
        termios silent = m_before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        m_silent = m_known && ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~SilentTerminal()
    {
        if (m_silent) {
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_before);
        }
    }
    SilentTerminal(const SilentTerminal&) = delete;
    SilentTerminal& operator=(const SilentTerminal&) = delete;

    [[nodiscard]] bool silent() const { return m_silent; }

private:
    termios m_before{};
    bool m_known = false;
    bool m_silent = false;
};

} // namespace

Result<std::string> readPassphraseFile(const std::filesystem::path& file)
{
    ISO_ASSIGN(std::string text, readFile(file, 65'536));
    text.erase(std::min(text.find_first_of("\r\n"), text.size()));
    return text;
}

Result<std::string> askPassphrase(const std::string& question)
{
    std::string answer;
    {
        const SilentTerminal terminal;
        if (!terminal.silent()) {
            return makeError(Code::FailedPrecondition, "the terminal does not hide what is typed",
                             "give the passphrase in a file: --passphrase-file FILE");
        }
        std::cerr << question << std::flush;
        std::getline(std::cin, answer);
    }
    std::cerr << "\n";
    return answer;
}

} // namespace isotherm::ctl
