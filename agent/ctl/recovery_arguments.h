// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/ctl/commands.h"

#include <cstdint>
#include <string>
#include <vector>

/// What the commands beyond side restores get, as typed.
namespace isotherm::ctl
{

struct DiffArguments
{
    RestoreArguments request;      ///< a plan id, or what to plan
    std::uint64_t sideRestore = 0; ///< compare the side tables of this job
    std::uint64_t job = 0;         ///< show a comparison that is there
    bool rows = false;
    std::string table;
    std::vector<std::string> kinds;
    std::uint64_t after = 0;
    std::size_t limit = 100;
};

struct RecoveryArguments
{
    std::string planId;    ///< carry out what was reviewed before
    std::uint64_t job = 0; ///< the comparison, or what is to be undone
    bool changedToo = false;
    std::vector<std::uint64_t> rows;
    std::string onConflict;
    std::string triggers = "quiet";
    std::string restorePlan; ///< of a restore elsewhere
    std::string target;
    bool planOnly = false;
    Follow follow = Follow::Wait;
};

ExitCode showDiff(Session& session, const DiffArguments& arguments);
ExitCode recover(Session& session, RecoveryMode mode, const RecoveryArguments& arguments);
/// The statements of a recovery's plan, as text to be read.
ExitCode showSql(Session& session, const std::string& planId);
ExitCode listRecoveries(Session& session, std::size_t limit);

} // namespace isotherm::ctl
