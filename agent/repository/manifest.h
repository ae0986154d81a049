// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/row_checksum.h"
#include "agent/repository/schema_history.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"
#include "shared/base/units.h"
#include "shared/model/key.h"
#include "shared/model/records.h"
#include "shared/model/sequence_value.h"
#include "shared/model/table_schema.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

/// Base: one version per row, as of one snapshot. Delta: every version between two positions.
enum class RunKind : std::uint8_t { Base = 1, Delta = 2 };

/// One immutable run object, as a manifest names it.
struct RunRef
{
    std::string object; ///< its name in the store
    RunKind kind = RunKind::Base;
    ByteCount stored;           ///< the object's exact size
    ByteCount raw;              ///< the rows as RowBatch holds them
    std::uint64_t rows = 0;     ///< distinct rows alive in it; for a base equal to `versions`
    std::uint64_t versions = 0; ///< row versions and tombstones
    /// Bounds, both inclusive: no key in the run is below `minKey` or above `maxKey`. Very long
    /// keys (over 1,024 bytes) are bounded, not exact.
    Key minKey;
    Key maxKey;
    RowChecksum checksum;
    std::string digest; ///< SHA-256 of the object, 32 bytes
    /// Delta: every commit in (firstLsn, lastLsn] that touched the range is in the run, or in one
    /// of its siblings with the same interval.
    Lsn firstLsn;
    Lsn lastLsn;
    std::uint64_t lowestTransaction = 0; ///< delta: id
    std::uint32_t truncates = 0;         ///< delta: in its index; such a run is never pruned by key
    std::uint32_t schemaVersion = 0;     ///< index into ManifestTable::versions
    std::uint32_t baseView = 0; ///< base: index into Manifest::bases, when there are several

    friend bool operator==(const RunRef&, const RunRef&) = default;
};

struct ManifestTable
{
    TableSchema schema; ///< the newest one
    /// How it came to be, oldest first, the newest included; empty: all runs have `schema`.
    std::vector<SchemaVersion> versions;
    std::uint64_t rows = 0; ///< in this manifest's range; an upper bound when `checksum` is not set
    ByteCount raw;
    /// Over the rows in this manifest's range; not set when runs are shared with another range
    /// (after a reshard), where only reading can tell.
    std::optional<RowChecksum> checksum;
    std::vector<RunRef> runs;

    friend bool operator==(const ManifestTable&, const ManifestTable&) = default;
};

/// The physical table that a manifest's rows came from, as the engine knew it.
struct LeafIdentity
{
    std::uint64_t objectId = 0;
    std::uint64_t generation = 0;
    std::string schema;
    std::string name;

    friend bool operator==(const LeafIdentity&, const LeafIdentity&) = default;
};

/// What the base runs of a part of the range show.
struct BaseView
{
    KeyRange range;
    std::string visibility; ///< of the snapshot, as the engine wrote it; empty when `cut` is set
    std::optional<Lsn> cut; ///< synthetic: every commit up to and including this one

    friend bool operator==(const BaseView&, const BaseView&) = default;
};

/// A chain of backups that could not go on: what lies between is lost for restores.
struct ChainStart
{
    std::string reason; ///< in words: "the replication slot was dropped"
    Lsn after;          ///< the last commit that the chain before holds; 0: there was none

    friend bool operator==(const ChainStart&, const ChainStart&) = default;
};

/// A chain that is complete: its shard's leaves were dropped or detached, or a table was.
struct ChainStop
{
    std::string reason; ///< in words: "dropped: DROP TABLE orders_1"
    Lsn last;           ///< nothing after this commit belongs to it

    friend bool operator==(const ChainStop&, const ChainStop&) = default;
};

/// What makes one shard restorable to one moment, and with delta runs to every commit since its
/// base. Complete in itself: it names every run needed,
/// never another manifest's.
struct Manifest
{
    std::string id; ///< set by commitManifest: "7-20261122t172325.123456z-1a2b3c4d"
    std::string clusterSystemId;
    std::string clusterName;
    std::string keyspace;
    ShardId shard;
    KeyRange range; ///< rows of its runs outside this range are not the shard's
    bool isDefault = false;
    BackupKind kind = BackupKind::Full;
    WallTime started{};
    WallTime finished{};
    WallTime asOf{}; ///< the moment that it restores to
    Lsn lsn;
    std::string visibility;              ///< the snapshot, as the engine wrote it
    std::string previousManifest;        ///< id; empty: none
    std::vector<ShardId> parents;        ///< lineage: the shards that this one was made from
    std::vector<LeafIdentity> leaves;    ///< one per table
    std::vector<std::string> notCovered; ///< what it cannot bring back, in words
    std::vector<ManifestTable> tables;
    /// Disjoint, in key order, together the range; empty: one base with `visibility`.
    std::vector<BaseView> bases;
    std::optional<ChainStart> chainStart; ///< set: history does not reach back beyond this manifest
    std::optional<ChainStop> chainStop;   ///< set: nothing comes after this manifest
    std::vector<SequenceValue> sequences; ///< of its tables, at or after its moment
    /// Synthetic fulls between its base and the last snapshot of the database; 0: the base is one.
    std::uint32_t sinceDatabase = 0;

    /// `bases`, or the one that its absence stands for.
    [[nodiscard]] std::vector<BaseView> baseViews() const;
    [[nodiscard]] bool hasDeltas() const;
    /// Delta runs that a restore merges into the base.
    [[nodiscard]] std::uint32_t deltas() const;
    [[nodiscard]] std::uint64_t rows() const;
    [[nodiscard]] ByteCount rawBytes() const;
    /// Of all its runs, also those that older manifests wrote.
    [[nodiscard]] ByteCount storedBytes() const;

    friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// What a manifest's name tells without reading it.
struct ManifestName
{
    std::string id;
    ShardId shard;
    WallTime asOf{};

    friend bool operator==(const ManifestName&, const ManifestName&) = default;
};

/// "manifest/0000000000000007/20261122t172325.123456z-1a2b3c4d"; InvalidArgument if `id` is none.
[[nodiscard]] Result<std::string> manifestObjectName(std::string_view id);
/// nullopt if `object` is not the name of a manifest.
[[nodiscard]] std::optional<ManifestName> parseManifestObjectName(std::string_view object);

/// The plaintext of a manifest object (FORMAT.md, "Manifest").
[[nodiscard]] std::string encodeManifest(const Manifest& manifest);
/// DataLoss when the bytes are not a manifest; Unimplemented when they hold a critical field that
/// this version does not know. Takes hostile bytes.
[[nodiscard]] Result<Manifest> decodeManifest(std::string_view bytes);

} // namespace isotherm::repository
