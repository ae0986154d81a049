// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::tidy
{

/// C++ source with the insides of comments, strings and character literals blanked out, line for
/// line and column for column.
[[nodiscard]] std::string withoutLiterals(std::string_view source);

struct FunctionLength
{
    std::size_t line = 0;  ///< of its opening brace, from 1
    std::size_t lines = 0; ///< braces included
};

/// Functions and lambdas of a source in our format (.clang-format): a heuristic that looks at what
/// stands before each brace.
[[nodiscard]] std::vector<FunctionLength> functionLengths(std::string_view source);

struct Include
{
    std::size_t line = 0;
    std::string path;
    bool quoted = false;
};

[[nodiscard]] std::vector<Include> includesOf(std::string_view source);

} // namespace isotherm::tidy
