// SPDX-License-Identifier: Apache-2.0
#include "agent/attribution/write_tap.h"

#include "shared/base/byte_io.h"
#include "shared/model/row_batch.h"

#include <algorithm>
#include <utility>

namespace isotherm::attribution
{
namespace
{

constexpr auto kLookAgain = std::chrono::seconds(1);

} // namespace

WriteTap::WriteTap(const topology::Topology& topology, heat::KeyTracker& tracker,
                   const Clock& clock, WriteTapOptions options)
    : m_topology(topology), m_tracker(tracker), m_clock(clock), m_options(options)
{
}

void WriteTap::changed(const engine::ChangeRelation& relation, engine::ChangeKind /*kind*/,
                       std::string_view row)
{
    ++m_rows;
    if (!takeThis()) {
        return;
    }
    const auto weight = static_cast<double>(m_skipped + 1);
    m_skipped = 0;
    ++m_taken;
    const Source* source = sourceOf(relation);
    const std::optional<Key> key = source == nullptr ? std::nullopt : keyOf(*source, row);
    if (!key) {
        ++m_unknown;
        return;
    }
    std::vector<heat::KeyAccess> full;
    {
        const std::lock_guard lock(m_mutex);
        std::vector<heat::KeyAccess>& gathered = m_gathered[source->keyspace];
        gathered.push_back({heat::KeyUse::Writes, *key, weight});
        if (gathered.size() < m_options.batch) {
            return;
        }
        full = std::exchange(gathered, {});
    }
    m_tracker.observe(source->keyspace, full, m_clock.wallNow());
}

/// Every row up to the full rate. Above, every n-th: n is what the last second would have needed,
/// and doubles whenever this second has had its share already.
bool WriteTap::takeThis()
{
    const Instant now = m_heard % 64 == 0 ? m_clock.now() : m_second;
    if (now - m_second >= std::chrono::seconds(1)) {
        m_step =
            std::max<std::uint64_t>(1, (m_heard + m_options.fullRate - 1) / m_options.fullRate);
        m_second = now;
        m_heard = 0;
        m_used = 0;
    }
    ++m_heard;
    if (m_skipped + 1 < m_step) {
        ++m_skipped;
        return false;
    }
    if (++m_used % m_options.fullRate == 0) {
        m_step *= 2;
    }
    return true;
}

const WriteTap::Source* WriteTap::sourceOf(const engine::ChangeRelation& relation)
{
    const auto known = m_sources.find(relation.leaf.objectId);
    if (known != m_sources.end() && !known->second.keyspace.empty() &&
        known->second.columns == relation.columns) {
        return &known->second;
    }
    // A leaf that nobody knows yet is asked for again, but not for every row.
    const Instant now = m_clock.now();
    if (known != m_sources.end() && known->second.keyspace.empty() &&
        now - m_lookedAt < kLookAgain) {
        return nullptr;
    }
    m_lookedAt = now;
    const auto [place, added] = m_sources.insert_or_assign(relation.leaf.objectId, look(relation));
    return place->second.keyspace.empty() ? nullptr : &place->second;
}

WriteTap::Source WriteTap::look(const engine::ChangeRelation& relation) const
{
    Source source;
    source.columns = relation.columns;
    for (const auto& view : m_topology.keyspaces()) {
        for (const engine::ShardLayout& shard : view->layout.shards) {
            for (std::size_t i = 0; i < shard.leaves.size(); ++i) {
                if (shard.leaves[i].objectId != relation.leaf.objectId ||
                    i >= view->layout.tables.size()) {
                    continue;
                }
                const TableSchema& table = view->layout.tables[i];
                for (std::size_t k = 0; k < table.partitionKeyColumns; ++k) {
                    const std::string& name = table.columns[table.key[k].column].name;
                    const auto column = std::find_if(
                        relation.columns.begin(), relation.columns.end(),
                        [&name](const engine::ChangeColumn& one) { return one.name == name; });
                    if (column == relation.columns.end() ||
                        column->encoding != ValueEncoding::Binary) {
                        return source;
                    }
                    const auto at =
                        static_cast<std::size_t>(std::distance(relation.columns.begin(), column));
                    source.parts.push_back({at, table.key[k].type});
                    source.fields = std::max(source.fields, at + 1);
                }
                source.keyspace = view->stored.record.name;
                return source;
            }
        }
    }
    return source;
}

std::optional<Key> WriteTap::keyOf(const Source& source, std::string_view row) const
{
    std::vector<Field> fields(source.fields);
    ByteReader reader(row);
    for (Field& field : fields) {
        field.length = static_cast<std::int32_t>(reader.takeBigEndian<std::uint32_t>());
        field.bytes = field.length > 0 ? reader.take(static_cast<std::uint64_t>(field.length))
                                       : std::string_view();
    }
    std::string key;
    for (const Source::Part& part : source.parts) {
        const Field& field = fields[part.column];
        if (field.length == kNullField) {
            appendKeyNull(key);
        } else if (field.length < 0 || !appendKeyFromBinary(key, part.type, field.bytes).ok()) {
            return std::nullopt;
        }
    }
    return reader.ok() ? std::optional(Key(std::move(key))) : std::nullopt;
}

void WriteTap::flush()
{
    std::map<std::string, std::vector<heat::KeyAccess>> gathered;
    {
        const std::lock_guard lock(m_mutex);
        gathered = std::exchange(m_gathered, {});
    }
    for (const auto& [keyspace, accesses] : gathered) {
        if (!accesses.empty()) {
            m_tracker.observe(keyspace, accesses, m_clock.wallNow());
        }
    }
}

} // namespace isotherm::attribution
