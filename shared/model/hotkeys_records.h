// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/base/clock.h"
#include "shared/base/units.h"
#include "shared/model/key.h"

#include <cstdint>
#include <string>
#include <vector>

namespace isotherm
{

/// A key and its part of a shard's accesses lately.
struct HotKey
{
    Key key;
    std::string text;    ///< as people write it
    double share = 0;    ///< at least this, in [0, 1]
    double atMost = 0;   ///< at most this
    double readPart = 0; ///< how much of it is reads, in [0, 1]

    friend bool operator==(const HotKey&, const HotKey&) = default;
};

/// A key that is, or was, there, and what lies below it: where a shard could be cut.
struct KeyFraction
{
    Key key;
    std::string text;
    double below = 0; ///< the part of the accesses at keys below it
    double at = 0;    ///< the part at this very key

    friend bool operator==(const KeyFraction&, const KeyFraction&) = default;
};

/// A cell of a shard and its part of the shard's accesses.
struct CellShare
{
    std::string rangeText;
    double reads = 0; ///< of the shard's reads, in [0, 1]
    double writes = 0;

    friend bool operator==(const CellShare&, const CellShare&) = default;
};

/// A statement on a hot shard's tables, as the server's own statistics have it: of the whole
/// tables, not of the shard alone. The values are not in it.
struct TopStatement
{
    std::string text; ///< normalised: "select … where id = $1"
    double callsPerSecond = 0;
    double rowsPerSecond = 0;
    double timeShare = 0; ///< of the time that all statements on these tables took, in [0, 1]

    friend bool operator==(const TopStatement&, const TopStatement&) = default;
};

/// Why accesses could not be told by key, and how many per second.
struct Unattributed
{
    std::string reason; ///< "no key in the condition", …
    double perSecond = 0;

    friend bool operator==(const Unattributed&, const Unattributed&) = default;
};

/// Why a shard is hot: what is known of it by key.
struct ShardHotKeys
{
    ShardId shard;
    std::string keyspace;
    std::string rangeText;
    std::uint64_t observations = 0; ///< accesses seen by key; few: do not conclude from them
    double readsPerSecond = 0;      ///< by the server's counters, lately
    double writesPerSecond = 0;
    double observedReadsPerSecond = 0; ///< statements and rows seen by key
    double observedWritesPerSecond = 0;
    double readPart = 0;                ///< of the accesses by counters, in [0, 1]
    std::vector<HotKey> keys;           ///< largest first
    std::vector<KeyFraction> quantiles; ///< ascending
    std::vector<CellShare> cells;       ///< in key order
    std::vector<TopStatement> statements;
    std::vector<Unattributed> unattributed; ///< of the whole keyspace
    double attributedShare = 0;  ///< of the keyspace's statements that were looked at, in [0, 1]
    std::string readSource;      ///< "server log", or why there are no reads by key
    std::string writeSource;     ///< "change stream", or why there are no writes by key
    std::string statementSource; ///< "pg_stat_statements", or why there are no statements

    friend bool operator==(const ShardHotKeys&, const ShardHotKeys&) = default;
};

} // namespace isotherm
