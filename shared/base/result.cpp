// SPDX-License-Identifier: Apache-2.0
#include "shared/base/result.h"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace isotherm
{

void checkFailed(const char* condition, const char* file, int line)
{
    std::fprintf(stderr, "broken invariant: %s at %s:%d\n", condition, file, line);
    std::abort();
}

std::string_view codeName(Code code)
{
    static constexpr std::array<std::string_view, 16> kNames = {"cancelled",
                                                                "unknown",
                                                                "invalid argument",
                                                                "deadline exceeded",
                                                                "not found",
                                                                "already exists",
                                                                "permission denied",
                                                                "resource exhausted",
                                                                "failed precondition",
                                                                "aborted",
                                                                "out of range",
                                                                "unimplemented",
                                                                "internal",
                                                                "unavailable",
                                                                "data loss",
                                                                "unauthenticated"};
    return kNames[static_cast<std::size_t>(code)];
}

std::string Error::text() const
{
    return hint.empty() ? message : message + "; hint: " + hint;
}

Error Error::within(std::string_view context) const
{
    return Error{code, std::string(context) + ": " + message, hint};
}

} // namespace isotherm
