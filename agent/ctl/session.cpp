// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/session.h"

namespace isotherm::ctl
{

ExitCode reportError(Terminal& terminal, const Error& error)
{
    terminal.err << "isothermctl: " << error.message << "\n";
    if (!error.hint.empty()) {
        terminal.err << "hint: " << error.hint << "\n";
    }
    terminal.err.flush();
    return exitCodeFor(error);
}

ExitCode show(const Session& session, const Listing& listing)
{
    session.terminal.out << render(listing, session.format) << std::flush;
    return ExitCode::Done;
}

ExitCode show(const Session& session, const Record& record)
{
    session.terminal.out << render(record, session.format) << std::flush;
    return ExitCode::Done;
}

Consent askYesNo(const Session& session, const std::string& question, const std::string& name)
{
    if (session.assumeYes || (!session.confirm.empty() && session.confirm == name)) {
        return Consent::Given;
    }
    if (session.noInput || !session.terminal.canAsk) {
        return Consent::CannotAsk;
    }
    session.terminal.err << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(session.terminal.in, answer);
    return answer == "y" || answer == "Y" || answer == "yes" ? Consent::Given : Consent::Refused;
}

Consent askName(const Session& session, const std::string& question, const std::string& name)
{
    if (!session.confirm.empty()) {
        return session.confirm == name ? Consent::Given : Consent::Refused;
    }
    if (session.noInput || !session.terminal.canAsk) {
        return Consent::CannotAsk;
    }
    session.terminal.err << question << "\ntype " << name << " to go on: " << std::flush;
    std::string answer;
    std::getline(session.terminal.in, answer);
    return answer == name ? Consent::Given : Consent::Refused;
}

ExitCode reportConsent(Terminal& terminal, Consent consent, const std::string& flag)
{
    switch (consent) {
    case Consent::Given:
        return ExitCode::Done;
    case Consent::Refused:
        terminal.err << "isothermctl: not confirmed; nothing was done\n" << std::flush;
        return ExitCode::Failed;
    case Consent::CannotAsk:
        break;
    }
    terminal.err << "isothermctl: this needs a confirmation, and there is no terminal to ask on\n"
                 << "hint: add " << flag << " if you mean it\n"
                 << std::flush;
    return ExitCode::NotConfirmed;
}

std::vector<ShardId> toShardIds(const std::vector<std::uint64_t>& numbers)
{
    std::vector<ShardId> ids;
    ids.reserve(numbers.size());
    for (const std::uint64_t number : numbers) {
        ids.emplace_back(number);
    }
    return ids;
}

} // namespace isotherm::ctl
