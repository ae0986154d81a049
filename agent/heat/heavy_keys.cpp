// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/heavy_keys.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace isotherm::heat
{
namespace
{

void appendReal(std::string& to, double value)
{
    appendBigEndian(to, std::bit_cast<std::uint64_t>(value));
}

double takeReal(ByteReader& from)
{
    return std::bit_cast<double>(from.takeBigEndian<std::uint64_t>());
}

} // namespace

void HeavyKeys::add(const Key& key, double weight)
{
    const auto known = m_index.find(key.encoded());
    if (known != m_index.end()) {
        m_entries[known->second].count += weight;
        siftDown(m_heapAt[known->second]);
        return;
    }
    if (m_entries.size() < m_capacity) {
        const auto entry = static_cast<std::uint32_t>(m_entries.size());
        m_entries.push_back({key, m_floor + weight, m_floor});
        m_heap.push_back(entry);
        m_heapAt.push_back(entry);
        m_index.emplace(key.encoded(), entry);
        siftUp(entry);
        return;
    }
    // The lightest makes room; the new one may have been thrown out with as much before.
    const std::uint32_t lightest = m_heap.front();
    HeavyKey& entry = m_entries[lightest];
    m_index.erase(entry.key.encoded());
    m_floor = std::max(m_floor, entry.count);
    entry = {key, m_floor + weight, m_floor};
    m_index.emplace(key.encoded(), lightest);
    siftDown(0);
}

void HeavyKeys::place(std::size_t at, std::uint32_t entry)
{
    m_heap[at] = entry;
    m_heapAt[entry] = static_cast<std::uint32_t>(at);
}

void HeavyKeys::siftUp(std::size_t at)
{
    const std::uint32_t entry = m_heap[at];
    while (at > 0 && lighter(entry, m_heap[(at - 1) / 2])) {
        place(at, m_heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    place(at, entry);
}

void HeavyKeys::siftDown(std::size_t at)
{
    const std::uint32_t entry = m_heap[at];
    for (;;) {
        std::size_t child = 2 * at + 1;
        if (child >= m_heap.size()) {
            break;
        }
        if (child + 1 < m_heap.size() && lighter(m_heap[child + 1], m_heap[child])) {
            ++child;
        }
        if (!lighter(m_heap[child], entry)) {
            break;
        }
        place(at, m_heap[child]);
        at = child;
    }
    place(at, entry);
}

void HeavyKeys::scale(double factor)
{
    m_floor *= factor;
    for (HeavyKey& entry : m_entries) {
        entry.count *= factor;
        entry.error *= factor;
    }
}

double HeavyKeys::missingAtMost() const
{
    return m_entries.size() < m_capacity ? m_floor
                                         : std::max(m_floor, m_entries[m_heap.front()].count);
}

void HeavyKeys::merge(const HeavyKeys& other)
{
    const double ours = missingAtMost();
    const double theirs = other.missingAtMost();
    for (HeavyKey& entry : m_entries) {
        const auto found = other.m_index.find(entry.key.encoded());
        const HeavyKey add = found == other.m_index.end() ? HeavyKey{{}, theirs, theirs}
                                                          : other.m_entries[found->second];
        entry.count += add.count;
        entry.error += add.error;
    }
    for (const HeavyKey& entry : other.m_entries) {
        if (!m_index.contains(entry.key.encoded())) {
            m_entries.push_back({entry.key, entry.count + ours, entry.error + ours});
        }
    }
    m_floor = ours + theirs;
    std::sort(m_entries.begin(), m_entries.end(),
              [](const HeavyKey& a, const HeavyKey& b) { return a.count > b.count; });
    if (m_entries.size() > m_capacity) {
        m_floor = std::max(m_floor, m_entries[m_capacity].count);
        m_entries.resize(m_capacity);
    }
    rebuild();
}

void HeavyKeys::keepOnly(const KeyRange& range)
{
    const double floor = missingAtMost();
    std::erase_if(m_entries, [&](const HeavyKey& entry) { return !range.contains(entry.key); });
    m_floor = floor;
    rebuild();
}

void HeavyKeys::rebuild()
{
    m_index.clear();
    m_heap.resize(m_entries.size());
    m_heapAt.resize(m_entries.size());
    for (std::uint32_t i = 0; i < m_entries.size(); ++i) {
        m_index.emplace(m_entries[i].key.encoded(), i);
        m_heap[i] = i;
    }
    std::sort(m_heap.begin(), m_heap.end(),
              [this](std::uint32_t a, std::uint32_t b) { return lighter(a, b); });
    for (std::size_t i = 0; i < m_heap.size(); ++i) {
        place(i, m_heap[i]);
    }
}

std::vector<HeavyKey> HeavyKeys::top(std::size_t limit) const
{
    std::vector<HeavyKey> keys;
    for (const HeavyKey& entry : m_entries) {
        if (entry.least() > 0) {
            keys.push_back(entry);
        }
    }
    std::sort(keys.begin(), keys.end(), [](const HeavyKey& a, const HeavyKey& b) {
        return a.least() != b.least() ? a.least() > b.least() : a.key < b.key;
    });
    keys.resize(std::min(keys.size(), limit));
    return keys;
}

std::size_t HeavyKeys::bytes() const
{
    constexpr std::size_t kNode = sizeof(std::string) + 24; // of the index
    std::size_t total = m_entries.capacity() * sizeof(HeavyKey) + m_entries.size() * kNode +
                        m_index.bucket_count() * sizeof(void*) +
                        (m_heap.capacity() + m_heapAt.capacity()) * sizeof(std::uint32_t);
    for (const HeavyKey& entry : m_entries) {
        total += entry.key.encoded().size() > 15 ? 2 * entry.key.encoded().capacity() : 0;
    }
    return total;
}

void HeavyKeys::serialize(std::string& to) const
{
    appendReal(to, m_floor);
    appendVarint(to, m_entries.size());
    for (const HeavyKey& entry : m_entries) {
        appendReal(to, entry.count);
        appendReal(to, entry.error);
        appendSized(to, entry.key.encoded());
    }
}

Result<HeavyKeys> HeavyKeys::deserialize(ByteReader& from, std::size_t capacity)
{
    const auto unreadable = [] {
        return makeError(Code::InvalidArgument, "this is no list of heavy keys");
    };
    const auto isWeight = [](double value) { return std::isfinite(value) && value >= 0; };
    HeavyKeys keys(capacity);
    keys.m_floor = takeReal(from);
    const std::uint64_t count = from.takeVarint();
    if (!from.ok() || count > capacity || !isWeight(keys.m_floor)) {
        return unreadable();
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        HeavyKey entry;
        entry.count = takeReal(from);
        entry.error = takeReal(from);
        entry.key = Key(std::string(from.takeSized()));
        if (!from.ok() || !isWeight(entry.count) || !isWeight(entry.error) ||
            entry.error > entry.count) {
            return unreadable();
        }
        keys.m_entries.push_back(std::move(entry));
    }
    keys.rebuild();
    if (keys.m_index.size() != keys.m_entries.size()) {
        return unreadable(); // a key twice
    }
    return keys;
}

} // namespace isotherm::heat
