// SPDX-License-Identifier: Apache-2.0
#include "agent/heat/series_reader.h"

#include "agent/heat/heat_block.h"
#include "shared/model/heat_matrix.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace isotherm::heat
{
namespace
{

constexpr auto kBuckets = static_cast<std::int64_t>(kBucketsPerBlock);
/// Reshards of reshards: what is older than that many is not worth its time.
constexpr int kGenerations = 64;

/// What a series inherits for one bucket.
struct Inherited
{
    double mean = 0;
    double max = 0;
    bool any = false;
    bool missing = false; ///< a part of it was not measured
};

} // namespace

Status SeriesReader::read(const BucketRange& range, std::span<const CellId> series,
                          const Sink& sink) const
{
    const std::vector<CellLineage> lineages =
        m_cells == nullptr ? std::vector<CellLineage>(series.size()) : m_cells->lineagesOf(series);
    for (std::int64_t first = range.first; first < range.last;) {
        const std::int64_t block = first / kBuckets - (first % kBuckets < 0 ? 1 : 0);
        const std::int64_t last = std::min(range.last, (block + 1) * kBuckets);
        ISO_ASSIGN(const Values values,
                   load({range.metric, first, last}, series, lineages, kGenerations));
        for (std::size_t row = 0; row < series.size(); ++row) {
            const std::size_t at = row * values.buckets;
            sink(row, first, std::span(values.mean).subspan(at, values.buckets),
                 std::span(values.max).subspan(at, values.buckets));
        }
        first = last;
    }
    return {};
}

Result<SeriesReader::Values> SeriesReader::load(const BucketRange& range,
                                                std::span<const CellId> series,
                                                std::span<const CellLineage> lineages,
                                                int depth) const
{
    Values values;
    values.buckets = static_cast<std::size_t>(range.last - range.first);
    values.mean.assign(series.size() * values.buckets, kMissingHeat);
    values.max = values.mean;
    std::vector<SlotRow> slots;
    slots.reserve(series.size());
    for (std::size_t row = 0; row < series.size(); ++row) {
        if (const auto slot = m_slots.find(series[row]); slot != m_slots.end()) {
            slots.push_back({slot->second, row});
        }
    }
    std::sort(slots.begin(), slots.end(),
              [](const SlotRow& a, const SlotRow& b) { return a.slot < b.slot; });
    const auto decode = [&](std::size_t row, std::int64_t bucket,
                            std::span<const std::uint16_t> mean,
                            std::span<const std::uint16_t> max) {
        const std::size_t at =
            row * values.buckets + static_cast<std::size_t>(bucket - range.first);
        for (std::size_t i = 0; i < mean.size(); ++i) {
            values.mean[at + i] = m_codec.decode(mean[i]);
            values.max[at + i] = m_codec.decode(max[i]);
        }
    };
    ISO_TRY(m_level.read(range, slots, decode));
    if (depth > 0) {
        ISO_TRY(inherit(range, lineages, depth, values));
    }
    return values;
}

/// Fills what is missing from before a series was born.
Status SeriesReader::inherit(const BucketRange& range, std::span<const CellLineage> lineages,
                             int depth, Values& values) const
{
    std::vector<std::size_t> heirs;
    std::vector<CellId> origins;
    for (std::size_t row = 0; row < lineages.size(); ++row) {
        const CellLineage& lineage = lineages[row];
        const auto own = values.mean.begin() + static_cast<std::ptrdiff_t>(row * values.buckets);
        if (lineage.origins.empty() || m_level.startOf(range.first) >= lineage.born ||
            std::none_of(own, own + static_cast<std::ptrdiff_t>(values.buckets),
                         [](float rate) { return std::isnan(rate); })) {
            continue;
        }
        heirs.push_back(row);
        for (const CellOrigin& origin : lineage.origins) {
            origins.push_back(origin.from);
        }
    }
    if (heirs.empty()) {
        return {};
    }
    const std::vector<CellLineage> older = m_cells->lineagesOf(origins);
    ISO_ASSIGN(const Values from, load(range, origins, older, depth - 1));
    std::size_t first = 0;
    for (const std::size_t row : heirs) {
        const CellLineage& lineage = lineages[row];
        for (std::size_t bucket = 0; bucket < values.buckets; ++bucket) {
            const WallTime start = m_level.startOf(range.first + static_cast<std::int64_t>(bucket));
            const std::size_t at = row * values.buckets + bucket;
            if (start >= lineage.born || !std::isnan(values.mean[at])) {
                continue;
            }
            Inherited sum;
            for (std::size_t i = 0; i < lineage.origins.size(); ++i) {
                const std::size_t source = (first + i) * values.buckets + bucket;
                const bool known = !std::isnan(from.mean[source]);
                // A range that no shard took then had no heat: nothing is missing.
                const bool unborn =
                    older[first + i].origins.empty() && start < older[first + i].born;
                sum.any = sum.any || known;
                sum.missing = sum.missing || (!known && !unborn);
                if (known) {
                    sum.mean += lineage.origins[i].share * static_cast<double>(from.mean[source]);
                    sum.max += lineage.origins[i].share * static_cast<double>(from.max[source]);
                }
            }
            if (sum.any && !sum.missing) {
                values.mean[at] = static_cast<float>(sum.mean);
                values.max[at] = static_cast<float>(sum.max);
            }
        }
        first += lineage.origins.size();
    }
    return {};
}

} // namespace isotherm::heat
