// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/history.h"
#include "agent/repository/schema_history.h"
#include "agent/repository/table_reader_impl.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace isotherm::repository
{

/// What one delta run has to say beside one base.
struct RunFacts
{
    std::shared_ptr<const RunFile> file;
    /// By number: transactions that do not count, since the base shows them or the reader does not
    /// want them; empty: none.
    std::vector<bool> shown;
    std::vector<TruncateEntry> truncates; ///< up to the target, that the base does not show

    /// DataLoss when the transaction is none of the run's.
    [[nodiscard]] Result<bool> shows(std::uint32_t transaction) const;
};

/// One table of one manifest as of one commit: which runs and bases count, and what of them.
/// Thread-safe.
class HistoryTable
{
public:
    /// `store` and `keys` must outlive it. Precondition: the manifest has that table.
    HistoryTable(storage::ObjectStore& store, const RepositoryKeys& keys, const Manifest& manifest,
                 std::size_t table, const ReadMoment& moment);
    HistoryTable(const HistoryTable&) = delete;
    HistoryTable& operator=(const HistoryTable&) = delete;

    /// OutOfRange when the manifest does not reach back or forth to the target; InvalidArgument
    /// when a visibility cannot be read.
    [[nodiscard]] Status prepare();

    [[nodiscard]] Lsn target() const { return m_target; }
    [[nodiscard]] const ManifestTable& table() const { return m_plain.table(); }
    [[nodiscard]] const KeyRange& range() const { return m_range; }
    [[nodiscard]] const TableSchema& schema() const { return m_schema; }
    [[nodiscard]] const std::vector<BaseView>& views() const { return m_views; }
    /// nullopt: no base covers the key.
    [[nodiscard]] std::optional<std::size_t> viewOf(std::string_view key) const;
    /// Delta runs that have versions for the target, by number.
    [[nodiscard]] const std::vector<std::size_t>& deltas() const { return m_deltas; }

    /// OutOfRange when a base shows more than the target, which later runs may tell.
    [[nodiscard]] Status checkBase(std::size_t view);
    [[nodiscard]] Result<std::shared_ptr<const RunFacts>> facts(std::size_t run, std::size_t view);
    [[nodiscard]] Result<RowMapper> mapper(std::size_t run) const;
    [[nodiscard]] TableReaderImpl& plain() { return m_plain; }
    [[nodiscard]] const CountedStore& store() const { return m_plain.store(); }

    /// The error for a value that nothing gives.
    [[nodiscard]] Error brokenChain(std::string_view key, Lsn commit) const;

private:
    [[nodiscard]] bool mayShow(const RunRef& run, std::size_t view) const;
    [[nodiscard]] Result<RunFacts> findFacts(std::size_t run, std::size_t view);

    TableReaderImpl m_plain;
    const ShardId m_shard;
    const KeyRange m_range;
    const Lsn m_manifestLsn;
    const Lsn m_target;
    const BaseFilterFactory m_factory;
    const std::function<bool(std::uint64_t, Lsn)> m_visible; ///< none: all transactions
    const std::vector<BaseView> m_views;
    std::vector<BaseFilter> m_filters; ///< one per view
    std::size_t m_version = 0;         ///< of the schema
    TableSchema m_schema;
    std::vector<std::size_t> m_deltas;
    std::mutex m_mutex;
    std::map<std::pair<std::size_t, std::size_t>, std::shared_ptr<const RunFacts>>
        m_facts; ///< guarded by m_mutex
};

} // namespace isotherm::repository
