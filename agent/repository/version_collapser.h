// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/version.h"
#include "shared/base/result.h"

#include <functional>
#include <string>

namespace isotherm::repository
{

/// Reduces the versions of one key in one transaction to those that somebody can ask for
/// (FORMAT.md, section 6.1). Versions come by (key, newest first). Not thread-safe.
class VersionCollapser
{
public:
    using Emit = std::function<Status(const VersionView&)>;

    VersionCollapser(std::size_t columns, Emit emit) : m_columns(columns), m_emit(std::move(emit))
    {
    }

    /// InvalidArgument when a value is absent that the same transaction must have given.
    [[nodiscard]] Status add(const VersionView& version);
    [[nodiscard]] Status finish() { return flush(); }

private:
    void take(const VersionView& version, std::uint32_t order);
    [[nodiscard]] Status fill(const VersionView& older);
    [[nodiscard]] Status flush();

    const std::size_t m_columns;
    const Emit m_emit;
    std::string m_key; ///< of the group
    Lsn m_commit;
    std::uint32_t m_topOrder = 0; ///< of the newest of the group
    bool m_inGroup = false;
    bool m_belowMoved = false; ///< the version above is a tombstone that was moved away from
    // The version that is kept next, and still being filled.
    bool m_open = false;
    bool m_incomplete = false; ///< older versions of the group have to fill it
    std::string m_row;
    std::string m_previousKey;
    RowVersion m_version;
};

} // namespace isotherm::repository
