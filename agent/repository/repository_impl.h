// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/pending_runs.h"
#include "agent/repository/repository.h"
#include "agent/repository/sealed_object.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace isotherm::repository
{

/// The one Repository.
class RepositoryImpl final : public Repository
{
public:
    RepositoryImpl(storage::ObjectStore& store, RepositoryKeys keys,
                   const RepositoryOptions& options, std::unique_ptr<storage::StoreLock> lock);

    [[nodiscard]] const std::string& id() const override { return m_id; }
    [[nodiscard]] Status changePassphrase(std::string_view passphrase) override;
    [[nodiscard]] Result<SecretKey> deriveKey(std::string_view purpose) override;
    [[nodiscard]] Status checkLock() override;
    [[nodiscard]] Result<std::unique_ptr<RunWriter>>
    openRunWriter(const RunOptions& options) override;
    [[nodiscard]] Result<std::unique_ptr<DeltaWriter>>
    openDeltaWriter(const DeltaOptions& options) override;
    [[nodiscard]] Result<std::string> commitManifest(const Manifest& manifest) override;
    [[nodiscard]] Result<std::vector<ManifestName>>
    listManifests(std::optional<ShardId> shard) override;
    [[nodiscard]] Result<Manifest> loadManifest(std::string_view id) override;
    [[nodiscard]] Status removeManifest(std::string_view id) override;
    [[nodiscard]] Result<GarbageReport> collectGarbage(const GarbageOptions& options) override;
    [[nodiscard]] Result<std::unique_ptr<TableReader>> openTable(const Manifest& manifest,
                                                                 std::size_t table) override;
    [[nodiscard]] Result<std::unique_ptr<TableReader>>
    openTableAt(const Manifest& manifest, std::size_t table, const ReadMoment& moment) override;
    [[nodiscard]] Result<std::vector<TransactionRecord>>
    listTransactions(const Manifest& manifest, const TransactionFilter& filter) override;
    [[nodiscard]] Result<VerifyReport> verify(const Manifest& manifest, VerifyLevel level,
                                              const VerifyProgress& progress,
                                              std::stop_token stop) override;
    [[nodiscard]] Result<VerifyReport> verifyHeader() override;
    [[nodiscard]] Result<VerifyReport> verifyManifests(std::stop_token stop) override;
    [[nodiscard]] Result<RepositoryUsage> usage() override;

    /// Removes what interrupted writers left. Only before the first writer.
    [[nodiscard]] Status removeLeftovers();

private:
    [[nodiscard]] Status checkRunsPresent(const Manifest& manifest);

    storage::ObjectStore& m_store;
    const RepositoryKeys m_keys;
    const std::string m_id;
    const Clock& m_clock;
    const ScryptCost m_cost;
    const std::unique_ptr<storage::StoreLock> m_lock; ///< null: read only
    PendingRuns m_pending;
    /// Held while a manifest is committed or removed, and while garbage is collected: what is
    /// referenced does not change under the collector.
    std::mutex m_commitMutex;
    std::atomic<std::uint32_t> m_leftovers{0};
};

} // namespace isotherm::repository
