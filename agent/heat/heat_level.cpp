// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/heat_level.h"

#include "shared/base/check.h"

#include <algorithm>

namespace isotherm::heat
{
namespace
{

constexpr auto kBuckets = static_cast<std::int64_t>(kBucketsPerBlock);

std::int64_t floorDivide(std::int64_t value, std::int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

std::size_t placeIn(std::int64_t bucket)
{
    return static_cast<std::size_t>(bucket - floorDivide(bucket, kBuckets) * kBuckets);
}

} // namespace

HeatLevel::HeatLevel(Resolution resolution, const LogCodec& codec, BlockArchive& archive)
    : m_resolution(resolution), m_codec(codec), m_archive(archive)
{
}

std::int64_t HeatLevel::bucketOf(WallTime time) const
{
    return floorDivide(toUnixMicros(time), std::chrono::microseconds(m_resolution.step).count());
}

WallTime HeatLevel::startOf(std::int64_t bucket) const
{
    return fromUnixMicros(bucket * std::chrono::microseconds(m_resolution.step).count());
}

Status HeatLevel::restore(WallTime newest, std::size_t slots)
{
    const std::int64_t block = blockOf(bucketOf(newest));
    ISO_TRY(loadBlock(block, slots));
    std::size_t used = 0;
    for (const Group& group : m_open) {
        for (const auto& metric : group) {
            used = std::max(used, metric == nullptr ? 0 : metric->usedBuckets());
        }
    }
    // The bucket behind the last one that is known; that of a full block is in the next block.
    m_current = block * kBuckets + static_cast<std::int64_t>(std::min(used, kBucketsPerBlock - 1));
    if (used == kBucketsPerBlock) {
        sealOpenBlock();
        m_current = (block + 1) * kBuckets;
    }
    m_unsaved = 0;
    return {};
}

void HeatLevel::moveTo(std::int64_t bucket)
{
    if (m_current && bucket <= *m_current) {
        return;
    }
    if (m_current) {
        finishCurrent();
        if (blockOf(bucket) != blockOf(*m_current)) {
            sealOpenBlock();
            // Not across a leap: a clock that is wrong for a while must not cost the history.
            if (blockOf(bucket) == blockOf(*m_current) + 1) {
                m_archive.expire(m_resolution.step,
                                 startOf(blockOf(bucket) * kBuckets) - m_resolution.reach);
            }
        }
    }
    m_current = bucket;
}

void HeatLevel::add(const Measured& value)
{
    ISO_CHECK(m_current.has_value());
    std::vector<Sum>& sums = m_sums[value.metric];
    if (sums.size() <= value.slot) {
        sums.resize((value.slot / kCellsPerBlock + 1) * kCellsPerBlock);
    }
    Sum& sum = sums[value.slot];
    sum.weighted += static_cast<double>(value.mean) * static_cast<double>(value.weight);
    sum.weight += value.weight;
    sum.max = std::max(sum.max, value.max);
}

Status HeatLevel::goBackTo(std::int64_t bucket)
{
    if (!m_current || bucket >= *m_current) {
        return {};
    }
    dropSums();
    const std::int64_t block = blockOf(bucket);
    if (block != blockOf(*m_current)) {
        const std::size_t slots = m_sums[0].size();
        m_open.clear();
        ISO_TRY(loadBlock(block, slots));
        ISO_TRY(m_archive.forgetFrom(m_resolution.step, startOf(block * kBuckets)));
    }
    for (const Group& group : m_open) {
        for (const auto& metric : group) {
            if (metric != nullptr) {
                metric->clearFrom(placeIn(bucket));
            }
        }
    }
    m_current = bucket;
    saveOpenBlock();
    return {};
}

void HeatLevel::saveOpenBlock()
{
    m_unsaved = 0;
    for (std::size_t group = 0; group < m_open.size(); ++group) {
        for (std::size_t metric = 0; metric < kMetrics; ++metric) {
            if (const auto& open = m_open[group][metric]; open != nullptr) {
                m_archive.put(keyOf(blockOf(*m_current), metric, group), open->pack(),
                              m_resolution.keep);
            }
        }
    }
}

Status HeatLevel::read(const BucketRange& range, std::span<const SlotRow> slots,
                       const Sink& sink) const
{
    for (std::int64_t block = blockOf(range.first); block * kBuckets < range.last; ++block) {
        const std::int64_t first = std::max(range.first, block * kBuckets);
        const std::int64_t last = std::min(range.last, (block + 1) * kBuckets);
        const auto count = static_cast<std::size_t>(last - first);
        const bool open = m_current && block == blockOf(*m_current);
        PackedBlock packed;
        std::optional<std::size_t> group;
        for (const SlotRow& slot : slots) {
            std::optional<CellBuckets> cell;
            if (open) {
                cell = openCell(range.metric, slot.slot);
            } else {
                if (group != slot.slot / kCellsPerBlock) {
                    group = slot.slot / kCellsPerBlock;
                    ISO_ASSIGN(packed, m_archive.get(keyOf(block, range.metric, *group)));
                }
                if (packed != nullptr) {
                    ISO_ASSIGN(cell, unpackCell(*packed, slot.slot % kCellsPerBlock));
                }
            }
            if (cell) {
                sink(slot.row, first, std::span(cell->mean).subspan(placeIn(first), count),
                     std::span(cell->max).subspan(placeIn(first), count));
            }
        }
    }
    return {};
}

std::size_t HeatLevel::bytes() const
{
    std::size_t total = 0;
    for (const Group& group : m_open) {
        for (const auto& metric : group) {
            total += metric == nullptr ? 0 : kCellsPerBlock * sizeof(CellBuckets);
        }
    }
    for (const auto& sums : m_sums) {
        total += sums.capacity() * sizeof(Sum);
    }
    return total;
}

std::int64_t HeatLevel::blockOf(std::int64_t bucket)
{
    return floorDivide(bucket, kBuckets);
}

HeatBlockKey HeatLevel::keyOf(std::int64_t block, std::size_t metric, std::size_t group) const
{
    return {m_resolution.step, static_cast<std::uint8_t>(metric), static_cast<std::uint32_t>(group),
            startOf(block * kBuckets)};
}

HeatBlockBuffer& HeatLevel::buffer(std::size_t metric, std::uint32_t slot)
{
    const std::size_t group = slot / kCellsPerBlock;
    if (m_open.size() <= group) {
        m_open.resize(group + 1);
    }
    auto& open = m_open[group][metric];
    if (open == nullptr) {
        open = std::make_unique<HeatBlockBuffer>();
    }
    return *open;
}

Status HeatLevel::loadBlock(std::int64_t block, std::size_t slots)
{
    for (std::size_t metric = 0; metric < kMetrics; ++metric) {
        for (std::size_t slot = 0; slot < slots; slot += kCellsPerBlock) {
            ISO_ASSIGN(const PackedBlock packed,
                       m_archive.get(keyOf(block, metric, slot / kCellsPerBlock)));
            if (packed == nullptr) {
                continue;
            }
            HeatBlockBuffer& open = buffer(metric, static_cast<std::uint32_t>(slot));
            for (std::size_t cell = 0; cell < kCellsPerBlock; ++cell) {
                ISO_ASSIGN(open.cell(cell), unpackCell(*packed, cell));
            }
        }
    }
    return {};
}

/// The cell's buckets of the open block, with what is known of the current one.
std::optional<CellBuckets> HeatLevel::openCell(std::size_t metric, std::uint32_t slot) const
{
    CellBuckets cell;
    cell.mean.fill(LogCodec::kMissing);
    cell.max.fill(LogCodec::kMissing);
    const std::size_t group = slot / kCellsPerBlock;
    if (group < m_open.size() && m_open[group][metric] != nullptr) {
        cell = m_open[group][metric]->cell(slot % kCellsPerBlock);
    }
    if (slot < m_sums[metric].size() && m_sums[metric][slot].weight > 0) {
        const Sum& sum = m_sums[metric][slot];
        cell.mean[placeIn(*m_current)] = m_codec.encode(meanOf(sum));
        cell.max[placeIn(*m_current)] = m_codec.encode(sum.max);
    }
    return cell;
}

void HeatLevel::finishCurrent()
{
    const std::size_t place = placeIn(*m_current);
    for (std::size_t metric = 0; metric < kMetrics; ++metric) {
        for (std::uint32_t slot = 0; slot < m_sums[metric].size(); ++slot) {
            Sum& sum = m_sums[metric][slot];
            if (sum.weight <= 0) {
                continue;
            }
            CellBuckets& cell = buffer(metric, slot).cell(slot % kCellsPerBlock);
            const float mean = meanOf(sum);
            cell.mean[place] = m_codec.encode(mean);
            // The logarithm is what costs: at 1 s the two are the same.
            cell.max[place] = sum.max == mean ? cell.mean[place] : m_codec.encode(sum.max);
            sum = {};
        }
    }
    ++m_unsaved;
}

void HeatLevel::sealOpenBlock()
{
    saveOpenBlock();
    m_open.clear();
}

float HeatLevel::meanOf(const Sum& sum)
{
    return static_cast<float>(sum.weighted / static_cast<double>(sum.weight));
}

void HeatLevel::dropSums()
{
    for (auto& sums : m_sums) {
        std::fill(sums.begin(), sums.end(), Sum{});
    }
}

} // namespace isotherm::heat
