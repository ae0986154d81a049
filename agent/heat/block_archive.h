// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/heat_block_store.h"
#include "shared/base/log.h"

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::heat
{

using metadata::HeatBlockKey;
using PackedBlock = std::shared_ptr<const std::string>;

/// Where packed blocks are: in the metadata file with a bounded cache before it, or, for the
/// resolution that is not worth a disk, in memory only. Not thread-safe.
class BlockArchive
{
public:
    BlockArchive(metadata::HeatBlockStore& store, Log& log, std::size_t cacheBytes);

    enum class Keep { OnDisk, InMemory };

    /// Adds or replaces. On disk only after writePending().
    void put(const HeatBlockKey& key, std::string packed, Keep keep);
    /// nullptr: there is none.
    [[nodiscard]] Result<PackedBlock> get(const HeatBlockKey& key);
    [[nodiscard]] Status writePending();
    [[nodiscard]] bool hasPending() const { return !m_pending.empty() || !m_expired.empty(); }

    /// Forgets the blocks of a resolution that start before `before` (on disk: with the next
    /// writePending).
    void expire(std::chrono::seconds step, WallTime before);
    /// Forgets the blocks of a resolution that start at `from` or later.
    [[nodiscard]] Status forgetFrom(std::chrono::seconds step, WallTime from);

    [[nodiscard]] std::size_t bytes() const;

private:
    struct Cached
    {
        HeatBlockKey key;
        PackedBlock block; ///< nullptr: known not to exist
    };

    void remember(const HeatBlockKey& key, PackedBlock block);
    void forgetCached(const HeatBlockKey& key);

    metadata::HeatBlockStore& m_store;
    Log& m_log;
    const std::size_t m_cacheLimit;
    std::map<HeatBlockKey, PackedBlock> m_memory;
    std::map<HeatBlockKey, PackedBlock> m_pending;
    std::map<std::chrono::seconds, WallTime> m_expired;
    std::list<Cached> m_recent; ///< most recently used first
    std::map<HeatBlockKey, std::list<Cached>::iterator> m_cached;
    std::size_t m_cacheBytes = 0;
    std::size_t m_memoryBytes = 0;
    std::size_t m_pendingBytes = 0;
};

} // namespace isotherm::heat
