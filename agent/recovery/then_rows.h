// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "agent/recovery/row_merge.h"
#include "agent/repository/table_reader.h"
#include "shared/base/result.h"
#include "shared/model/row_batch.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

namespace isotherm::recovery
{

/// Rows of then with keys in one range: opened when their turn comes.
struct RowPiece
{
    KeyRange range;
    std::function<Result<std::unique_ptr<RowSource>>(const KeyRange&, std::stop_token)> open;
};

/// The pieces' rows one piece after another; each piece's ranges lie behind the one before. Not
/// thread-safe.
class ChainedRows final : public RowSource
{
public:
    ChainedRows(std::vector<RowPiece> pieces, std::stop_token stop);
    [[nodiscard]] Status next(RowBatch& batch) override;

private:
    std::vector<RowPiece> m_pieces;
    std::stop_token m_stop;
    std::size_t m_next = 0;
    std::unique_ptr<RowSource> m_current;
};

/// Two sources of one table in one order of keys. Not thread-safe.
class InterleavedRows final : public RowSource
{
public:
    InterleavedRows(std::unique_ptr<RowSource> a, std::unique_ptr<RowSource> b,
                    const TableSchema& schema);
    [[nodiscard]] Status next(RowBatch& batch) override;

private:
    std::unique_ptr<RowSource> m_a;
    std::unique_ptr<RowSource> m_b;
    KeyedRows m_rowsA;
    KeyedRows m_rowsB;
    bool m_hasA = false;
    bool m_hasB = false;
    bool m_started = false;
};

/// What `pieces` hold of `range`, in key order: those of ordinary shards, which do not overlap, and
/// those of default shards, which may lie anywhere between them.
[[nodiscard]] std::unique_ptr<RowSource> rowsIn(const KeyRange& range,
                                                const std::vector<RowPiece>& ordinary,
                                                const std::vector<RowPiece>& ofDefault,
                                                const TableSchema& schema,
                                                const std::stop_token& stop);

} // namespace isotherm::recovery
