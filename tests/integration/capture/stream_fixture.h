// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/engine/change_stream.h"
#include "tests/integration/postgres/engine_fixture.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace isotherm::test
{

/// A private server that logs logically. `workMem` makes transactions stream early.
inline Result<std::unique_ptr<PgCluster>> startLogical(const std::string& workMem = "64MB")
{
    PgClusterOptions options;
    options.settings = {{"wal_level", "logical"},
                        {"max_replication_slots", "10"},
                        {"max_wal_senders", "10"},
                        {"logical_decoding_work_mem", workMem},
                        {"max_prepared_transactions", "10"},
                        {"track_commit_timestamp", "on"}};
    return PgCluster::start(options);
}

/// A change with its bytes, taken out of its batch.
struct SeenChange
{
    engine::ChangeEvent event;
    std::shared_ptr<const engine::ChangeRelation> relation;
    std::string row;
    std::string oldRow;
    engine::SchemaMarker marker;
};

/// Reads until `enough` says so, or 20 s passed.
inline Result<std::vector<SeenChange>>
readUntil(engine::ChangeStream& stream,
          const std::function<bool(const std::vector<SeenChange>&)>& enough)
{
    std::vector<SeenChange> seen;
    engine::ChangeBatch batch;
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (!enough(seen)) {
        if (std::chrono::steady_clock::now() > deadline) {
            return makeError(Code::DeadlineExceeded,
                             "the stream gave only " + std::to_string(seen.size()) + " events");
        }
        ISO_TRY(stream.next(batch, std::chrono::milliseconds(200), {}));
        for (const engine::ChangeEvent& event : batch.events) {
            if (event.kind == engine::ChangeKind::Progress) {
                continue;
            }
            SeenChange change;
            change.event = event;
            const bool isRow = event.kind <= engine::ChangeKind::Truncate &&
                               event.relation < batch.relations.size();
            if (isRow) {
                change.relation = batch.relations[event.relation];
                change.row = batch.view(event.row);
                change.oldRow = event.oldRow ? batch.view(*event.oldRow) : std::string_view();
            }
            if (event.kind == engine::ChangeKind::Marker ||
                event.kind == engine::ChangeKind::Unreadable) {
                change.marker = batch.markers[event.marker];
            }
            seen.push_back(std::move(change));
        }
    }
    return seen;
}

inline std::size_t countOf(const std::vector<SeenChange>& seen, engine::ChangeKind kind)
{
    return static_cast<std::size_t>(
        std::count_if(seen.begin(), seen.end(),
                      [kind](const SeenChange& change) { return change.event.kind == kind; }));
}

} // namespace isotherm::test
