// SPDX-License-Identifier: Apache-2.0
#include "agent/repository/delta_writer_impl.h"
#include "agent/repository/garbage.h"
#include "agent/repository/header_store.h"
#include "agent/repository/history_reader.h"
#include "agent/repository/manifest_store.h"
#include "agent/repository/object_names.h"
#include "agent/repository/repository_impl.h"
#include "agent/repository/run_writer_impl.h"
#include "agent/repository/table_reader_impl.h"
#include "agent/repository/transaction_list.h"
#include "agent/repository/verifier.h"
#include "shared/base/byte_io.h"

#include <algorithm>
#include <set>
#include <utility>

namespace isotherm::repository
{
namespace
{

Error readOnly()
{
    return makeError(Code::FailedPrecondition, "the repository is open for reading only");
}

Status checkSchema(const TableSchema& schema)
{
    if (schema.columns.size() > kMostColumns) {
        return makeError(Code::InvalidArgument, "the table has too many columns");
    }
    for (const KeyColumn& key : schema.key) {
        if (key.column >= schema.columns.size()) {
            return makeError(Code::InvalidArgument, "a key column is not a column of the table");
        }
    }
    return {};
}

Status checkOptions(const RunOptions& options)
{
    const std::uint64_t block = options.blockSize.get();
    if (block < 1024 || block > (64ULL << 20U) || options.objectSize.get() > (1ULL << 40U) ||
        options.windowSize.get() > (64ULL << 30U) || options.compressionLevel < -7 ||
        options.compressionLevel > 19) {
        return makeError(Code::InvalidArgument, "the options for writing runs are out of range");
    }
    return checkSchema(options.schema);
}

Status checkOptions(const DeltaOptions& options)
{
    const std::uint64_t block = options.blockSize.get();
    if (block < 1024 || block > (64ULL << 20U) || options.objectSize.get() > (1ULL << 40U) ||
        options.sortMemory.get() > (64ULL << 30U) || options.compressionLevel < -7 ||
        options.compressionLevel > 19 || !(options.first < options.last)) {
        return makeError(Code::InvalidArgument, "the options for writing a delta are out of range");
    }
    if (!options.schema.keyIsUnique || options.schema.key.empty()) {
        return makeError(Code::FailedPrecondition,
                         options.schema.schema + "." + options.schema.name +
                             " has no unique key: it has full backups only",
                         "give it a primary key");
    }
    return checkSchema(options.schema);
}

} // namespace

Result<std::unique_ptr<Repository>> Repository::create(storage::ObjectStore& store,
                                                       std::string_view passphrase,
                                                       const RepositoryOptions& options)
{
    ISO_ASSIGN(std::unique_ptr<storage::StoreLock> lock, store.lockExclusive(options.owner));
    ISO_ASSIGN(RepositoryKeys keys, createHeaders(store, passphrase, options));
    return std::unique_ptr<Repository>(
        std::make_unique<RepositoryImpl>(store, std::move(keys), options, std::move(lock)));
}

Result<std::unique_ptr<Repository>> Repository::open(storage::ObjectStore& store,
                                                     std::string_view passphrase,
                                                     const RepositoryOptions& options)
{
    std::unique_ptr<storage::StoreLock> lock;
    if (options.access == Access::ReadWrite) {
        ISO_ASSIGN(lock, store.lockExclusive(options.owner));
    }
    ISO_ASSIGN(RepositoryKeys keys, openHeaders(store, passphrase));
    if (lock) {
        ISO_TRY(completeRotation(store, passphrase));
    }
    const bool writes = lock != nullptr;
    auto repository =
        std::make_unique<RepositoryImpl>(store, std::move(keys), options, std::move(lock));
    if (writes) {
        ISO_TRY(repository->removeLeftovers());
    }
    return std::unique_ptr<Repository>(std::move(repository));
}

RepositoryImpl::RepositoryImpl(storage::ObjectStore& store, RepositoryKeys keys,
                               const RepositoryOptions& options,
                               std::unique_ptr<storage::StoreLock> lock)
    : m_store(store), m_keys(std::move(keys)), m_id(toHex(m_keys.repositoryId)),
      m_clock(options.clock), m_cost(options.cost), m_lock(std::move(lock))
{
}

Status RepositoryImpl::removeLeftovers()
{
    ISO_ASSIGN(const std::uint32_t removed, m_store.removeLeftovers());
    m_leftovers = removed;
    return {};
}

Status RepositoryImpl::checkLock()
{
    return m_lock ? m_lock->check() : Status(readOnly());
}

Result<SecretKey> RepositoryImpl::deriveKey(std::string_view purpose)
{
    return hkdfKey(m_keys.dataKey, m_keys.repositoryId,
                   "isotherm derived key v1: " + std::string(purpose));
}

Status RepositoryImpl::changePassphrase(std::string_view passphrase)
{
    ISO_TRY(checkLock());
    const std::lock_guard lock(m_commitMutex);
    return rotateHeaders(m_store, m_keys, passphrase, m_cost, m_clock.wallNow());
}

Result<std::unique_ptr<RunWriter>> RepositoryImpl::openRunWriter(const RunOptions& options)
{
    ISO_TRY(checkLock());
    ISO_TRY(checkOptions(options));
    return std::unique_ptr<RunWriter>(
        std::make_unique<RunWriterImpl>(m_store, m_keys, m_clock, m_pending, options));
}

Result<std::unique_ptr<DeltaWriter>> RepositoryImpl::openDeltaWriter(const DeltaOptions& options)
{
    ISO_TRY(checkLock());
    ISO_TRY(checkOptions(options));
    return std::unique_ptr<DeltaWriter>(
        std::make_unique<DeltaWriterImpl>(m_store, m_keys, m_clock, m_pending, options));
}

Status RepositoryImpl::checkRunsPresent(const Manifest& manifest)
{
    for (const ManifestTable& table : manifest.tables) {
        for (const RunRef& run : table.runs) {
            const auto info = m_store.stat(run.object);
            if (info.ok() ? info.value().size == run.stored : info.error().code != Code::NotFound) {
                ISO_TRY(info);
                continue;
            }
            return makeError(Code::FailedPrecondition,
                             "run " + run.object + " is missing or not its size",
                             "back the shard up again");
        }
    }
    return {};
}

Result<std::string> RepositoryImpl::commitManifest(const Manifest& manifest)
{
    const std::lock_guard lock(m_commitMutex);
    ISO_TRY(checkLock());
    ISO_TRY(checkRunsPresent(manifest));
    ISO_ASSIGN(std::string id, makeManifestId(manifest.shard, manifest.asOf));
    ISO_ASSIGN(const std::string name, manifestObjectName(id));
    const Status written = writeManifest(m_store, m_keys, name, manifest, m_clock.wallNow());
    if (!written.ok()) {
        const auto found = m_store.stat(name);
        if (!found.ok() && found.error().code == Code::NotFound) {
            return written.error(); // its runs still belong to their writers
        }
    }
    // Visible, or perhaps so: from here on only the garbage collector may judge the runs.
    for (const ManifestTable& table : manifest.tables) {
        for (const RunRef& run : table.runs) {
            m_pending.remove(run.object);
        }
    }
    ISO_TRY(written);
    return id;
}

Result<std::vector<ManifestName>> RepositoryImpl::listManifests(std::optional<ShardId> shard)
{
    return repository::listManifests(m_store, shard);
}

Result<Manifest> RepositoryImpl::loadManifest(std::string_view id)
{
    return readManifest(m_store, m_keys, id);
}

Status RepositoryImpl::removeManifest(std::string_view id)
{
    const std::lock_guard lock(m_commitMutex);
    ISO_TRY(checkLock());
    ISO_ASSIGN(const std::string name, manifestObjectName(id));
    return m_store.remove(name);
}

Result<GarbageReport> RepositoryImpl::collectGarbage(const GarbageOptions& options)
{
    const std::lock_guard lock(m_commitMutex);
    ISO_TRY(checkLock());
    GarbageCollector collector(m_store, m_keys, m_pending, m_clock.wallNow());
    ISO_ASSIGN(GarbageReport report, collector.collect(options));
    report.leftovers = m_leftovers.exchange(0);
    return report;
}

Result<std::unique_ptr<TableReader>> RepositoryImpl::openTable(const Manifest& manifest,
                                                               std::size_t table)
{
    if (table >= manifest.tables.size()) {
        return makeError(Code::OutOfRange,
                         "the backup has no table number " + std::to_string(table));
    }
    const std::vector<RunRef>& runs = manifest.tables[table].runs;
    const auto isDelta = [](const RunRef& run) { return run.kind == RunKind::Delta; };
    if (manifest.bases.size() > 1 || std::any_of(runs.begin(), runs.end(), isDelta)) {
        return openTableAt(manifest, table, {});
    }
    return std::unique_ptr<TableReader>(
        std::make_unique<TableReaderImpl>(m_store, m_keys, manifest, table));
}

Result<std::unique_ptr<TableReader>>
RepositoryImpl::openTableAt(const Manifest& manifest, std::size_t table, const ReadMoment& moment)
{
    if (table >= manifest.tables.size()) {
        return makeError(Code::OutOfRange,
                         "the backup has no table number " + std::to_string(table));
    }
    auto history = std::make_unique<HistoryTable>(m_store, m_keys, manifest, table, moment);
    ISO_TRY(history->prepare());
    return std::unique_ptr<TableReader>(std::make_unique<HistoryReader>(std::move(history)));
}

Result<std::vector<TransactionRecord>>
RepositoryImpl::listTransactions(const Manifest& manifest, const TransactionFilter& filter)
{
    return repository::listTransactions(m_store, m_keys, manifest, filter);
}

Result<VerifyReport> RepositoryImpl::verify(const Manifest& manifest, VerifyLevel level,
                                            const VerifyProgress& progress, std::stop_token stop)
{
    Verifier verifier(m_store, m_keys, level, progress, std::move(stop));
    return verifier.verify(manifest);
}

Result<VerifyReport> RepositoryImpl::verifyHeader()
{
    VerifyReport report;
    ISO_ASSIGN(report.damages, checkHeaders(m_store, report.objects));
    report.level = report.ok() ? VerifyLevel::Decodes : VerifyLevel::None;
    return report;
}

Result<VerifyReport> RepositoryImpl::verifyManifests(std::stop_token stop)
{
    VerifyReport report;
    ISO_ASSIGN(const std::vector<ManifestName> names, listManifests(std::nullopt));
    for (const ManifestName& name : names) {
        if (stop.stop_requested()) {
            return makeError(Code::Cancelled, "verification was stopped");
        }
        ++report.objects;
        const auto manifest = loadManifest(name.id);
        if (manifest.ok()) {
            continue;
        }
        if (manifest.error().code != Code::DataLoss) {
            return manifest.error();
        }
        Damage damage;
        damage.object = manifestObjectName(name.id).valueOr(name.id);
        damage.part = ObjectPart::Manifest;
        damage.shard = name.shard;
        damage.error = manifest.error();
        report.damages.push_back(std::move(damage));
    }
    report.level = report.ok() ? VerifyLevel::Decodes : VerifyLevel::None;
    return report;
}

Result<RepositoryUsage> RepositoryImpl::usage()
{
    ISO_ASSIGN(const std::vector<storage::ObjectInfo> objects, m_store.list(""));
    RepositoryUsage usage;
    std::uint64_t bytes = 0;
    for (const storage::ObjectInfo& object : objects) {
        bytes += object.size.get();
        usage.runs += object.name.starts_with(kRunPrefix) ? 1 : 0;
        usage.manifests += object.name.starts_with(kManifestPrefix) ? 1 : 0;
    }
    usage.bytes = ByteCount(bytes);
    return usage;
}

} // namespace isotherm::repository
