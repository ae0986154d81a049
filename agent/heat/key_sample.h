// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/byte_io.h"
#include "shared/base/result.h"
#include "shared/model/key.h"

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

namespace isotherm::heat
{

/// A key of a sample and what it stands for; the weights of one answer add up to 1.
struct WeightedKey
{
    Key key;
    double weight = 0;
};

/// A weighted sample of a stream of keys, from which ranks and quantiles are estimated: each
/// observation draws an exponential rank E/w and the `capacity` smallest stay (Efraimidis &
/// Spirakis, "Weighted random sampling with a reservoir", 2006; Cohen & Kaplan, "Summarizing data
/// using bottom-k sketches", PODC 2007, whose rank-conditioned weights undo the bias towards heavy
/// observations). Weights are given as logarithms, so that forward decay (Cormode, Shkapenyuk,
/// Srivastava & Xu, ICDE 2009) needs no rescaling: a later observation just has a larger one.
///
/// A rank is off by 1/(2·√capacity) (one standard deviation) at most: 2.2 % at 512. Not
/// thread-safe; a value.
class KeySample
{
public:
    explicit KeySample(std::size_t capacity) : m_capacity(capacity) {}

    /// `random` is uniform in (0, 1].
    void add(const Key& key, double logWeight, double random);
    void merge(const KeySample& other);
    void keepOnly(const KeyRange& range);

    /// In key order, equal keys added up.
    [[nodiscard]] std::vector<WeightedKey> weighted() const;
    [[nodiscard]] bool empty() const { return m_entries.empty(); }
    [[nodiscard]] std::size_t bytes() const;

    void serialize(std::string& to) const;
    /// InvalidArgument for what serialize() did not write.
    [[nodiscard]] static Result<KeySample> deserialize(ByteReader& from, std::size_t capacity);

private:
    struct Entry
    {
        double rank = 0; ///< logarithm
        double logWeight = 0;
        Key key;
    };
    static bool lower(const Entry& a, const Entry& b) { return a.rank < b.rank; }
    void dropLargest();

    std::size_t m_capacity;
    std::vector<Entry> m_entries; ///< a heap, the largest rank first
    /// Every observation with a lower rank is here.
    double m_threshold = std::numeric_limits<double>::infinity();
};

} // namespace isotherm::heat
