// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <functional>
#include <stop_token>

namespace isotherm::recovery
{

/// Tries for some minutes what must be done sooner or later: the database may be restarting, or a
/// session of a killed agent still hold what is needed. Only what may pass is tried again:
/// Unavailable, DeadlineExceeded.
[[nodiscard]] Status patiently(const std::stop_token& stop, const std::function<Status()>& step);

} // namespace isotherm::recovery
