// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/model/changes_service.h"

#include <cstdint>
#include <vector>

namespace isotherm::metadata
{

/// Proposed, running and finished changes of shards. Durable when a call returned. Thread-safe.
class ChangeStore
{
public:
    explicit ChangeStore(Database& database) : m_database(database) {}

    /// Gives the change its id; `change.id` is ignored.
    [[nodiscard]] Result<ChangeId> insert(const ChangeRecord& change);
    /// NotFound if there is no such change.
    [[nodiscard]] Status update(const ChangeRecord& change);
    /// NotFound if there is none.
    [[nodiscard]] Result<ChangeRecord> get(ChangeId id);
    /// Newest first.
    [[nodiscard]] Result<std::vector<ChangeRecord>> list(const ChangeFilter& filter);
    /// How many were proposed by `proposer` at `since` or later.
    [[nodiscard]] Result<std::uint32_t> countSince(const std::string& proposer, WallTime since);
    /// Forgets closed changes beyond the newest `keep`.
    [[nodiscard]] Status prune(std::size_t keep);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
