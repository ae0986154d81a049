// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

namespace isotherm::ctl
{

/// What isothermctl ends with; scripts rely on the numbers.
enum class ExitCode : int {
    Done = 0,
    Failed = 1,
    Usage = 2, ///< also a bad configuration, an ambiguous time
    Partial = 3,
    NotFound = 4,
    Conflict = 5,
    ApprovalMissing = 6,
    NotRestorable = 7,
    VerificationFailed = 8,
    NotAllowed = 9,
    Unreachable = 10,
    NoSpace = 11,
    NotConfirmed = 12 ///< confirmation missing and no terminal to ask on
};

/// The number for an error that the agent, the client or a parser gave.
[[nodiscard]] ExitCode exitCodeFor(const Error& error);

} // namespace isotherm::ctl
