// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// The part of the port that plans are made from: how busy the server is, how rows are spread over
/// keys, and what tables look like that are not managed yet. All of it reads only.
namespace isotherm::engine
{

/// Work that all sessions have done so far; differences tell how busy the node is.
struct NodeActivity
{
    WallTime serverTime{};
    std::chrono::microseconds worked{0}; ///< time that sessions spent executing, since the reset
};

struct SurveyRequest
{
    std::vector<std::string> tables;     ///< "orders" or "sales.orders", partitioned or not
    std::vector<std::string> keyColumns; ///< empty: the first column of the first one's primary key
};

struct SurveyedTable
{
    std::string name; ///< qualified
    std::uint64_t rows = 0;
    ByteCount size;           ///< with indexes
    std::uint32_t leaves = 1; ///< 1: not partitioned
    /// Rows that were added and not deleted since `countedSince`.
    std::int64_t grown = 0;
    bool keyIsInPrimaryKey = true; ///< its primary key contains the key columns (or it has none)
};

struct Survey
{
    std::vector<SurveyedTable> tables;
    std::vector<std::string> keyColumns;
    std::vector<KeyType> keyTypes;
    std::vector<Key> rowBounds; ///< of the first table: existing keys that cut its rows equally
    std::string boundsFrom;     ///< "statistics" or "a sample of the rows"; empty: no bounds
    bool keyAscends = false;    ///< the key's values come from a sequence: new rows are the highest
    WallTime serverTime{};
    std::optional<WallTime> countedSince;
};

/// Thread-safe.
class SurveyPort
{
public:
    virtual ~SurveyPort() = default;

    [[nodiscard]] virtual Result<NodeActivity> activity() = 0;
    /// Existing keys that cut the rows of one leaf into equal parts, ascending, its lowest and
    /// highest at the ends; empty when the server cannot tell.
    [[nodiscard]] virtual Result<std::vector<Key>> rowBounds(std::uint64_t leaf,
                                                             const std::vector<std::string>& keys,
                                                             const std::vector<KeyType>& types) = 0;
    /// NotFound for an unknown table; FailedPrecondition when the key's order cannot be encoded.
    [[nodiscard]] virtual Result<Survey> survey(const SurveyRequest& request) = 0;
};

} // namespace isotherm::engine
