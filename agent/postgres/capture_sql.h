// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace isotherm::postgres
{

/// The function that lets a role without rights on the tables put them into the publication.
inline constexpr const char* kSetCaptured = "isotherm.set_captured(oid,boolean,text)";

/// What capture needs in the database beyond what its role may make itself, as statements for an
/// administrator: the right to replicate, an empty publication, a function that puts partitioned
/// tables into it, and event triggers that write schema changes into the stream. Running them again
/// changes nothing.
[[nodiscard]] std::string captureSql(const std::string& role, const std::string& publication);

} // namespace isotherm::postgres
