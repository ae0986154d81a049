// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <string>

namespace isotherm
{

/// Asks twice at the terminal, without echo. FailedPrecondition without a terminal, or when the two
/// differ.
[[nodiscard]] Result<std::string> askNewSecret(const std::string& what);

/// Who runs this process, for the audit log: "root@host".
[[nodiscard]] std::string localUser();

} // namespace isotherm
