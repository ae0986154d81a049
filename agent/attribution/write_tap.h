// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/capture/change_tap.h"
#include "agent/heat/key_tracker.h"
#include "agent/topology/topology.h"
#include "shared/base/clock.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace isotherm::attribution
{

struct WriteTapOptions
{
    /// Rows a second that are looked at one by one; of more, every n-th, which then counts n times.
    std::uint64_t fullRate = 20'000;
    std::size_t batch = 512; ///< accesses handed on at a time
};

/// Writes by key: takes the partition key out of every committed row of the change stream. Costs
/// the stream about a microsecond a row, and never more than fullRate rows a second. Thread-safe;
/// changed() belongs to the stream's thread.
class WriteTap final : public capture::ChangeTap
{
public:
    WriteTap(const topology::Topology& topology, heat::KeyTracker& tracker, const Clock& clock,
             WriteTapOptions options = {});

    void changed(const engine::ChangeRelation& relation, engine::ChangeKind kind,
                 std::string_view row) override;

    /// Hands on what has been gathered: call it now and then, or an idle stream keeps its last
    /// rows.
    void flush();

    [[nodiscard]] std::uint64_t rows() const { return m_rows; }       ///< heard of
    [[nodiscard]] std::uint64_t sampled() const { return m_taken; }   ///< looked at
    [[nodiscard]] std::uint64_t unknown() const { return m_unknown; } ///< whose key was not found

private:
    /// Where the partition key is in the rows of one relation.
    struct Source
    {
        struct Part
        {
            std::size_t column = 0;
            KeyType type = KeyType::Integer;
        };
        std::string keyspace; ///< empty: of no keyspace that we know
        std::vector<engine::ChangeColumn> columns;
        std::vector<Part> parts; ///< in key order
        std::size_t fields = 0;  ///< that have to be read
    };

    [[nodiscard]] bool takeThis();
    [[nodiscard]] const Source* sourceOf(const engine::ChangeRelation& relation);
    [[nodiscard]] Source look(const engine::ChangeRelation& relation) const;
    [[nodiscard]] std::optional<Key> keyOf(const Source& source, std::string_view row) const;

    const topology::Topology& m_topology;
    heat::KeyTracker& m_tracker;
    const Clock& m_clock;
    const WriteTapOptions m_options;
    std::unordered_map<std::uint64_t, Source> m_sources; ///< by leaf
    Instant m_lookedAt{};
    Instant m_second{};        ///< the start of this second
    std::uint64_t m_heard = 0; ///< in this second
    std::uint64_t m_used = 0;
    std::uint64_t m_step = 1;    ///< every so many are taken
    std::uint64_t m_skipped = 0; ///< since the last one that was
    std::atomic<std::uint64_t> m_rows{0};
    std::atomic<std::uint64_t> m_taken{0};
    std::atomic<std::uint64_t> m_unknown{0};
    std::mutex m_mutex;
    std::map<std::string, std::vector<heat::KeyAccess>> m_gathered; ///< by keyspace
};

} // namespace isotherm::attribution
