// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/base/clock.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::metadata
{

/// Which block: one metric of one group of cells over one span of buckets.
struct HeatBlockKey
{
    std::chrono::seconds step{0}; ///< the resolution
    std::uint8_t metric = 0;
    std::uint32_t group = 0;
    WallTime start{};

    friend auto operator<=>(const HeatBlockKey&, const HeatBlockKey&) = default;
};

/// A packed block; agent/heat alone knows what the bytes mean.
struct HeatBlock
{
    HeatBlockKey key;
    std::string data;
};

/// Where a cell's values are inside the blocks: group = slot / cells per group.
struct HeatSlot
{
    std::uint64_t cell = 0;
    std::uint32_t slot = 0;
};

/// History of heat in packed blocks, never a row per sample. Thread-safe.
class HeatBlockStore
{
public:
    explicit HeatBlockStore(Database& database) : m_database(database) {}

    /// Adds or replaces all of them, or none.
    [[nodiscard]] Status put(const std::vector<HeatBlock>& blocks);
    [[nodiscard]] Result<std::optional<HeatBlock>> get(const HeatBlockKey& key);
    /// The blocks of one resolution and metric that start in [from, to).
    [[nodiscard]] Result<std::vector<HeatBlock>> list(const HeatBlockKey& from, WallTime to);
    /// The start of the newest block of a resolution.
    [[nodiscard]] Result<std::optional<WallTime>> newest(std::chrono::seconds step);
    /// Forgets the blocks of a resolution that start before `before`.
    [[nodiscard]] Status prune(std::chrono::seconds step, WallTime before);
    /// Forgets the blocks of a resolution that start at `from` or later: the clock went back.
    [[nodiscard]] Status forgetFrom(std::chrono::seconds step, WallTime from);

    [[nodiscard]] Status addSlots(const std::vector<HeatSlot>& added);
    [[nodiscard]] Result<std::vector<HeatSlot>> allSlots();

private:
    Database& m_database;
};

} // namespace isotherm::metadata
