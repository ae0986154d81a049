// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ctl/exit_code.h"
#include "agent/ctl/output.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/agent_service.h"

#include <chrono>
#include <functional>
#include <istream>
#include <ostream>
#include <string>
#include <vector>

namespace isotherm::ctl
{

/// Where a command reads and writes: data on `out`, progress, questions and errors on `err`.
struct Terminal
{
    std::ostream& out;
    std::ostream& err;
    std::istream& in;
    bool canAsk = false;   ///< standard input and error are a terminal
    bool errIsTty = false; ///< progress may rewrite its line
    bool colour = false;   ///< of `out`
    bool utf8 = true;
    std::size_t width = 80; ///< columns
};

/// What every command gets.
struct Session
{
    AgentService& agent;
    Terminal& terminal;
    const Clock& clock;
    Format format = Format::Table;
    bool assumeYes = false;
    bool noInput = false;
    std::string confirm; ///< --confirm NAME
    /// Sleeps between two looks at a job.
    std::function<void(std::chrono::milliseconds)> pause;
};

/// Writes "isothermctl: message" and its hint, and gives the exit code.
ExitCode reportError(Terminal& terminal, const Error& error);

/// Writes the answer in the session's format.
ExitCode show(const Session& session, const Listing& listing);
ExitCode show(const Session& session, const Record& record);

enum class Consent { Given, Refused, CannotAsk };

/// "question [y/N]", answered by --yes, by `--confirm name`, or on the terminal.
[[nodiscard]] Consent askYesNo(const Session& session, const std::string& question,
                               const std::string& name);
/// Type the name; --yes is not enough, `--confirm name` is.
[[nodiscard]] Consent askName(const Session& session, const std::string& question,
                              const std::string& name);
/// Done when given; else says why not and gives the exit code.
[[nodiscard]] ExitCode reportConsent(Terminal& terminal, Consent consent, const std::string& flag);

/// Shard numbers, as typed, to ids.
[[nodiscard]] std::vector<ShardId> toShardIds(const std::vector<std::uint64_t>& numbers);

} // namespace isotherm::ctl
