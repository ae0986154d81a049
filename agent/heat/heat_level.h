// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/heat/block_archive.h"
#include "agent/heat/heat_block.h"
#include "agent/heat/log_codec.h"
#include "shared/base/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace isotherm::heat
{

/// One of the resolutions in which heat is kept.
struct Resolution
{
    std::chrono::seconds step{1};
    std::chrono::seconds reach{0}; ///< how far back
    BlockArchive::Keep keep = BlockArchive::Keep::OnDisk;
};

/// A cell's place in the blocks, and what it is to the reader.
struct SlotRow
{
    std::uint32_t slot = 0;
    std::size_t row = 0;
};

/// Which buckets of which metric: [first, last).
struct BucketRange
{
    std::size_t metric = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// A measured value for the current bucket: `weight` seconds of it had this mean.
struct Measured
{
    std::uint32_t slot = 0;
    std::size_t metric = 0;
    float mean = 0;
    float max = 0;
    float weight = 0;
};

/// The history of one resolution: the current bucket as sums, the block that it is in as codes, the
/// blocks before in the archive. A bucket is numbered by its start divided by the step. Not
/// thread-safe.
class HeatLevel
{
public:
    HeatLevel(Resolution resolution, const LogCodec& codec, BlockArchive& archive);

    [[nodiscard]] const Resolution& resolution() const { return m_resolution; }
    [[nodiscard]] std::int64_t bucketOf(WallTime time) const;
    [[nodiscard]] WallTime startOf(std::int64_t bucket) const;
    /// The bucket that is being filled; nullopt before the first.
    [[nodiscard]] std::optional<std::int64_t> current() const { return m_current; }

    /// Takes up what the archive has, from the block that starts at `newest` on back.
    [[nodiscard]] Status restore(WallTime newest, std::size_t slots);

    /// Makes `bucket` the current one: those before it are finished. Never goes back.
    void moveTo(std::int64_t bucket);
    /// Precondition: there is a current bucket.
    void add(const Measured& value);
    /// Makes `bucket` the current one again and forgets everything from it on.
    [[nodiscard]] Status goBackTo(std::int64_t bucket);

    /// Hands the finished buckets of the open block to the archive.
    void saveOpenBlock();
    [[nodiscard]] std::size_t finishedSinceSaved() const { return m_unsaved; }

    /// Called with a row, the first bucket, and consecutive codes (mean, max) from there on.
    using Sink = std::function<void(std::size_t row, std::int64_t bucket,
                                    std::span<const std::uint16_t> mean,
                                    std::span<const std::uint16_t> max)>;
    /// Rows without data are not called for. `slots` is sorted by slot.
    [[nodiscard]] Status read(const BucketRange& range, std::span<const SlotRow> slots,
                              const Sink& sink) const;

    [[nodiscard]] std::size_t bytes() const;

private:
    struct Sum
    {
        double weighted = 0; ///< thousands of samples go into an hour
        float weight = 0;
        float max = 0;
    };
    using Group = std::array<std::unique_ptr<HeatBlockBuffer>, kMetrics>;

    [[nodiscard]] static std::int64_t blockOf(std::int64_t bucket);
    [[nodiscard]] HeatBlockKey keyOf(std::int64_t block, std::size_t metric,
                                     std::size_t group) const;
    [[nodiscard]] HeatBlockBuffer& buffer(std::size_t metric, std::uint32_t slot);
    [[nodiscard]] Status loadBlock(std::int64_t block, std::size_t slots);
    [[nodiscard]] std::optional<CellBuckets> openCell(std::size_t metric, std::uint32_t slot) const;
    void finishCurrent();
    void sealOpenBlock();
    void dropSums();
    [[nodiscard]] static float meanOf(const Sum& sum);

    const Resolution m_resolution;
    const LogCodec& m_codec;
    BlockArchive& m_archive;
    std::optional<std::int64_t> m_current;
    std::vector<Group> m_open;                     ///< by group; made when first written
    std::array<std::vector<Sum>, kMetrics> m_sums; ///< by slot, of the current bucket
    std::size_t m_unsaved = 0;
};

} // namespace isotherm::heat
