// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isotherm::postgres
{

/// `"name"`, always quoted.
[[nodiscard]] std::string quoteIdentifier(std::string_view name);
/// `"schema"."name"`.
[[nodiscard]] std::string quoteQualified(std::string_view schema, std::string_view name);
/// `'text'`, under standard_conforming_strings.
[[nodiscard]] std::string quoteLiteral(std::string_view text);
/// The names quoted, with ", " between them.
[[nodiscard]] std::string quoteList(const std::vector<std::string>& names);
/// An array literal for a parameter: {"a","b"}.
[[nodiscard]] std::string arrayLiteral(const std::vector<std::string>& values);
/// `text` with every occurrence of `what` replaced.
[[nodiscard]] std::string replaceAll(std::string text, std::string_view what,
                                     std::string_view with);

} // namespace isotherm::postgres
