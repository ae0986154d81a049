// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/key_sample.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace isotherm::heat
{
namespace
{

/// So that no sum of such weights overflows.
constexpr double kLargestLog = 500.0;

void appendReal(std::string& to, double value)
{
    appendBigEndian(to, std::bit_cast<std::uint64_t>(value));
}

double takeReal(ByteReader& from)
{
    return std::bit_cast<double>(from.takeBigEndian<std::uint64_t>());
}

} // namespace

void KeySample::add(const Key& key, double logWeight, double random)
{
    const double rank = std::log(std::max(-std::log(random), 1e-300)) - logWeight;
    if (rank >= m_threshold) {
        return;
    }
    if (m_entries.size() == m_capacity && rank >= m_entries.front().rank) {
        m_threshold = rank;
        return;
    }
    m_entries.push_back({rank, logWeight, key});
    std::push_heap(m_entries.begin(), m_entries.end(), lower);
    if (m_entries.size() > m_capacity) {
        dropLargest();
    }
}

void KeySample::dropLargest()
{
    std::pop_heap(m_entries.begin(), m_entries.end(), lower);
    m_threshold = std::min(m_threshold, m_entries.back().rank);
    m_entries.pop_back();
}

void KeySample::merge(const KeySample& other)
{
    m_threshold = std::min(m_threshold, other.m_threshold);
    m_entries.insert(m_entries.end(), other.m_entries.begin(), other.m_entries.end());
    std::erase_if(m_entries, [&](const Entry& entry) { return entry.rank >= m_threshold; });
    std::make_heap(m_entries.begin(), m_entries.end(), lower);
    while (m_entries.size() > m_capacity) {
        dropLargest();
    }
}

void KeySample::keepOnly(const KeyRange& range)
{
    std::erase_if(m_entries, [&](const Entry& entry) { return !range.contains(entry.key); });
    std::make_heap(m_entries.begin(), m_entries.end(), lower);
}

/// An observation of weight w is here with probability 1 - exp(-w·t), t the threshold: it stands
/// for w ÷ that. Everything is multiplied by t, which cancels out.
std::vector<WeightedKey> KeySample::weighted() const
{
    double scale = m_threshold;
    if (std::isinf(m_threshold)) { // all of them are here
        scale = 0;
        for (const Entry& entry : m_entries) {
            scale = std::max(scale, entry.logWeight);
        }
        scale = -scale;
    }
    std::vector<WeightedKey> keys;
    keys.reserve(m_entries.size());
    double total = 0;
    for (const Entry& entry : m_entries) {
        const double weight = std::exp(std::min(entry.logWeight + scale, kLargestLog));
        const double stands = std::isinf(m_threshold) || weight > 700 ? weight
                              : weight < 1e-9                         ? 1.0
                                              : weight / -std::expm1(-weight);
        keys.push_back({entry.key, stands});
        total += stands;
    }
    std::sort(keys.begin(), keys.end(),
              [](const WeightedKey& a, const WeightedKey& b) { return a.key < b.key; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const double weight = total > 0 ? keys[i].weight / total : 0;
        if (kept > 0 && keys[kept - 1].key == keys[i].key) {
            keys[kept - 1].weight += weight;
        } else {
            if (kept != i) {
                keys[kept].key = std::move(keys[i].key);
            }
            keys[kept++].weight = weight;
        }
    }
    keys.resize(kept);
    return keys;
}

std::size_t KeySample::bytes() const
{
    std::size_t total = m_entries.capacity() * sizeof(Entry);
    for (const Entry& entry : m_entries) {
        total += entry.key.encoded().size() > 15 ? entry.key.encoded().capacity() : 0;
    }
    return total;
}

void KeySample::serialize(std::string& to) const
{
    appendReal(to, m_threshold);
    appendVarint(to, m_entries.size());
    for (const Entry& entry : m_entries) {
        appendReal(to, entry.rank);
        appendReal(to, entry.logWeight);
        appendSized(to, entry.key.encoded());
    }
}

Result<KeySample> KeySample::deserialize(ByteReader& from, std::size_t capacity)
{
    const auto unreadable = [] {
        return makeError(Code::InvalidArgument, "this is no sample of keys");
    };
    KeySample sample(capacity);
    sample.m_threshold = takeReal(from);
    const std::uint64_t count = from.takeVarint();
    if (!from.ok() || count > capacity || std::isnan(sample.m_threshold)) {
        return unreadable();
    }
    for (std::uint64_t i = 0; i < count; ++i) {
        Entry entry;
        entry.rank = takeReal(from);
        entry.logWeight = takeReal(from);
        entry.key = Key(std::string(from.takeSized()));
        if (!from.ok() || !std::isfinite(entry.rank) || !std::isfinite(entry.logWeight) ||
            entry.rank >= sample.m_threshold) {
            return unreadable();
        }
        sample.m_entries.push_back(std::move(entry));
    }
    std::make_heap(sample.m_entries.begin(), sample.m_entries.end(), lower);
    return sample;
}

} // namespace isotherm::heat
