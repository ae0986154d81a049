// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/manifest.h"

#include "agent/repository/chain_codec.h"
#include "agent/repository/compression.h"
#include "agent/repository/fields.h"
#include "agent/repository/schema_codec.h"
#include "agent/storage/object_store.h"

#include <algorithm>
#include <utility>

namespace isotherm::repository
{
namespace
{

constexpr int kContainerLevel = 3;

enum Field : std::uint32_t {
    kClusterSystemId = 1,
    kClusterName,
    kKeyspace,
    kShard,
    kRangeBegin,
    kRangeEnd,
    kIsDefault,
    kKind,
    kStarted,
    kFinished,
    kAsOf,
    kLsn,
    kVisibility,
    kPrevious,
    kParent,
    kLeaf,
    kNotCovered,
    kTable,
    kBase,
    kChainStart,
    kSinceDatabase,
    kSequence = 22,
    kChainStop
};
enum BaseField : std::uint32_t { kBaseBegin = 1, kBaseEnd, kBaseVisibility, kBaseCut };
enum VersionField : std::uint32_t { kVersionFrom = 1, kVersionSchema, kVersionOrigin };
enum OriginField : std::uint32_t { kOriginPrevious = 1, kOriginMissing };
enum LeafField : std::uint32_t { kLeafObject = 1, kLeafGeneration, kLeafSchema, kLeafName };
enum TableField : std::uint32_t {
    kTableSchema = 1,
    kTableRows,
    kTableRaw,
    kTableChecksum,
    kRun,
    kTableVersion
};
enum RunField : std::uint32_t {
    kRunObject = 1,
    kRunKind,
    kRunStored,
    kRunRaw,
    kRunRows,
    kRunVersions,
    kRunMinKey,
    kRunMaxKey,
    kRunChecksum,
    kRunDigest,
    kRunFirstLsn,
    kRunLastLsn,
    kRunTruncates,
    kRunSchemaVersion,
    kRunBaseView,
    kRunLowestTransaction
};

std::string encodeLeaf(const LeafIdentity& leaf)
{
    std::string record;
    FieldWriter writer(record);
    writer.integer(kLeafObject, Need::Optional, leaf.objectId);
    writer.integer(kLeafGeneration, Need::Optional, leaf.generation);
    writer.bytes(kLeafSchema, Need::Optional, leaf.schema);
    writer.bytes(kLeafName, Need::Optional, leaf.name);
    return record;
}

std::string encodeRun(const RunRef& run)
{
    std::string record;
    FieldWriter writer(record);
    writer.bytes(kRunObject, Need::Critical, run.object);
    writer.integer(kRunKind, Need::Critical, static_cast<std::uint64_t>(run.kind));
    writer.integer(kRunStored, Need::Critical, run.stored.get());
    writer.integer(kRunRaw, Need::Optional, run.raw.get());
    writer.integer(kRunRows, Need::Optional, run.rows);
    writer.integer(kRunVersions, Need::Optional, run.versions);
    writer.bytes(kRunMinKey, Need::Critical, run.minKey.encoded());
    writer.bytes(kRunMaxKey, Need::Critical, run.maxKey.encoded());
    writer.bytes(kRunChecksum, Need::Optional, encodeChecksum(run.checksum));
    writer.bytes(kRunDigest, Need::Optional, run.digest);
    if (run.firstLsn != Lsn() || run.lastLsn != Lsn()) {
        writer.integer(kRunFirstLsn, Need::Critical, run.firstLsn.get());
        writer.integer(kRunLastLsn, Need::Critical, run.lastLsn.get());
    }
    if (run.truncates != 0) {
        writer.integer(kRunTruncates, Need::Critical, run.truncates);
    }
    if (run.schemaVersion != 0) {
        writer.integer(kRunSchemaVersion, Need::Critical, run.schemaVersion);
    }
    if (run.lowestTransaction != 0) {
        writer.integer(kRunLowestTransaction, Need::Optional, run.lowestTransaction);
    }
    if (run.baseView != 0) {
        writer.integer(kRunBaseView, Need::Critical, run.baseView);
    }
    return record;
}

std::string encodeVersion(const SchemaVersion& version)
{
    std::string record;
    FieldWriter writer(record);
    writer.integer(kVersionFrom, Need::Critical, version.from.get());
    writer.bytes(kVersionSchema, Need::Critical, encodeSchema(version.schema));
    for (const ColumnOrigin& origin : version.origins) {
        std::string nested;
        FieldWriter nestedWriter(nested);
        if (origin.previous) {
            nestedWriter.integer(kOriginPrevious, Need::Critical, *origin.previous);
        }
        if (origin.missing) {
            nestedWriter.bytes(kOriginMissing, Need::Critical, *origin.missing);
        }
        writer.bytes(kVersionOrigin, Need::Critical, nested);
    }
    return record;
}

std::string encodeBase(const BaseView& base)
{
    std::string record;
    FieldWriter writer(record);
    writer.bytes(kBaseBegin, Need::Critical, base.range.begin.encoded());
    if (base.range.end) {
        writer.bytes(kBaseEnd, Need::Critical, base.range.end->encoded());
    }
    writer.bytes(kBaseVisibility, Need::Critical, base.visibility);
    if (base.cut) {
        writer.integer(kBaseCut, Need::Critical, base.cut->get());
    }
    return record;
}

std::string encodeTable(const ManifestTable& table)
{
    std::string record;
    FieldWriter writer(record);
    writer.bytes(kTableSchema, Need::Critical, encodeSchema(table.schema));
    writer.integer(kTableRows, Need::Optional, table.rows);
    writer.integer(kTableRaw, Need::Optional, table.raw.get());
    if (table.checksum) {
        writer.bytes(kTableChecksum, Need::Optional, encodeChecksum(*table.checksum));
    }
    for (const RunRef& run : table.runs) {
        writer.bytes(kRun, Need::Critical, encodeRun(run));
    }
    for (const SchemaVersion& version : table.versions) {
        writer.bytes(kTableVersion, Need::Critical, encodeVersion(version));
    }
    return record;
}

/// The fields that say what the manifest is about.
void encodeIdentity(const Manifest& manifest, FieldWriter& writer)
{
    writer.bytes(kClusterSystemId, Need::Optional, manifest.clusterSystemId);
    writer.bytes(kClusterName, Need::Optional, manifest.clusterName);
    writer.bytes(kKeyspace, Need::Critical, manifest.keyspace);
    writer.integer(kShard, Need::Critical, manifest.shard.get());
    writer.bytes(kRangeBegin, Need::Critical, manifest.range.begin.encoded());
    if (manifest.range.end) {
        writer.bytes(kRangeEnd, Need::Critical, manifest.range.end->encoded());
    }
    writer.integer(kIsDefault, Need::Optional, manifest.isDefault ? 1 : 0);
    writer.integer(kKind, Need::Critical, static_cast<std::uint64_t>(manifest.kind));
    writer.signedInteger(kStarted, Need::Optional, toUnixMicros(manifest.started));
    writer.signedInteger(kFinished, Need::Optional, toUnixMicros(manifest.finished));
    writer.signedInteger(kAsOf, Need::Optional, toUnixMicros(manifest.asOf));
    writer.integer(kLsn, Need::Optional, manifest.lsn.get());
    writer.bytes(kVisibility, Need::Optional, manifest.visibility);
    writer.bytes(kPrevious, Need::Optional, manifest.previousManifest);
    if (manifest.sinceDatabase > 0) {
        writer.integer(kSinceDatabase, Need::Optional, manifest.sinceDatabase);
    }
}

Result<LeafIdentity> decodeLeaf(std::string_view record)
{
    LeafIdentity leaf;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kLeafObject:
            leaf.objectId = reader.integer();
            break;
        case kLeafGeneration:
            leaf.generation = reader.integer();
            break;
        case kLeafSchema:
            leaf.schema = reader.text();
            break;
        case kLeafName:
            leaf.name = reader.text();
            break;
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a leaf in the manifest"));
    return leaf;
}

std::uint32_t takeSmall(FieldReader& reader)
{
    const std::uint64_t value = reader.integer();
    if (value > UINT32_MAX) {
        reader.malformed();
    }
    return static_cast<std::uint32_t>(value);
}

/// False when the number is none of a run.
bool takeRunField(FieldReader& reader, RunRef& run)
{
    switch (reader.field().number) {
    case kRunObject:
        run.object = reader.text();
        return true;
    case kRunStored:
        run.stored = ByteCount(reader.integer());
        return true;
    case kRunRaw:
        run.raw = ByteCount(reader.integer());
        return true;
    case kRunRows:
        run.rows = reader.integer();
        return true;
    case kRunVersions:
        run.versions = reader.integer();
        return true;
    case kRunMinKey:
        run.minKey = Key(reader.text());
        return true;
    case kRunMaxKey:
        run.maxKey = Key(reader.text());
        return true;
    case kRunDigest:
        run.digest = reader.text();
        return true;
    case kRunFirstLsn:
        run.firstLsn = Lsn(reader.integer());
        return true;
    case kRunLastLsn:
        run.lastLsn = Lsn(reader.integer());
        return true;
    case kRunTruncates:
        run.truncates = takeSmall(reader);
        return true;
    case kRunSchemaVersion:
        run.schemaVersion = takeSmall(reader);
        return true;
    case kRunLowestTransaction:
        run.lowestTransaction = reader.integer();
        return true;
    case kRunBaseView:
        run.baseView = takeSmall(reader);
        return true;
    default:
        return false;
    }
}

Result<RunRef> decodeRun(std::string_view record)
{
    RunRef run;
    FieldReader reader(record);
    while (reader.next()) {
        if (reader.field().number == kRunKind) {
            const std::uint64_t kind = reader.integer();
            if (kind != 1 && kind != 2) {
                return needsNewerVersion("a run is of kind " + std::to_string(kind));
            }
            run.kind = static_cast<RunKind>(kind);
        } else if (reader.field().number == kRunChecksum) {
            const auto checksum = decodeChecksum(reader.bytes());
            if (!checksum) {
                reader.malformed();
            }
            run.checksum = checksum.value_or(RowChecksum());
        } else if (!takeRunField(reader, run)) {
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a run in the manifest"));
    if (!storage::checkObjectName(run.object).ok()) {
        return malformedBytes("a run's name in the manifest");
    }
    return run;
}

Result<ColumnOrigin> decodeOrigin(std::string_view record)
{
    ColumnOrigin origin;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kOriginPrevious:
            origin.previous = takeSmall(reader);
            break;
        case kOriginMissing:
            origin.missing = reader.text();
            break;
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a column's origin in the manifest"));
    return origin;
}

Result<SchemaVersion> decodeVersion(std::string_view record)
{
    SchemaVersion version;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kVersionFrom:
            version.from = Lsn(reader.integer());
            break;
        case kVersionSchema: {
            ISO_ASSIGN(version.schema, decodeSchema(reader.bytes()));
            break;
        }
        case kVersionOrigin: {
            ISO_ASSIGN(ColumnOrigin origin, decodeOrigin(reader.bytes()));
            version.origins.push_back(std::move(origin));
            break;
        }
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a table's version in the manifest"));
    return version;
}

Result<BaseView> decodeBase(std::string_view record)
{
    BaseView base;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kBaseBegin:
            base.range.begin = Key(reader.text());
            break;
        case kBaseEnd:
            base.range.end = Key(reader.text());
            break;
        case kBaseVisibility:
            base.visibility = reader.text();
            break;
        case kBaseCut:
            base.cut = Lsn(reader.integer());
            break;
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a base in the manifest"));
    return base;
}

Result<ManifestTable> decodeTable(std::string_view record)
{
    ManifestTable table;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kTableSchema: {
            ISO_ASSIGN(table.schema, decodeSchema(reader.bytes()));
            break;
        }
        case kTableRows:
            table.rows = reader.integer();
            break;
        case kTableRaw:
            table.raw = ByteCount(reader.integer());
            break;
        case kTableChecksum:
            table.checksum = decodeChecksum(reader.bytes());
            if (!table.checksum) {
                reader.malformed();
            }
            break;
        case kRun: {
            ISO_ASSIGN(RunRef run, decodeRun(reader.bytes()));
            table.runs.push_back(std::move(run));
            break;
        }
        case kTableVersion: {
            ISO_ASSIGN(SchemaVersion version, decodeVersion(reader.bytes()));
            table.versions.push_back(std::move(version));
            break;
        }
        default:
            reader.unknown();
        }
    }
    ISO_TRY(reader.status("a table in the manifest"));
    for (const RunRef& run : table.runs) {
        if (run.schemaVersion >= std::max<std::size_t>(table.versions.size(), 1)) {
            return malformedBytes("a table in the manifest: a run's schema");
        }
    }
    return table;
}

/// False when the number is none of a plain field.
bool takePlainField(FieldReader& reader, Manifest& manifest)
{
    switch (reader.field().number) {
    case kClusterSystemId:
        manifest.clusterSystemId = reader.text();
        return true;
    case kClusterName:
        manifest.clusterName = reader.text();
        return true;
    case kKeyspace:
        manifest.keyspace = reader.text();
        return true;
    case kShard:
        manifest.shard = ShardId(reader.integer());
        return true;
    case kRangeBegin:
        manifest.range.begin = Key(reader.text());
        return true;
    case kRangeEnd:
        manifest.range.end = Key(reader.text());
        return true;
    case kIsDefault:
        manifest.isDefault = reader.integer() != 0;
        return true;
    case kStarted:
        manifest.started = fromUnixMicros(reader.signedInteger());
        return true;
    case kFinished:
        manifest.finished = fromUnixMicros(reader.signedInteger());
        return true;
    case kAsOf:
        manifest.asOf = fromUnixMicros(reader.signedInteger());
        return true;
    case kLsn:
        manifest.lsn = Lsn(reader.integer());
        return true;
    case kVisibility:
        manifest.visibility = reader.text();
        return true;
    case kPrevious:
        manifest.previousManifest = reader.text();
        return true;
    case kParent:
        manifest.parents.emplace_back(reader.integer());
        return true;
    case kNotCovered:
        manifest.notCovered.push_back(reader.text());
        return true;
    case kSinceDatabase:
        manifest.sinceDatabase = takeSmall(reader);
        return true;
    default:
        return false;
    }
}

} // namespace

std::vector<BaseView> Manifest::baseViews() const
{
    return bases.empty() ? std::vector<BaseView>{{range, visibility, std::nullopt}} : bases;
}

bool Manifest::hasDeltas() const
{
    return deltas() > 0;
}

std::uint32_t Manifest::deltas() const
{
    std::uint32_t count = 0;
    for (const ManifestTable& table : tables) {
        for (const RunRef& run : table.runs) {
            count += run.kind == RunKind::Delta ? 1 : 0;
        }
    }
    return count;
}

std::uint64_t Manifest::rows() const
{
    std::uint64_t sum = 0;
    for (const ManifestTable& table : tables) {
        sum += table.rows;
    }
    return sum;
}

ByteCount Manifest::rawBytes() const
{
    std::uint64_t sum = 0;
    for (const ManifestTable& table : tables) {
        sum += table.raw.get();
    }
    return ByteCount(sum);
}

ByteCount Manifest::storedBytes() const
{
    std::uint64_t sum = 0;
    for (const ManifestTable& table : tables) {
        for (const RunRef& run : table.runs) {
            sum += run.stored.get();
        }
    }
    return ByteCount(sum);
}

std::string encodeManifest(const Manifest& manifest)
{
    std::string record;
    FieldWriter writer(record);
    encodeIdentity(manifest, writer);
    for (const ShardId parent : manifest.parents) {
        writer.integer(kParent, Need::Optional, parent.get());
    }
    for (const LeafIdentity& leaf : manifest.leaves) {
        writer.bytes(kLeaf, Need::Optional, encodeLeaf(leaf));
    }
    for (const std::string& text : manifest.notCovered) {
        writer.bytes(kNotCovered, Need::Optional, text);
    }
    for (const ManifestTable& table : manifest.tables) {
        writer.bytes(kTable, Need::Critical, encodeTable(table));
    }
    for (const BaseView& base : manifest.bases) {
        writer.bytes(kBase, Need::Critical, encodeBase(base));
    }
    if (manifest.chainStart) {
        writer.bytes(kChainStart, Need::Optional, encodeChainStart(*manifest.chainStart));
    }
    for (const SequenceValue& sequence : manifest.sequences) {
        writer.bytes(kSequence, Need::Optional, encodeSequence(sequence));
    }
    if (manifest.chainStop) {
        writer.bytes(kChainStop, Need::Optional, encodeChainStop(*manifest.chainStop));
    }
    return Compression(kContainerLevel).packContainer(record);
}

Result<Manifest> decodeManifest(std::string_view bytes)
{
    ISO_ASSIGN(const std::string record, Compression(kContainerLevel).unpackContainer(bytes));
    Manifest manifest;
    FieldReader reader(record);
    while (reader.next()) {
        switch (reader.field().number) {
        case kKind: {
            const std::uint64_t kind = reader.integer();
            if (kind < 1 || kind > 3) {
                return needsNewerVersion("the manifest is of kind " + std::to_string(kind));
            }
            manifest.kind = static_cast<BackupKind>(kind);
            break;
        }
        case kLeaf: {
            ISO_ASSIGN(LeafIdentity leaf, decodeLeaf(reader.bytes()));
            manifest.leaves.push_back(std::move(leaf));
            break;
        }
        case kTable: {
            ISO_ASSIGN(ManifestTable table, decodeTable(reader.bytes()));
            manifest.tables.push_back(std::move(table));
            break;
        }
        case kBase: {
            ISO_ASSIGN(BaseView base, decodeBase(reader.bytes()));
            manifest.bases.push_back(std::move(base));
            break;
        }
        case kChainStart: {
            ISO_ASSIGN(manifest.chainStart, decodeChainStart(reader.bytes()));
            break;
        }
        case kSequence: {
            ISO_ASSIGN(SequenceValue sequence, decodeSequence(reader.bytes()));
            manifest.sequences.push_back(std::move(sequence));
            break;
        }
        case kChainStop: {
            ISO_ASSIGN(manifest.chainStop, decodeChainStop(reader.bytes()));
            break;
        }
        default:
            if (!takePlainField(reader, manifest)) {
                reader.unknown();
            }
        }
    }
    ISO_TRY(reader.status("the manifest"));
    return manifest;
}

} // namespace isotherm::repository
