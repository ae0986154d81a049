// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/run_file.h"
#include "agent/repository/table_reader.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace isotherm::repository
{

/// The TableReader behind Repository::openTable.
class TableReaderImpl final : public TableReader
{
public:
    /// `store` and `keys` must outlive it. Precondition: the manifest has that table.
    TableReaderImpl(storage::ObjectStore& store, const RepositoryKeys& keys,
                    const Manifest& manifest, std::size_t table);
    TableReaderImpl(const TableReaderImpl&) = delete;
    TableReaderImpl& operator=(const TableReaderImpl&) = delete;

    [[nodiscard]] Result<std::unique_ptr<RowSource>> openRows(const KeyRange& range,
                                                              std::stop_token stop) override;
    [[nodiscard]] Result<ReadEstimate> estimate(const KeyRange& range) override;
    [[nodiscard]] Result<std::vector<KeyRange>> splitRange(const KeyRange& range,
                                                           std::size_t parts) override;
    [[nodiscard]] ByteCount bytesRead() const override { return ByteCount(m_bytesRead); }
    [[nodiscard]] const TableSchema& schema() const override { return m_table.schema; }

    /// The run's index, read when first needed.
    [[nodiscard]] Result<std::shared_ptr<const RunFile>> file(std::size_t run);
    /// Counts into bytesRead().
    [[nodiscard]] const CountedStore& store() const { return m_store; }
    [[nodiscard]] const ManifestTable& table() const { return m_table; }

private:
    std::atomic<std::uint64_t> m_bytesRead{0};
    CountedStore m_store;
    const RepositoryKeys& m_keys;
    const ManifestTable m_table;
    const KeyRange m_range;
    std::mutex m_mutex;
    std::vector<std::shared_ptr<const RunFile>> m_files; ///< guarded by m_mutex
};

} // namespace isotherm::repository
