// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/block_codec.h"

#include <string_view>

/// Row versions on their way into and out of delta runs.
namespace isotherm::repository
{

/// One version; the bytes are somebody else's.
struct VersionView
{
    std::string_view key;
    std::string_view row;
    std::string_view previousKey; ///< empty: none
    RowVersion version;           ///< its previousBegin and previousSize are not used
};

/// Newer first: by commit, then by order.
[[nodiscard]] inline bool isNewer(const RowVersion& a, const RowVersion& b)
{
    return a.commit != b.commit ? a.commit > b.commit : a.order > b.order;
}

} // namespace isotherm::repository
