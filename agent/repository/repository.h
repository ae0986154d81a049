// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/crypto.h"
#include "agent/repository/delta_writer.h"
#include "agent/repository/history.h"
#include "agent/repository/manifest.h"
#include "agent/repository/run_writer.h"
#include "agent/repository/table_reader.h"
#include "agent/repository/verify.h"
#include "agent/storage/object_store.h"
#include "shared/base/clock.h"
#include "shared/base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace isotherm::repository
{

enum class Access { ReadOnly, ReadWrite };

/// How dear it is to try passphrases: memory 128 · blockSize · 2^logN bytes, time proportional.
struct ScryptCost
{
    std::uint32_t logN = 16;
    std::uint32_t blockSize = 8;
    std::uint32_t parallel = 1;
};

struct RepositoryOptions
{
    const Clock& clock; ///< must outlive the repository
    Access access = Access::ReadWrite;
    std::string owner = "isotherm"; ///< shown to whoever finds the repository locked
    ScryptCost cost = {};           ///< for passphrases set by create and changePassphrase
};

struct RepositoryUsage
{
    std::uint64_t runs = 0;
    std::uint64_t manifests = 0;
    ByteCount bytes; ///< of all objects
};

/// Which objects that no manifest names are garbage.
struct GarbageOptions
{
    /// Younger objects are left alone, by the time in their names.
    std::chrono::seconds minAge{0};
    /// How long an object must have been marked before it is deleted: longer than any reader in
    /// another process takes. 0: mark and delete in one call (right after start, before any job).
    std::chrono::seconds grace{0};
};

struct GarbageReport
{
    std::uint32_t marked = 0;  ///< unreferenced, waiting for the grace to pass
    std::uint32_t removed = 0; ///< deleted by this call
    ByteCount removedBytes;
    std::uint32_t leftovers = 0; ///< files of interrupted writers, deleted
};

/// Which transactions to list. Reads only the parts of the tables that the commits need.
struct TransactionFilter
{
    Lsn after = {};                     ///< commits behind this
    std::optional<Lsn> upTo = {};       ///< and up to this
    std::optional<WallTime> since = {}; ///< and times from this on
    std::optional<WallTime> until = {}; ///< and before this
    std::size_t limit = 1'000'000;      ///< ResourceExhausted when there are more
};

/// Called now and then with bytes done and bytes in all.
using VerifyProgress = std::function<void(ByteCount done, ByteCount total)>;

/// An encrypted backup repository in an object store, as FORMAT.md describes it. Thread-safe.
/// The store must outlive it; writers and readers that it made must not.
class Repository
{
public:
    /// Makes a repository in an empty store and opens it for writing. AlreadyExists if there is
    /// one.
    [[nodiscard]] static Result<std::unique_ptr<Repository>>
    create(storage::ObjectStore& store, std::string_view passphrase,
           const RepositoryOptions& options);

    /// NotFound: no repository there. Unauthenticated: wrong passphrase. DataLoss: every copy of
    /// the header is damaged. FailedPrecondition: ReadWrite, and another writer has it open.
    /// Unimplemented: written by a newer version.
    [[nodiscard]] static Result<std::unique_ptr<Repository>> open(storage::ObjectStore& store,
                                                                  std::string_view passphrase,
                                                                  const RepositoryOptions& options);

    virtual ~Repository() = default;

    /// 32 hexadecimal digits.
    [[nodiscard]] virtual const std::string& id() const = 0;

    /// From its return on only the new passphrase opens the repository; no run is rewritten.
    /// A crash in the middle leaves the old one, the new one, or both working.
    [[nodiscard]] virtual Status changePassphrase(std::string_view passphrase) = 0;

    /// A key of the same life as the repository, for what belongs to it but lies elsewhere; one for
    /// each purpose. It stays when the passphrase changes.
    [[nodiscard]] virtual Result<SecretKey> deriveKey(std::string_view purpose) = 0;

    /// Unavailable when the write lock was lost.
    [[nodiscard]] virtual Status checkLock() = 0;

    [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>>
    openRunWriter(const RunOptions& options) = 0;

    /// FailedPrecondition when the table's key is not unique: such tables have full backups only.
    [[nodiscard]] virtual Result<std::unique_ptr<DeltaWriter>>
    openDeltaWriter(const DeltaOptions& options) = 0;

    /// Makes a backup: the last step, after every run is finished. Every run named must be there
    /// with its size (FailedPrecondition otherwise). The id is made here and returned;
    /// `manifest.id` is ignored. For an unchanged shard, pass the previous manifest with a new
    /// moment and kind Unchanged: no data is written.
    [[nodiscard]] virtual Result<std::string> commitManifest(const Manifest& manifest) = 0;

    /// In order of shard, then moment. Reads no manifest.
    [[nodiscard]] virtual Result<std::vector<ManifestName>>
    listManifests(std::optional<ShardId> shard) = 0;

    /// NotFound; DataLoss when it is damaged or is another manifest under a false name.
    [[nodiscard]] virtual Result<Manifest> loadManifest(std::string_view id) = 0;

    /// Forgets a backup. Its runs stay until collectGarbage finds that no manifest names them.
    [[nodiscard]] virtual Status removeManifest(std::string_view id) = 0;

    /// Deletes runs that no manifest and no living writer names. Refuses (FailedPrecondition) and
    /// deletes nothing when a manifest cannot be read, a named run is missing, or an object's time
    /// lies in the future.
    [[nodiscard]] virtual Result<GarbageReport> collectGarbage(const GarbageOptions& options) = 0;

    /// The shard at the manifest's own moment. OutOfRange if the manifest has no such table. Reads
    /// nothing yet.
    [[nodiscard]] virtual Result<std::unique_ptr<TableReader>> openTable(const Manifest& manifest,
                                                                         std::size_t table) = 0;

    /// The shard as it was after commit `moment.target` and before the next one. OutOfRange when
    /// the target lies behind the manifest. The reader's sources give OutOfRange when it lies
    /// before what the base shows, and DataLoss ("broken chain") when a value is nowhere to be
    /// found.
    [[nodiscard]] virtual Result<std::unique_ptr<TableReader>>
    openTableAt(const Manifest& manifest, std::size_t table, const ReadMoment& moment) = 0;

    /// The transactions that touched the shard, by commit, of all its tables together.
    [[nodiscard]] virtual Result<std::vector<TransactionRecord>>
    listTransactions(const Manifest& manifest, const TransactionFilter& filter) = 0;

    /// Level Present, Decodes or Checksums (see VerifyLevel). Goes on after a damage, so that all
    /// of them are found. An Error only when the store fails or `stop` was requested (Cancelled).
    [[nodiscard]] virtual Result<VerifyReport> verify(const Manifest& manifest, VerifyLevel level,
                                                      const VerifyProgress& progress,
                                                      std::stop_token stop) = 0;

    /// Checks both copies of the repository header.
    [[nodiscard]] virtual Result<VerifyReport> verifyHeader() = 0;

    /// Checks that every manifest can be read.
    [[nodiscard]] virtual Result<VerifyReport> verifyManifests(std::stop_token stop) = 0;

    /// Lists the store.
    [[nodiscard]] virtual Result<RepositoryUsage> usage() = 0;
};

} // namespace isotherm::repository
