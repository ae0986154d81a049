// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shared/base/result.h"

#include <functional>
#include <string>

namespace isotherm::test
{

/// Notes what was asked of a made-up agent; fails while it is cut off.
using CallLog = std::function<Status(const std::string& name, const std::string& detail)>;

} // namespace isotherm::test
