// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::heat
{

inline constexpr std::size_t kCellsPerBlock = 256;
inline constexpr std::size_t kBucketsPerBlock = 60;
inline constexpr std::size_t kMetrics = 4; ///< reads, writes, rows, bytes

/// One cell's part of a block: codes of LogCodec per bucket.
struct CellBuckets
{
    std::array<std::uint16_t, kBucketsPerBlock> mean;
    std::array<std::uint16_t, kBucketsPerBlock> max;
};

/// One metric of 256 cells over 60 buckets, open for writing.
class HeatBlockBuffer
{
public:
    HeatBlockBuffer(); ///< all missing

    [[nodiscard]] CellBuckets& cell(std::size_t index) { return m_cells[index]; }
    [[nodiscard]] const CellBuckets& cell(std::size_t index) const { return m_cells[index]; }
    /// Makes the buckets from `first` on missing.
    void clearFrom(std::size_t first);
    /// The first bucket behind the last one in which any cell has a value.
    [[nodiscard]] std::size_t usedBuckets() const;

    /// The packed form; HEAT.md has the layout.
    [[nodiscard]] std::string pack() const;

private:
    std::vector<CellBuckets> m_cells;
};

/// Reads one cell out of a packed block without unpacking the others. DataLoss is never given:
/// these bytes have no checksum; Internal when they are not such a block.
[[nodiscard]] Result<CellBuckets> unpackCell(std::string_view packed, std::size_t cell);

} // namespace isotherm::heat
