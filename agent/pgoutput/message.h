// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

/// PostgreSQL's logical replication messages as plain values ("Logical Replication Message
/// Formats"). Views point into the bytes that were decoded.
namespace isotherm::pgoutput
{

enum class MessageKind : char {
    Begin = 'B',
    Commit = 'C',
    Origin = 'O',
    Relation = 'R',
    Type = 'Y',
    Insert = 'I',
    Update = 'U',
    Delete = 'D',
    Truncate = 'T',
    Logical = 'M', ///< of pg_logical_emit_message()
    StreamStart = 'S',
    StreamStop = 'E',
    StreamCommit = 'c',
    StreamAbort = 'A',
};

enum class ValueKind : char { Null = 'n', Unchanged = 'u', Text = 't', Binary = 'b' };

struct Value
{
    ValueKind kind = ValueKind::Null;
    std::string_view bytes;
};

using Tuple = std::vector<Value>;

/// 'K': the key's columns have values, the others' mean nothing. 'O': all of them.
enum class OldTuple : char { None = 0, Key = 'K', Full = 'O' };

struct Column
{
    bool key = false;
    std::string_view name;
    std::uint32_t type = 0;
    std::int32_t modifier = -1;
};

/// Which members mean something depends on the kind; the rest keep old values. Reused from message
/// to message, so that rows cost no allocation.
struct Message
{
    MessageKind kind = MessageKind::Begin;
    /// Begin, Stream…: the transaction. In a stream block: the (sub)transaction of a change. Else
    /// 0.
    std::uint32_t xid = 0;
    std::uint32_t subxid = 0; ///< StreamAbort
    bool first = false;       ///< StreamStart: the first block of its transaction
    std::uint64_t lsn = 0;    ///< Begin, (Stream)Commit: of the commit; Logical: its own; Origin
    std::uint64_t endLsn = 0; ///< (Stream)Commit
    std::int64_t time = 0;    ///< microseconds since 2000-01-01; may be 0 for replicated commits

    std::uint32_t relation = 0;           ///< object id: Relation, Insert, Update, Delete
    std::vector<std::uint32_t> relations; ///< Truncate
    bool cascade = false;                 ///< Truncate
    bool restartIdentity = false;         ///< Truncate
    std::string_view schema;              ///< Relation, Type
    std::string_view name;                ///< Relation, Type, Origin
    char replicaIdentity = 'd';           ///< Relation: pg_class.relreplident
    std::vector<Column> columns;          ///< Relation
    std::uint32_t type = 0;               ///< Type: its object id
    OldTuple oldTuple = OldTuple::None;   ///< Update, Delete
    Tuple oldValues;                      ///< Update, Delete
    Tuple newValues;                      ///< Insert, Update
    bool transactional = false;           ///< Logical
    std::string_view prefix;              ///< Logical
    std::string_view content;             ///< Logical
};

} // namespace isotherm::pgoutput
