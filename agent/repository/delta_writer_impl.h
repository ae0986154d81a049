// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/delta_object_writer.h"
#include "agent/repository/delta_writer.h"
#include "agent/repository/pending_runs.h"
#include "agent/repository/version_cursor.h"
#include "agent/repository/version_window.h"

#include <atomic>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

namespace isotherm::repository
{

/// The DeltaWriter behind Repository::openDeltaWriter.
class DeltaWriterImpl final : public DeltaWriter
{
public:
    /// The references must outlive it.
    DeltaWriterImpl(storage::ObjectStore& store, const RepositoryKeys& keys, const Clock& clock,
                    PendingRuns& pending, DeltaOptions options);
    ~DeltaWriterImpl() override;
    DeltaWriterImpl(const DeltaWriterImpl&) = delete;
    DeltaWriterImpl& operator=(const DeltaWriterImpl&) = delete;

    [[nodiscard]] Result<std::uint32_t>
    addTransaction(const TransactionRecord& transaction) override;
    [[nodiscard]] Status add(const DeltaChange& change) override;
    [[nodiscard]] Result<std::vector<RunRef>> finish() override;
    [[nodiscard]] std::uint64_t changes() const override { return m_changes; }
    [[nodiscard]] ByteCount rawBytes() const override { return ByteCount(m_raw); }

private:
    using Emit = std::function<Status(const VersionView&)>;

    [[nodiscard]] RunTarget target();
    [[nodiscard]] DeltaObjectOptions objectOptions(bool spilled) const;
    [[nodiscard]] Status take(const DeltaChange& change);
    [[nodiscard]] Status takeRow(const DeltaChange& change, std::uint32_t order);
    [[nodiscard]] Status takeDelete(const DeltaChange& change, std::uint32_t order);
    void takeTruncate(std::uint32_t transaction, std::uint32_t order);
    [[nodiscard]] Status keep(const VersionView& version);
    [[nodiscard]] Status makeKey(std::string_view row, std::string& key);
    [[nodiscard]] std::string keyOnly(std::string_view row) const;
    [[nodiscard]] RowVersion versionOf(std::uint32_t transaction, VersionKind kind,
                                       std::uint32_t order) const;
    [[nodiscard]] Status spill();
    [[nodiscard]] Status mergeSpills(const Emit& emit);
    void removeSpills(std::vector<RunRef> spills);

    storage::ObjectStore& m_store;
    const RepositoryKeys& m_keys;
    const Clock& m_clock;
    PendingRuns& m_pending;
    const DeltaOptions m_options;
    const std::size_t m_columns;
    std::vector<bool> m_isKeyColumn;
    std::atomic<std::uint64_t> m_bytesRead{0};
    std::vector<std::string> m_objects; ///< announced by this writer
    std::vector<TransactionRecord> m_transactions;
    std::vector<std::uint32_t> m_orders; ///< changes of each transaction
    std::vector<TruncateEntry> m_truncates;
    std::unordered_map<std::uint32_t, std::uint32_t> m_lastTruncate; ///< order, by transaction
    RowKeyEncoder m_keyEncoder;
    VersionWindow m_window;
    std::vector<RunRef> m_spills;
    std::string m_key;
    std::string m_oldKey;
    std::string m_row;
    std::uint64_t m_changes = 0;
    std::uint64_t m_raw = 0;
    bool m_failed = false;
};

} // namespace isotherm::repository
