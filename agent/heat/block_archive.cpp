// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/block_archive.h"

#include <utility>

namespace isotherm::heat
{
namespace
{

/// What a cache entry costs beside its bytes, about.
constexpr std::size_t kEntryOverhead = 200;
/// When the metadata cannot be written for long, history is lost rather than memory exhausted.
constexpr std::size_t kPendingLimit = std::size_t{64} << 20U;

std::size_t sizeOf(const PackedBlock& block)
{
    return (block == nullptr ? 0 : block->size()) + kEntryOverhead;
}

void insert(std::map<HeatBlockKey, PackedBlock>& blocks, std::size_t& bytes,
            const HeatBlockKey& key, PackedBlock block)
{
    bytes += sizeOf(block);
    PackedBlock& place = blocks[key];
    if (place != nullptr) {
        bytes -= sizeOf(place);
    }
    place = std::move(block);
}

void eraseIf(std::map<HeatBlockKey, PackedBlock>& blocks, std::size_t& bytes, auto condition)
{
    std::erase_if(blocks, [&](const auto& entry) {
        if (condition(entry.first)) {
            bytes -= sizeOf(entry.second);
            return true;
        }
        return false;
    });
}

} // namespace

BlockArchive::BlockArchive(metadata::HeatBlockStore& store, Log& log, std::size_t cacheBytes)
    : m_store(store), m_log(log), m_cacheLimit(cacheBytes)
{
}

void BlockArchive::put(const HeatBlockKey& key, std::string packed, Keep keep)
{
    auto block = std::make_shared<const std::string>(std::move(packed));
    if (keep == Keep::InMemory) {
        insert(m_memory, m_memoryBytes, key, std::move(block));
        return;
    }
    insert(m_pending, m_pendingBytes, key, block);
    forgetCached(key);
    if (m_pendingBytes > kPendingLimit) {
        m_log.warning("heat.history.dropped",
                      "the metadata cannot be written: dropped unsaved history of heat", {});
        m_pending.clear();
        m_pendingBytes = 0;
    }
}

Result<PackedBlock> BlockArchive::get(const HeatBlockKey& key)
{
    for (const auto* blocks : {&m_memory, &m_pending}) {
        if (const auto block = blocks->find(key); block != blocks->end()) {
            return block->second;
        }
    }
    if (const auto cached = m_cached.find(key); cached != m_cached.end()) {
        m_recent.splice(m_recent.begin(), m_recent, cached->second);
        return cached->second->block;
    }
    ISO_ASSIGN(auto stored, m_store.get(key));
    PackedBlock block =
        stored ? std::make_shared<const std::string>(std::move(stored->data)) : nullptr;
    remember(key, block);
    return block;
}

Status BlockArchive::writePending()
{
    if (!m_pending.empty()) {
        std::vector<metadata::HeatBlock> blocks;
        blocks.reserve(m_pending.size());
        for (const auto& [key, block] : m_pending) {
            blocks.push_back({key, *block});
        }
        ISO_TRY(m_store.put(blocks));
        for (const auto& [key, block] : m_pending) {
            forgetCached(key);
        }
        m_pending.clear();
        m_pendingBytes = 0;
    }
    while (!m_expired.empty()) {
        ISO_TRY(m_store.prune(m_expired.begin()->first, m_expired.begin()->second));
        m_expired.erase(m_expired.begin());
    }
    return {};
}

void BlockArchive::expire(std::chrono::seconds step, WallTime before)
{
    const auto old = [&](const HeatBlockKey& key) {
        return key.step == step && key.start < before;
    };
    const std::size_t inMemory = m_memory.size();
    eraseIf(m_memory, m_memoryBytes, old);
    if (inMemory == m_memory.size()) {
        m_expired[step] = before;
    }
}

Status BlockArchive::forgetFrom(std::chrono::seconds step, WallTime from)
{
    const auto later = [&](const HeatBlockKey& key) {
        return key.step == step && key.start >= from;
    };
    eraseIf(m_memory, m_memoryBytes, later);
    eraseIf(m_pending, m_pendingBytes, later);
    std::vector<HeatBlockKey> cached;
    for (const Cached& entry : m_recent) {
        if (later(entry.key)) {
            cached.push_back(entry.key);
        }
    }
    for (const HeatBlockKey& key : cached) {
        forgetCached(key);
    }
    return m_store.forgetFrom(step, from);
}

std::size_t BlockArchive::bytes() const
{
    return m_memoryBytes + m_pendingBytes + m_cacheBytes;
}

void BlockArchive::remember(const HeatBlockKey& key, PackedBlock block)
{
    m_cacheBytes += sizeOf(block);
    m_recent.push_front({key, std::move(block)});
    m_cached[key] = m_recent.begin();
    while (m_cacheBytes > m_cacheLimit && m_recent.size() > 1) {
        m_cacheBytes -= sizeOf(m_recent.back().block);
        m_cached.erase(m_recent.back().key);
        m_recent.pop_back();
    }
}

void BlockArchive::forgetCached(const HeatBlockKey& key)
{
    const auto cached = m_cached.find(key);
    if (cached != m_cached.end()) {
        m_cacheBytes -= sizeOf(cached->second->block);
        m_recent.erase(cached->second);
        m_cached.erase(cached);
    }
}

} // namespace isotherm::heat
