// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/repository/history_table.h"

#include <memory>
#include <vector>

namespace isotherm::repository
{

/// The TableReader behind Repository::openTableAt.
class HistoryReader final : public TableReader
{
public:
    /// Precondition: it was prepared.
    explicit HistoryReader(std::unique_ptr<HistoryTable> history) : m_history(std::move(history)) {}

    [[nodiscard]] Result<std::unique_ptr<RowSource>> openRows(const KeyRange& range,
                                                              std::stop_token stop) override;
    /// Of all runs: those that the target does not need are few.
    [[nodiscard]] Result<ReadEstimate> estimate(const KeyRange& range) override
    {
        return m_history->plain().estimate(range);
    }
    [[nodiscard]] Result<std::vector<KeyRange>> splitRange(const KeyRange& range,
                                                           std::size_t parts) override
    {
        return m_history->plain().splitRange(range, parts);
    }
    [[nodiscard]] ByteCount bytesRead() const override { return m_history->plain().bytesRead(); }
    [[nodiscard]] const TableSchema& schema() const override { return m_history->schema(); }

private:
    const std::unique_ptr<HistoryTable> m_history;
};

} // namespace isotherm::repository
