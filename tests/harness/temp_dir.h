// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace isotherm::test
{

/// A new empty folder under /tmp, removed with all it holds on destruction. Aborts when it cannot
/// be made.
class TempDir
{
public:
    explicit TempDir(const std::string& prefix = "isotherm");
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace isotherm::test
