// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/schema_codec.h"

#include "agent/repository/block_codec.h"
#include "agent/repository/fields.h"

namespace isotherm::repository
{
namespace
{

enum Field : std::uint32_t {
    kSchemaName = 1,
    kName,
    kColumn,
    kKeyColumn,
    kPartitionKeyColumns,
    kKeyIsUnique,
    kCompletion
};
enum ColumnField : std::uint32_t {
    kColumnName = 1,
    kTypeName,
    kEncoding,
    kNotNull,
    kCollation,
    kNumber
};
enum KeyField : std::uint32_t { kKeyIndex = 1, kKeyType };

std::string encodeColumn(const ColumnSchema& column)
{
    std::string record;
    FieldWriter writer(record);
    writer.bytes(kColumnName, Need::Critical, column.name);
    writer.bytes(kTypeName, Need::Critical, column.typeName);
    writer.integer(kEncoding, Need::Critical, static_cast<std::uint64_t>(column.encoding));
    writer.integer(kNotNull, Need::Critical, column.notNull ? 1 : 0);
    writer.bytes(kCollation, Need::Critical, column.collation);
    if (column.number != 0) {
        writer.integer(kNumber, Need::Optional, column.number);
    }
    return record;
}

Result<ColumnSchema> decodeColumn(std::string_view record)
{
    ColumnSchema column;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kColumnName:
            column.name = reader.text();
            break;
        case kTypeName:
            column.typeName = reader.text();
            break;
        case kEncoding: {
            const std::uint64_t value = reader.integer();
            if (value != 1 && value != 2) {
                return needsNewerVersion("a column has encoding " + std::to_string(value));
            }
            column.encoding = static_cast<ValueEncoding>(value);
            break;
        }
        case kNotNull:
            column.notNull = reader.integer() != 0;
            break;
        case kCollation:
            column.collation = reader.text();
            break;
        case kNumber:
            column.number = static_cast<std::uint32_t>(reader.integer());
            break;
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a column's description"));
    return column;
}

Result<KeyColumn> decodeKeyColumn(std::string_view record)
{
    KeyColumn key;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kKeyIndex: {
            const std::uint64_t index = reader.integer();
            if (index >= kMostColumns) {
                reader.malformed();
            }
            key.column = static_cast<std::uint32_t>(index);
            break;
        }
        case kKeyType: {
            const std::uint64_t type = reader.integer();
            if (type < static_cast<std::uint64_t>(KeyType::Integer) ||
                type > static_cast<std::uint64_t>(KeyType::Opaque)) {
                return needsNewerVersion("a key column has type " + std::to_string(type));
            }
            key.type = static_cast<KeyType>(type);
            break;
        }
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a key column's description"));
    return key;
}

} // namespace

std::string encodeSchema(const TableSchema& schema)
{
    std::string record;
    FieldWriter writer(record);
    writer.bytes(kSchemaName, Need::Critical, schema.schema);
    writer.bytes(kName, Need::Critical, schema.name);
    for (const ColumnSchema& column : schema.columns) {
        writer.bytes(kColumn, Need::Critical, encodeColumn(column));
    }
    for (const KeyColumn& key : schema.key) {
        std::string nested;
        FieldWriter nestedWriter(nested);
        nestedWriter.integer(kKeyIndex, Need::Critical, key.column);
        nestedWriter.integer(kKeyType, Need::Critical, static_cast<std::uint64_t>(key.type));
        writer.bytes(kKeyColumn, Need::Critical, nested);
    }
    writer.integer(kPartitionKeyColumns, Need::Critical, schema.partitionKeyColumns);
    writer.integer(kKeyIsUnique, Need::Critical, schema.keyIsUnique ? 1 : 0);
    for (const std::string& statement : schema.completion) {
        writer.bytes(kCompletion, Need::Optional, statement);
    }
    return record;
}

Result<TableSchema> decodeSchema(std::string_view record)
{
    TableSchema schema;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kSchemaName:
            schema.schema = reader.text();
            break;
        case kName:
            schema.name = reader.text();
            break;
        case kColumn: {
            ISO_ASSIGN(ColumnSchema column, decodeColumn(reader.bytes()));
            schema.columns.push_back(std::move(column));
            break;
        }
        case kKeyColumn: {
            ISO_ASSIGN(const KeyColumn key, decodeKeyColumn(reader.bytes()));
            schema.key.push_back(key);
            break;
        }
        case kPartitionKeyColumns:
            schema.partitionKeyColumns = static_cast<std::uint32_t>(reader.integer());
            break;
        case kKeyIsUnique:
            schema.keyIsUnique = reader.integer() != 0;
            break;
        case kCompletion:
            schema.completion.push_back(reader.text());
            break;
        default:
            reader.unknown();
        }
        if (schema.columns.size() > kMostColumns || schema.key.size() > kMostColumns) {
            reader.malformed();
        }
    }
    ISO_TRY(reader.status("a table's description"));
    for (const KeyColumn& key : schema.key) {
        if (key.column >= schema.columns.size()) {
            return malformedBytes("a table's description: a key column");
        }
    }
    if (schema.partitionKeyColumns > schema.key.size()) {
        return malformedBytes("a table's description: the partition key");
    }
    return schema;
}

std::string encodeChecksum(const RowChecksum& checksum)
{
    std::string bytes;
    appendBigEndian(bytes, checksum.high());
    appendBigEndian(bytes, checksum.low());
    appendBigEndian(bytes, checksum.rows());
    return bytes;
}

std::optional<RowChecksum> decodeChecksum(std::string_view bytes)
{
    if (bytes.size() != 3 * sizeof(std::uint64_t)) {
        return std::nullopt;
    }
    return RowChecksum(loadBigEndian<std::uint64_t>(bytes.data() + 16),
                       loadBigEndian<std::uint64_t>(bytes.data()),
                       loadBigEndian<std::uint64_t>(bytes.data() + 8));
}

} // namespace isotherm::repository
