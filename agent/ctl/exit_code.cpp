// SPDX-License-Identifier: Apache-2.0
#include "agent/ctl/exit_code.h"

namespace isotherm::ctl
{

ExitCode exitCodeFor(const Error& error)
{
    switch (error.code) {
    case Code::InvalidArgument:
        return ExitCode::Usage;
    case Code::NotFound:
        return ExitCode::NotFound;
    case Code::AlreadyExists:
    case Code::FailedPrecondition:
    case Code::Aborted:
        return ExitCode::Conflict;
    case Code::OutOfRange:
        return ExitCode::NotRestorable;
    case Code::DataLoss:
        return ExitCode::VerificationFailed;
    case Code::PermissionDenied:
    case Code::Unauthenticated:
        return ExitCode::NotAllowed;
    case Code::Unavailable:
    case Code::DeadlineExceeded:
        return ExitCode::Unreachable;
    case Code::ResourceExhausted:
        return ExitCode::NoSpace;
    default:
        return ExitCode::Failed;
    }
}

} // namespace isotherm::ctl
