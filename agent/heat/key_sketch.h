// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/heavy_keys.h"
#include "agent/heat/key_sample.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/model/key.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::heat
{

/// Which accesses.
enum class KeyUse : std::uint8_t { Reads = 1, Writes = 2, All = 3 };

/// A key and its part of a shard's accesses.
struct KeyShare
{
    Key key;
    double share = 0;  ///< at least this
    double atMost = 0; ///< at most this
    double reads = 0;  ///< of `share`: its part that is reads, in [0, 1]
};

/// A place where a shard could be cut: keys that are, or were, there.
struct KeyQuantile
{
    Key key;
    double below = 0; ///< the part of the accesses at keys below this one
    double at = 0;    ///< the part at this very key
};

struct KeySketchOptions
{
    std::chrono::milliseconds halfLife = std::chrono::minutes(5);
    std::uint64_t seed = 1; ///< equal seeds and observations give equal sketches
};

/// Which keys of one shard are used, and how much, lately: an access counts half after each half
/// life. Reads and writes are kept apart. Memory is bounded, at most 130 kB beside long keys: a
/// weighted sample of 512 accesses (KeySample) for ranks and cut points, off by 2.2 % (one standard
/// deviation); and Space-Saving (HeavyKeys) over 256 keys, exact to 1/256, for the top keys.
///
/// Decay is forward decay (Cormode et al., ICDE 2009): what was added stays as it is, later
/// accesses weigh more. So sketches can be merged, whatever their times. Not thread-safe; a value.
class KeySketch
{
public:
    static constexpr std::size_t kSampled = 512;
    static constexpr std::size_t kTopKeys = 256;

    explicit KeySketch(KeySketchOptions options = {});

    /// An access that stands for `weight` ones (1 ÷ the sampling rate). `use` is Reads or Writes.
    /// When the time goes back by far the past is forgotten.
    void add(KeyUse use, const Key& key, double weight, WallTime when);

    /// FailedPrecondition when the half lives differ.
    [[nodiscard]] Status merge(const KeySketch& other);
    /// Forgets the keys outside of `range`: what a child of a split shard begins with.
    void keepOnly(const KeyRange& range);

    /// The accesses of the last moments, decayed, as of `now`.
    [[nodiscard]] double weight(KeyUse use, WallTime now) const;
    /// Accesses a second lately, as observed (what was not sampled is in the weights).
    [[nodiscard]] double rate(KeyUse use, WallTime now) const;
    /// The time of the newest access.
    [[nodiscard]] WallTime newest() const { return m_newest; }
    [[nodiscard]] std::chrono::milliseconds halfLife() const { return m_options.halfLife; }
    /// How many were added, ever: below a few hundred, nothing should be decided from it.
    [[nodiscard]] std::uint64_t observations(KeyUse use) const;

    /// The keys with the largest shares, largest first.
    [[nodiscard]] std::vector<KeyShare> top(KeyUse use, std::size_t limit = kTopKeys) const;

    /// At most `count` keys, ascending, which cut the accesses into parts as equal as the keys
    /// allow; the first key is left out (nothing is below it).
    [[nodiscard]] std::vector<KeyQuantile> quantiles(KeyUse use, std::size_t count) const;
    /// The part of the accesses at keys below `key`; nullopt: none are known.
    [[nodiscard]] std::optional<double> below(KeyUse use, const Key& key) const;

    /// The sampled keys in key order with what they stand for; adding up to 1.
    [[nodiscard]] std::vector<WeightedKey> keys(KeyUse use) const;

    [[nodiscard]] std::size_t bytes() const;

    /// HEAT.md has the form.
    [[nodiscard]] std::string serialize() const;
    /// DataLoss when the checksum fails, InvalidArgument for what is no sketch.
    [[nodiscard]] static Result<KeySketch> deserialize(std::string_view bytes);

private:
    struct Stream
    {
        KeySample sample{kSampled};
        HeavyKeys heavy{kTopKeys};
        double total = 0; ///< like HeavyKeys, as of the landmark
        std::uint64_t observations = 0;
    };

    /// Half lives from the landmark to `when`.
    [[nodiscard]] double ages(WallTime when) const;
    void moveLandmark(WallTime to);
    void forget(WallTime from);
    [[nodiscard]] double random();
    [[nodiscard]] Stream& stream(KeyUse use);
    [[nodiscard]] const Stream& stream(KeyUse use) const;

    KeySketchOptions m_options;
    std::uint64_t m_state; ///< of the random numbers
    WallTime m_landmark{}; ///< an access at this moment weighs 1
    WallTime m_first{};    ///< the first and the newest access
    WallTime m_newest{};
    std::array<Stream, 2> m_streams; ///< reads, writes
};

} // namespace isotherm::heat
