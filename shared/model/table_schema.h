// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "shared/model/key.h"

#include <cstdint>
#include <string>
#include <vector>

namespace isotherm
{

/// How a column's values are written in rows and runs.
enum class ValueEncoding : std::uint8_t {
    Binary = 1, ///< the database's portable binary form: big-endian integers, text as it is, …
    Text =
        2, ///< the type's text form, for types whose binary form does not survive another database
};

/// One stored column. Generated and dropped columns are not stored and do not appear.
struct ColumnSchema
{
    std::string name;
    std::string typeName; ///< complete, as DDL writes it: "numeric(10,2)", "public.mood[]"
    ValueEncoding encoding = ValueEncoding::Binary;
    bool notNull = false;
    std::string collation; ///< schema-qualified; empty for the type's default
    /// The engine's number of the column in its table, never given to another one: what tells a
    /// renamed column from a new one. 0: not known.
    std::uint32_t number = 0;

    /// Do rows look the same in both? The number has no part in that.
    friend bool operator==(const ColumnSchema& a, const ColumnSchema& b)
    {
        return a.name == b.name && a.typeName == b.typeName && a.encoding == b.encoding &&
               a.notNull == b.notNull && a.collation == b.collation;
    }
};

/// One column of the sort key of a table's runs, in order: the partition key first, then the rest
/// of the primary key.
struct KeyColumn
{
    std::uint32_t column = 0; ///< index into TableSchema::columns
    KeyType type = KeyType::Integer;

    friend bool operator==(const KeyColumn&, const KeyColumn&) = default;
};

/// A table of a keyspace as of one moment: what a run needs to be read, and a staging table to be
/// made.
struct TableSchema
{
    std::string schema; ///< "public"
    std::string name;   ///< of the keyspace's table (the partition root), not of the leaf
    std::vector<ColumnSchema> columns;
    std::vector<KeyColumn> key;
    std::uint32_t partitionKeyColumns = 0; ///< how many of `key` are the partition key
    bool keyIsUnique = false; ///< false: the table has no primary key, runs may hold equal keys
    /// Statements of the engine that complete a table with these columns: the generated columns
    /// first, then primary key, checks, indexes. "%TABLE%" stands for the qualified name of the
    /// table, "%NAME%" for its bare name.
    std::vector<std::string> completion;

    [[nodiscard]] std::vector<KeyType> keyTypes() const;
    friend bool operator==(const TableSchema&, const TableSchema&) = default;
};

} // namespace isotherm
