// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace isotherm::demo
{

/// Runs SQL with psql, as an operator would. Not thread-safe: one folder for its output.
class Psql
{
public:
    Psql(std::filesystem::path binaries, std::filesystem::path folder, std::string conninfo);

    /// The output without alignment or headers; FailedPrecondition with psql's words otherwise.
    [[nodiscard]] Result<std::string> run(const std::string& sql);
    /// The first value as a number.
    [[nodiscard]] Result<std::int64_t> number(const std::string& sql);

private:
    std::filesystem::path m_program;
    std::filesystem::path m_folder;
    std::string m_conninfo;
};

} // namespace isotherm::demo
