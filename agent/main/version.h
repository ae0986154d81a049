// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace isotherm
{
/// Set by the build from the project's version.
inline constexpr const char* kVersion = ISOTHERM_VERSION;
} // namespace isotherm
