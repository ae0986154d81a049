// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/byte_io.h"
#include "shared/base/result.h"
#include "shared/model/key.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace isotherm::heat
{

/// A key and its weight: at least `count - error`, at most `count`.
struct HeavyKey
{
    Key key;
    double count = 0;
    double error = 0;

    [[nodiscard]] double least() const { return count - error; }
};

/// The keys with most weight in a stream: Space-Saving (Metwally, Agrawal & El Abbadi, "Efficient
/// computation of frequent and top-k elements in data streams", ICDT 2005) with weights. Of a
/// stream of total weight W every key with more than W ÷ capacity is in it, and no error is larger
/// than that. Merged as in Agarwal et al., "Mergeable summaries", PODS 2012. Not thread-safe; a
/// value.
class HeavyKeys
{
public:
    explicit HeavyKeys(std::size_t capacity) : m_capacity(capacity) {}

    void add(const Key& key, double weight);
    /// Multiplies every weight: decay.
    void scale(double factor);
    void merge(const HeavyKeys& other);
    void keepOnly(const KeyRange& range);

    /// The largest `least()` first; those that are sure to have any weight.
    [[nodiscard]] std::vector<HeavyKey> top(std::size_t limit) const;
    [[nodiscard]] std::size_t bytes() const;

    void serialize(std::string& to) const;
    /// InvalidArgument for what serialize() did not write.
    [[nodiscard]] static Result<HeavyKeys> deserialize(ByteReader& from, std::size_t capacity);

private:
    [[nodiscard]] bool lighter(std::uint32_t a, std::uint32_t b) const
    {
        return m_entries[a].count < m_entries[b].count;
    }
    void siftUp(std::size_t at);
    void siftDown(std::size_t at);
    void place(std::size_t at, std::uint32_t entry);
    void rebuild();
    /// What a key that is not here may have had at most.
    [[nodiscard]] double missingAtMost() const;

    std::size_t m_capacity;
    std::vector<HeavyKey> m_entries;
    std::vector<std::uint32_t> m_heap;   ///< entries, the lightest first
    std::vector<std::uint32_t> m_heapAt; ///< by entry
    std::unordered_map<std::string, std::uint32_t> m_index;
    double m_floor = 0; ///< what a key that was thrown out may have had at most
};

} // namespace isotherm::heat
