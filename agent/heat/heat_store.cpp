// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/heat_store.h"

#include "agent/heat/block_archive.h"
#include "agent/heat/heat_level.h"
#include "agent/heat/heat_rows.h"
#include "agent/heat/log_codec.h"
#include "agent/heat/series_reader.h"
#include "shared/base/check.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <string>
#include <utility>

namespace isotherm::heat
{
namespace
{

using namespace std::chrono_literals;
using Keep = BlockArchive::Keep;

constexpr std::size_t kLevels = 5;
constexpr std::array<Resolution, kLevels> kResolutions = {{
    {1s, 10min, Keep::InMemory},
    {10s, 2h, Keep::OnDisk},
    {60s, 24h, Keep::OnDisk},
    {600s, 24h * 14, Keep::OnDisk},
    {3600s, 24h * 400, Keep::OnDisk},
}};

/// A resolution's open block is saved whenever this many of its buckets are finished. What a crash
/// loses of a coarse one is made again from the next finer one: in the end, a minute of 10 s
/// buckets.
constexpr std::size_t kSaveEvery = 6;

std::size_t indexOf(HeatMetric metric)
{
    return static_cast<std::size_t>(metric) - 1;
}

} // namespace

class HeatStore::Core
{
public:
    Core(metadata::HeatBlockStore& store, Log& log, HeatStoreOptions options)
        : m_store(store), m_cells(options.cells), m_archive(store, log, options.cacheBytes)
    {
        m_levels.reserve(kLevels);
        for (const Resolution& resolution : kResolutions) {
            m_levels.emplace_back(resolution, m_codec, m_archive);
        }
    }

    Status restore();
    Status record(const RateSample& sample);
    Status flush();
    Result<HeatMatrix> query(const HeatQuery& query, std::vector<HeatRow> rows) const;
    Result<std::vector<HeatSeries>> series(HeatMetric metric, const HeatSpan& span,
                                           std::span<const CellId> cells) const;
    Result<HeatPercentile> percentile(HeatMetric metric, const HeatSpan& span,
                                      std::span<const ShardId> shards, double fraction) const;
    Result<std::vector<HeatSeries>> shardSeries(HeatMetric metric, const HeatSpan& span,
                                                std::span<const ShardId> shards) const
    {
        return series(metric, span, wholesOf(shards));
    }

    std::optional<WallTime> newest() const
    {
        const std::lock_guard lock(m_mutex);
        return m_newest;
    }
    std::size_t memoryBytes() const;

private:
    Status catchUp(HeatLevel& coarse, const HeatLevel& fine);
    void addTo(HeatLevel& level, const RateSample& sample);
    Status goBackTo(WallTime time);
    Status save(bool everything);
    void knowCells(const std::vector<CellRates>& cells);
    const HeatLevel& levelFor(const HeatQuery& query) const;
    Result<const HeatLevel*> levelOf(std::chrono::seconds step) const;
    std::vector<CellId> wholesOf(std::span<const ShardId> shards) const;
    SeriesReader readerOf(const HeatLevel& level) const
    {
        return {m_codec, level, m_slots, m_cells};
    }

    metadata::HeatBlockStore& m_store;
    const CellMap* m_cells;
    const LogCodec m_codec;
    mutable std::mutex m_mutex; ///< guards what follows
    mutable BlockArchive m_archive;
    std::vector<HeatLevel> m_levels; ///< finest first
    SeriesReader::Slots m_slots;
    std::vector<metadata::HeatSlot> m_newSlots; ///< not stored yet
    std::optional<WallTime> m_newest;
};

Status HeatStore::Core::restore()
{
    ISO_ASSIGN(const auto slots, m_store.allSlots());
    std::uint32_t count = 0;
    for (const metadata::HeatSlot& slot : slots) {
        m_slots.emplace(CellId(slot.cell), slot.slot);
        count = std::max(count, slot.slot + 1);
    }
    for (std::size_t i = 1; i < kLevels; ++i) {
        ISO_ASSIGN(const auto newest, m_store.newest(kResolutions[i].step));
        if (newest) {
            ISO_TRY(m_levels[i].restore(*newest, count));
        }
        if (i > 1) {
            ISO_TRY(catchUp(m_levels[i], m_levels[i - 1]));
        }
    }
    if (const auto current = m_levels[1].current()) {
        m_newest = m_levels[1].startOf(*current);
    }
    return {};
}

/// Makes what a coarse resolution lost again from the finished buckets of the next finer one.
Status HeatStore::Core::catchUp(HeatLevel& coarse, const HeatLevel& fine)
{
    if (!fine.current()) {
        return {};
    }
    const WallTime end = fine.startOf(*fine.current());
    const WallTime begin =
        coarse.current() ? coarse.startOf(*coarse.current()) : end - fine.resolution().reach;
    const auto weight = static_cast<float>(fine.resolution().step.count());
    std::vector<SlotRow> slots;
    for (const auto& [cell, slot] : m_slots) {
        slots.push_back({slot, slot});
    }
    std::sort(slots.begin(), slots.end(),
              [](const SlotRow& a, const SlotRow& b) { return a.slot < b.slot; });
    for (std::int64_t bucket = coarse.bucketOf(begin); coarse.startOf(bucket) < end; ++bucket) {
        coarse.moveTo(bucket);
        const std::int64_t first = fine.bucketOf(std::max(begin, coarse.startOf(bucket)));
        const std::int64_t last =
            std::min(fine.bucketOf(coarse.startOf(bucket + 1)), *fine.current());
        for (std::size_t metric = 0; metric < kMetrics; ++metric) {
            const auto addAll = [&](std::size_t row, std::int64_t,
                                    std::span<const std::uint16_t> mean,
                                    std::span<const std::uint16_t> max) {
                for (std::size_t i = 0; i < mean.size(); ++i) {
                    if (mean[i] != LogCodec::kMissing) {
                        coarse.add({static_cast<std::uint32_t>(row), metric,
                                    m_codec.decode(mean[i]), m_codec.decode(max[i]), weight});
                    }
                }
            };
            ISO_TRY(fine.read({metric, first, last}, slots, addAll));
        }
    }
    return {};
}

Status HeatStore::Core::record(const RateSample& sample)
{
    const std::lock_guard lock(m_mutex);
    if (m_newest && sample.end < *m_newest) {
        ISO_TRY(goBackTo(sample.end));
    }
    m_newest = sample.end;
    knowCells(sample.cells);
    for (HeatLevel& level : m_levels) {
        addTo(level, sample);
    }
    return save(false);
}

void HeatStore::Core::addTo(HeatLevel& level, const RateSample& sample)
{
    const std::chrono::microseconds step(level.resolution().step);
    if (sample.end - sample.start > step * kBucketsPerBlock) {
        return; // says nothing at such a fine resolution
    }
    for (std::int64_t bucket = level.bucketOf(sample.start); level.startOf(bucket) < sample.end;
         ++bucket) {
        if (level.current() && bucket < *level.current()) {
            continue;
        }
        const WallTime from = std::max(sample.start, level.startOf(bucket));
        const WallTime to = std::min(sample.end, level.startOf(bucket) + step);
        const auto weight = std::chrono::duration<float>(to - from).count();
        level.moveTo(bucket);
        for (const CellRates& cell : sample.cells) {
            const std::uint32_t slot = m_slots.at(cell.cell);
            for (std::size_t metric = 0; metric < kMetrics; ++metric) {
                const float rate = cell.rates[metric];
                if (rate >= 0) { // false for missing
                    level.add({slot, metric, rate, rate, weight});
                }
            }
        }
    }
}

Status HeatStore::Core::goBackTo(WallTime time)
{
    for (HeatLevel& level : m_levels) {
        ISO_TRY(level.goBackTo(level.bucketOf(time)));
    }
    return {};
}

Status HeatStore::Core::flush()
{
    const std::lock_guard lock(m_mutex);
    return save(true);
}

Status HeatStore::Core::save(bool everything)
{
    for (HeatLevel& level : m_levels) {
        const std::size_t unsaved = level.finishedSinceSaved();
        if (level.resolution().keep == Keep::OnDisk &&
            (unsaved >= kSaveEvery || (everything && unsaved > 0))) {
            level.saveOpenBlock();
        }
    }
    if (!m_archive.hasPending()) {
        return {};
    }
    // The slots first: a block without them could not be read.
    ISO_TRY(m_store.addSlots(m_newSlots));
    m_newSlots.clear();
    return m_archive.writePending();
}

void HeatStore::Core::knowCells(const std::vector<CellRates>& cells)
{
    for (const CellRates& cell : cells) {
        const auto next = static_cast<std::uint32_t>(m_slots.size());
        if (m_slots.emplace(cell.cell, next).second) {
            m_newSlots.push_back({cell.cell.get(), next});
        }
    }
}

/// The finest that fits the limit and reaches back far enough; else the coarsest.
const HeatLevel& HeatStore::Core::levelFor(const HeatQuery& query) const
{
    const WallTime newest = std::max(m_newest.value_or(query.to), query.from);
    for (const HeatLevel& level : m_levels) {
        const auto [step, reach, keep] = level.resolution();
        const auto columns = (query.to - query.from + step - 1us) / step;
        if (static_cast<std::uint64_t>(columns) <= query.columnLimit &&
            query.from >= newest - reach - step) {
            return level;
        }
    }
    return m_levels.back();
}

Result<const HeatLevel*> HeatStore::Core::levelOf(std::chrono::seconds step) const
{
    for (const HeatLevel& level : m_levels) {
        if (level.resolution().step == step) {
            return &level;
        }
    }
    return makeError(Code::InvalidArgument, "heat is not kept at this resolution");
}

std::vector<CellId> HeatStore::Core::wholesOf(std::span<const ShardId> shards) const
{
    if (m_cells != nullptr) {
        return m_cells->wholesOf(shards);
    }
    std::vector<CellId> series;
    series.reserve(shards.size());
    for (const ShardId shard : shards) {
        series.emplace_back(shard.get());
    }
    return series;
}

Result<HeatMatrix> HeatStore::Core::query(const HeatQuery& query, std::vector<HeatRow> rows) const
{
    const std::lock_guard lock(m_mutex);
    const HeatLevel& level = levelFor(query);
    const std::chrono::milliseconds bucketStep = level.resolution().step;
    // The last column is the one that `to` falls into (or ends at).
    const std::int64_t last = level.bucketOf(query.to - 1us) + 1;
    const std::int64_t buckets =
        std::max<std::int64_t>(1, (query.to - query.from + bucketStep - 1us) / bucketStep);
    const auto limit = static_cast<std::int64_t>(query.columnLimit);
    const std::int64_t perColumn = (buckets + limit - 1) / limit;
    const std::int64_t columns = (buckets + perColumn - 1) / perColumn;
    const std::int64_t first = last - columns * perColumn;

    HeatMatrix matrix;
    matrix.metric = query.metric;
    matrix.start = level.startOf(first);
    matrix.step = bucketStep * perColumn;
    matrix.columns = static_cast<std::size_t>(columns);
    matrix.forecastFrom = matrix.columns;
    matrix.rows = std::move(rows);
    ColumnSums sums(matrix, static_cast<std::size_t>(perColumn));
    std::vector<ShardId> shards;
    shards.reserve(matrix.rows.size());
    for (const HeatRow& row : matrix.rows) {
        shards.push_back(row.shard);
    }
    const auto sink = [&](std::size_t row, std::int64_t bucket, std::span<const float> mean,
                          std::span<const float> max) {
        for (std::size_t i = 0; i < mean.size(); ++i) {
            if (!std::isnan(mean[i])) {
                sums.add(row, static_cast<std::size_t>(bucket - first) + i, mean[i], max[i]);
            }
        }
    };
    ISO_TRY(readerOf(level).read({indexOf(query.metric), first, last}, wholesOf(shards), sink));
    sums.finish();
    return matrix;
}

Result<std::vector<HeatSeries>> HeatStore::Core::series(HeatMetric metric, const HeatSpan& span,
                                                        std::span<const CellId> cells) const
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(const HeatLevel* level, levelOf(span.step));
    const std::int64_t first = level->bucketOf(span.from);
    const std::int64_t last = level->bucketOf(span.to - 1us) + 1;
    HeatSeries empty{level->startOf(first), span.step, {}, {}};
    empty.mean.assign(static_cast<std::size_t>(last - first), kMissingHeat);
    empty.max = empty.mean;
    std::vector<HeatSeries> all(cells.size(), empty);
    const auto sink = [&](std::size_t row, std::int64_t bucket, std::span<const float> mean,
                          std::span<const float> max) {
        const auto at = static_cast<std::ptrdiff_t>(bucket - first);
        std::copy(mean.begin(), mean.end(), all[row].mean.begin() + at);
        std::copy(max.begin(), max.end(), all[row].max.begin() + at);
    };
    ISO_TRY(readerOf(*level).read({indexOf(metric), first, last}, cells, sink));
    return all;
}

/// Codes are in the order of rates: counting them is enough.
Result<HeatPercentile> HeatStore::Core::percentile(HeatMetric metric, const HeatSpan& span,
                                                   std::span<const ShardId> shards,
                                                   double fraction) const
{
    const std::lock_guard lock(m_mutex);
    ISO_ASSIGN(const HeatLevel* level, levelOf(span.step));
    const std::int64_t first = level->bucketOf(span.from);
    const std::int64_t last = level->bucketOf(span.to - 1us) + 1;
    std::vector<std::size_t> counts(std::size_t{1} << 16U);
    std::vector<bool> measured(static_cast<std::size_t>(std::max<std::int64_t>(0, last - first)));
    HeatPercentile result;
    const auto sink = [&](std::size_t, std::int64_t bucket, std::span<const float> mean,
                          std::span<const float>) {
        for (std::size_t i = 0; i < mean.size(); ++i) {
            if (!std::isnan(mean[i])) {
                ++counts[m_codec.encode(mean[i])];
                ++result.values;
                measured[static_cast<std::size_t>(bucket - first) + i] = true;
            }
        }
    };
    ISO_TRY(readerOf(*level).read({indexOf(metric), first, last}, wholesOf(shards), sink));
    result.buckets = static_cast<std::size_t>(std::count(measured.begin(), measured.end(), true));
    const auto rank =
        static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(result.values)));
    std::size_t seen = 0;
    for (std::size_t code = 0; code < counts.size() && seen < rank; ++code) {
        seen += counts[code];
        result.rate = static_cast<double>(m_codec.decode(static_cast<std::uint16_t>(code)));
    }
    return result;
}

std::size_t HeatStore::Core::memoryBytes() const
{
    const std::lock_guard lock(m_mutex);
    std::size_t total = m_archive.bytes();
    for (const HeatLevel& level : m_levels) {
        total += level.bytes();
    }
    return total;
}

Result<std::unique_ptr<HeatStore>> HeatStore::open(metadata::HeatBlockStore& blocks, Log& log,
                                                   HeatStoreOptions options)
{
    auto core = std::make_unique<Core>(blocks, log, options);
    ISO_TRY(core->restore());
    return std::unique_ptr<HeatStore>(new HeatStore(std::move(core)));
}

HeatStore::HeatStore(std::unique_ptr<Core> core) : m_core(std::move(core)) {}

HeatStore::~HeatStore() = default;

Status HeatStore::record(const RateSample& sample)
{
    return m_core->record(sample);
}

Status HeatStore::flush()
{
    return m_core->flush();
}

Result<HeatMatrix> HeatStore::query(const HeatQuery& query,
                                    const std::vector<ShardRecord>& shards) const
{
    if (query.to <= query.from || query.columnLimit == 0) {
        return makeError(Code::InvalidArgument, "an empty span of time was asked for",
                         "give a beginning before the end, and room for a column");
    }
    if (query.metric < HeatMetric::Reads || query.metric > HeatMetric::Bytes) {
        return makeError(Code::InvalidArgument, "this is not a measured rate",
                         "ask for reads, writes, rows or bytes");
    }
    return m_core->query(query, heatRowsOf(query, shards));
}

Result<std::vector<HeatSeries>> HeatStore::series(HeatMetric metric, const HeatSpan& span,
                                                  std::span<const ShardId> shards) const
{
    ISO_CHECK(metric >= HeatMetric::Reads && metric <= HeatMetric::Bytes);
    return m_core->shardSeries(metric, span, shards);
}

Result<std::vector<HeatSeries>> HeatStore::cellSeries(HeatMetric metric, const HeatSpan& span,
                                                      std::span<const CellId> cells) const
{
    ISO_CHECK(metric >= HeatMetric::Reads && metric <= HeatMetric::Bytes);
    return m_core->series(metric, span, cells);
}

Result<HeatPercentile> HeatStore::percentile(HeatMetric metric, const HeatSpan& span,
                                             std::span<const ShardId> shards, double fraction) const
{
    ISO_CHECK(metric >= HeatMetric::Reads && metric <= HeatMetric::Bytes);
    return m_core->percentile(metric, span, shards, fraction);
}

std::optional<WallTime> HeatStore::newest() const
{
    return m_core->newest();
}

std::size_t HeatStore::memoryBytes() const
{
    return m_core->memoryBytes();
}

} // namespace isotherm::heat
