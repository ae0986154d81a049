// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/repository.h"
#include "shared/base/result.h"

#include <map>
#include <mutex>
#include <string>

namespace isotherm::restore
{

/// Why histories begin where they do. Manifests never change: each is read once, so that who asks
/// over and over for what can be restored does not read all of them every time. Thread-safe.
class ChainStarts
{
public:
    /// In words, of the full backup `id`; empty: nothing says why.
    [[nodiscard]] Result<std::string> reasonOf(repository::Repository& repository,
                                               const std::string& id);

private:
    std::mutex m_mutex;
    std::map<std::string, std::string> m_reasons; ///< by id
};

} // namespace isotherm::restore
