// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm
{

/// Which transactions a snapshot shows: where a base and the change stream meet. The text form
/// (engine::SnapshotInfo::visibility, Manifest::visibility) is `xmin:xmax:xip,xip,…`, 64-bit
/// transaction ids in decimal, as PostgreSQL prints a pg_snapshot. A plain value.
class Visibility
{
public:
    /// InvalidArgument when `text` is not of that form.
    [[nodiscard]] static Result<Visibility> parse(std::string_view text);

    /// Does the snapshot show what `transaction`, which has committed, did?
    /// `xid < xmin or (xid < xmax and xid not in xip)`. Top-level ids are enough.
    [[nodiscard]] bool shows(std::uint64_t transaction) const;

    /// Every transaction below was over when the snapshot was taken.
    [[nodiscard]] std::uint64_t oldestRunning() const { return m_xmin; }
    /// No transaction from here on is shown.
    [[nodiscard]] std::uint64_t next() const { return m_xmax; }

    [[nodiscard]] std::string text() const;

    friend bool operator==(const Visibility&, const Visibility&) = default;

private:
    std::uint64_t m_xmin = 0;
    std::uint64_t m_xmax = 0;
    std::vector<std::uint64_t> m_running; ///< sorted
};

} // namespace isotherm
