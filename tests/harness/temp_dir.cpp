// SPDX-License-Identifier: Apache-2.0
#include "tests/harness/temp_dir.h"

#include "shared/base/check.h"

#include <stdlib.h>
#include <system_error>

namespace isotherm::test
{

TempDir::TempDir(const std::string& prefix)
{
    std::string pattern = "/tmp/" + prefix + ".XXXXXX";
    ISO_CHECK(::mkdtemp(pattern.data()) != nullptr);
    m_path = pattern;
}

TempDir::~TempDir()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
}

} // namespace isotherm::test
