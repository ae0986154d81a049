// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/metadata/database.h"
#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace isotherm::metadata
{

/// From where a cell has the history that is older than itself.
struct StoredOrigin
{
    std::uint64_t cell = 0;
    double share = 1; ///< of that cell's rates

    friend bool operator==(const StoredOrigin&, const StoredOrigin&) = default;
};

/// One series of heat; agent/heat alone knows what the roles mean.
struct StoredCell
{
    std::uint64_t id = 0;
    std::string keyspace;
    KeyRange range;
    bool isDefault = false; ///< its range says nothing
    bool isCell = true;     ///< one of the cells that make up the keyspace now
    ShardId wholeOf;        ///< the shard whose total it is; 0: of none
    WallTime born{};
    std::optional<WallTime> retired;
    std::vector<StoredOrigin> origins;

    friend bool operator==(const StoredCell&, const StoredCell&) = default;
};

/// The cells of every keyspace, present and past. Thread-safe.
class CellStore
{
public:
    explicit CellStore(Database& database) : m_database(database) {}

    /// Adds or replaces all of them, or none.
    [[nodiscard]] Status put(const std::vector<StoredCell>& cells);
    /// By id.
    [[nodiscard]] Result<std::vector<StoredCell>> all();
    /// Larger than every id that a cell, or a slot of heat, ever had.
    [[nodiscard]] Result<std::uint64_t> nextId();
    [[nodiscard]] Status remove(const std::vector<std::uint64_t>& ids);

private:
    Database& m_database;
};

} // namespace isotherm::metadata
