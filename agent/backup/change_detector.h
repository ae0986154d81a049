// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/engine.h"
#include "shared/base/clock.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace isotherm::backup
{

/// Tells whether a shard has changed since its backup, from the server's write counters and the
/// generations of its leaves. A mark is taken *before* the snapshot: whatever it has counted was
/// committed by then, and is in the backup. As long as the newest mark is the same, nothing was
/// committed up to the moment until which the counters are complete. Errs on the side of a needless
/// backup: a reset, a restart or a rewrite changes the mark. Thread-safe.
class ChangeDetector
{
public:
    void observe(const engine::AccessSample& sample);

    /// nullopt: the counters of these leaves are not known (yet).
    [[nodiscard]] std::optional<std::string> mark(const std::vector<engine::LeafRef>& leaves) const;

    /// Up to which moment the leaves certainly hold what they held when `mark` was taken; nullopt:
    /// they may have changed. `leavesSeen` is when their generations were read.
    [[nodiscard]] std::optional<WallTime> unchangedUntil(const std::string& mark,
                                                         const std::vector<engine::LeafRef>& leaves,
                                                         WallTime leavesSeen) const;

private:
    mutable std::mutex m_mutex;
    std::uint64_t m_epoch = 0;
    std::optional<WallTime> m_completeUntil;
    std::unordered_map<std::uint64_t, std::uint64_t> m_writes;
};

/// Differs when tables look different: a column may be added without a write.
[[nodiscard]] std::string shapeOf(const std::vector<TableSchema>& tables);

/// A mark as it is kept until the next look: it tells about the rows of this one backup only (not
/// of an older one, should this one be removed), and about tables of this shape. "" stays "".
[[nodiscard]] std::string bindMark(const std::string& mark, const std::string& backup,
                                   const std::string& shape);

/// The mark that was bound to `backup` and `shape`; "" when `bound` belongs to others.
[[nodiscard]] std::string unbindMark(const std::string& bound, const std::string& backup,
                                     const std::string& shape);

} // namespace isotherm::backup
